package aql

import (
	"fmt"
	"strings"
	"time"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/flat"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// counted writes a search that counts events over the time before it is run.
//
// IBM's guide has IF ... THEN ... ELSE with a name to group by, and HAVING over
// the name of what was counted:
// https://www.ibm.com/docs/en/SSKMKU/com.ibm.qradar.doc/c_aql_conditional_logic.html
// https://www.ibm.com/docs/en/SSKMKU/com.ibm.qradar.doc/r_aql_aggregate_functions.html
func (e Emitter) counted(p *ir.Program, c *flat.Condition) (*targets.Query, []*sigma.Diagnostic) {
	refuse := func(what string) (*targets.Query, []*sigma.Diagnostic) {
		return nil, []*sigma.Diagnostic{{
			Code: "aql/unsupported", Severity: sigma.Error, File: p.File(), At: p.Correlation.At, Message: "AQL has no " + what,
		}}
	}
	number := "COUNT(*)"
	if of := c.Count.Of; of != nil {
		if len(of.Places) != 1 {
			return refuse(fmt.Sprintf("correlations that count values which stand in several properties, as those of %q do; --names may name one that has it", of.Name))
		}
		number = "UNIQUECOUNT(" + of.Places[0].Column + ")"
		c.Terms = append(c.Terms, of.There)
	}
	if c.Count.Window%time.Minute != 0 {
		return refuse("correlations over a timespan that is no whole number of minutes")
	}
	var selected, by []string
	for _, g := range c.Count.Groups {
		text, name := group(g)
		selected, by = append(selected, text), append(by, name)
		c.Terms = append(c.Terms, g.There)
	}
	selected = append(selected, number+" AS counted")
	c.Text = c.Lines("AND")
	text := e.where(flat.Events(p).Log, c).Wrap("SELECT "+strings.Join(selected, ", ")+"\nFROM events", "")
	if len(by) > 0 {
		text = text.Wrap("", "\nGROUP BY "+strings.Join(by, ", "))
	}
	text = write.Concat(text, having(c.Count.Bounds), write.Of(fmt.Sprintf("\nLAST %d MINUTES", c.Count.Window/time.Minute)))
	return &targets.Query{Language: "aql", Text: text.String(), Links: text.Links(), Limits: c.Limits}, nil
}

// group writes a value to group by, and its name: a property, or the first of
// several that is there.
func group(v flat.Value) (text, name string) {
	last := v.Places[len(v.Places)-1].Column
	if len(v.Places) == 1 {
		return last, last
	}
	var b strings.Builder
	for _, p := range v.Places[:len(v.Places)-1] {
		fmt.Fprintf(&b, "IF %s THEN %s ELSE ", p.There, p.Column)
	}
	name = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, v.Name)
	return b.String() + last + " AS " + name, name
}

func having(bounds []ir.Bound) write.Text {
	var parts []string
	for _, b := range bounds {
		parts = append(parts, "counted "+operators[b.Op]+" "+b.Value.String())
	}
	return write.Of("\nHAVING " + strings.Join(parts, " AND "))
}
