package sigma

// What Parse takes of one file. A rule is a page of text; the largest rule of
// the public collection has 1,500 lines. The limits leave room for lists of a
// hundred thousand indicators and none for a file made to fill the memory:
// what lies beyond gets one diagnostic and no document.
const (
	MaxSize    = 4 << 20 // bytes of a file
	MaxDepth   = 100     // lists and maps within each other
	MaxNodes   = 500_000 // keys and values of a file, those behind aliases counted each time
	MaxAliases = 1_000   // uses of anchors in a file
	MaxAliased = 8 << 20 // bytes of keys and values that aliases bring in, counted each time
	MaxReports = 1_000   // diagnostics of a file; what follows is counted only
)

// What one document may hold. The largest of the public collection has 34
// searches and names fewer in its condition; what looks at each pair of them
// would take minutes for a document made to be slow.
const (
	MaxSearches   = 1_000   // searches of a detection
	MaxTerms      = 10_000  // names and quantifiers in the conditions of a document
	MaxRegex      = 1 << 16 // bytes of a regular expression
	MaxGroups     = 200     // groups of a regular expression that capture: each place of it may hold all of them when it runs
	MaxReferences = 1_000   // documents, fields or aliases that a correlation or filter names
)
