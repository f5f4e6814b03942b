package pipeline

// The bounds of what pipelines do, so that none that is made to harm takes
// memory or time without end.
const (
	// MaxNesting bounds how lists of transformations, postprocessings and
	// finalizers stand in each other.
	MaxNesting = 20

	// MaxMade bounds the bytes that transformations make of one document: a
	// field that is mapped to two, again and again, would never end.
	MaxMade = 4 << 20

	// MaxText bounds the characters of a text that replace_string makes.
	MaxText = 100_000

	// MaxExpanded bounds how many texts the placeholders of one value stand
	// for.
	MaxExpanded = 10_000

	// MaxQuery bounds the bytes that postprocessing makes of a query.
	MaxQuery = 1 << 20
)
