package xdr

import (
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
)

// fitsContinuous tells whether Defender can run a query on each event as it
// comes in. Learn, Create custom detection rules: it asks one table of Defender
// itself, has no join, union or comment, and no KQL but what transformations of
// Azure Monitor take. in~ is not among that, nor do the rules take a let.
func fitsContinuous(p *ir.Program, text string) bool {
	if p.Correlation != nil || !Native(p.Log) {
		return false
	}
	bare := literals.ReplaceAllString(text, `""`)
	if unfit.MatchString(bare) {
		return false
	}
	for _, line := range operators.FindAllStringSubmatch(bare, -1) {
		if !slices.Contains([]string{"where", "extend", "project"}, line[1]) {
			return false
		}
	}
	for _, call := range calls.FindAllStringSubmatch(bare, -1) {
		if !slices.Contains(callable, call[1]) {
			return false
		}
	}
	return true
}

var (
	literals  = regexp.MustCompile(`@"(?:[^"]|"")*"|"(?:\\.|[^"\\])*"`)
	unfit     = regexp.MustCompile(`(?m)^let |in~|//`)
	operators = regexp.MustCompile(`(?m)^ *\| ([a-z-]+)`)
	calls     = regexp.MustCompile(`([a-z0-9_]+)\(`)
)

// callable are functions that transformations take, of those that our queries
// call.
var callable = strings.Fields(`
	array_length case datetime_part dayofweek extract getmonth getyear hourofday iif indexof isempty isnotempty isnotnull isnull max_of min_of
	not pack_array parse_json split strcat strlen substring tobool todatetime todouble toint tolong tolower toreal tostring toupper weekofyear`)
