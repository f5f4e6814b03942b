package lint

import "slices"

// catalogue lists every check in the order of docs/checks.md: a group a file.
var catalogue = slices.Concat(
	yamlChecks,
	documentChecks,
	headChecks,
	titleChecks,
	idChecks,
	describeChecks,
	dateChecks,
	tagChecks,
	referenceChecks,
	falsePositiveChecks,
	listChecks,
	fileChecks,
	valueChecks,
	containedChecks,
	trapChecks,
	slipChecks,
	logValueChecks,
	wildcardChecks,
	modifierChecks,
	regexChecks,
	fieldChecks,
	logsourceChecks,
	searchChecks,
	conditionChecks,
	truthChecks,
	correlationChecks,
	sigmaGoChecks,
	detectionChecks,
	collectionChecks,
	meaningChecks,
	ignoreChecks,
)
