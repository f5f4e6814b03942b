package lint

// catalogue lists every check in the order of docs/checks.md.
var catalogue = []*Check{
	titleLong,
	valueDuplicate,
	ignoreUnknown, ignoreReason, ignoreUnused,
}
