package standalone

import _ "embed"

// Source is the text of this package's run-time part.
//
//go:embed standalone.go
var Source string
