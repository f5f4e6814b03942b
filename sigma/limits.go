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
	MaxReports = 1_000   // diagnostics of a file; what follows is counted only
)
