package spl

import (
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// An Emitter writes programs in SPL. The zero Emitter is ready for use, by
// many goroutines at once.
type Emitter struct{}

var _ targets.Emitter = Emitter{}

// Language is "spl".
func (Emitter) Language() string { return "spl" }

// Emit writes a program. The query of a rule gives the events that match, with
// all their fields; the query of a correlation gives a row for each group and
// event that completes it.
func (Emitter) Emit(p *ir.Program) (*targets.Query, []*sigma.Diagnostic) {
	if d := noFeed(p); d != nil {
		return nil, []*sigma.Diagnostic{d}
	}
	e := &emission{file: p.File()}
	p = e.withEntities(p)
	q := &targets.Query{Language: "spl"}
	var text write.Text
	if p.Correlation != nil {
		text = e.correlation(p, q)
	} else {
		text = e.rule(p)
	}
	if len(e.diags) > 0 {
		return nil, sigma.SortDiagnostics(e.diags)
	}
	q.Text, q.Links, q.Limits = text.String(), text.Links(), e.limits
	return q, nil
}

// noFeed refuses a program of a log that does not reach Splunk.
func noFeed(p *ir.Program) *sigma.Diagnostic {
	if p.Correlation == nil {
		if p.Log.Open || p.Log.SPL.Macro != "" {
			return nil
		}
		return &sigma.Diagnostic{
			Code: "spl/no-feed", Severity: sigma.Error, File: p.File(), At: p.Pred.From(),
			Message: fmt.Sprintf("log %s reaches Splunk by no add-on that sigproof knows", p.Log.Name),
		}
	}
	for _, in := range p.Correlation.Inputs {
		if d := noFeed(in.Program); d != nil {
			return d
		}
	}
	return nil
}

// An emission is one query that is being written.
type emission struct {
	file     *sigma.File // of the document that is being written
	limits   []targets.Limit
	diags    []*sigma.Diagnostic
	keywords int // fields that say whether a keyword was met
}

// limit declares a difference that the language forces, once a query.
func (e *emission) limit(code string, at sigma.Span) {
	if !e.limited(code) {
		e.limits = append(e.limits, targets.Limit{Code: code, Why: limitSentence(code), File: e.file, At: at})
	}
}

// limited tells whether a difference is declared already.
func (e *emission) limited(code string) bool {
	return slices.ContainsFunc(e.limits, func(l targets.Limit) bool { return l.Code == code })
}

// within lets places be of a file, unless it is nil, until the function that it
// gives is called: a test may come from a filter.
func (e *emission) within(f *sigma.File) func() {
	before := e.file
	if f != nil {
		e.file = f
	}
	return func() { e.file = before }
}

// unsupported reports what SPL can't say.
func (e *emission) unsupported(at sigma.Span, what string) {
	e.diags = append(e.diags, &sigma.Diagnostic{
		Code: "spl/unsupported", Severity: sigma.Error, File: e.file, At: at, Message: what,
	})
}

// A scope is where the predicates of one rule are written: over the events of
// a log, or, inside a mvfilter, over the members of a list.
type scope struct {
	*emission
	log *schema.Log

	// member is the field that holds the members, each a JSON object; empty
	// outside of mvfilter.
	member string

	// met names the field that says whether a keyword test holds.
	met map[*ir.Test]string
}

// rule writes the query of one rule: first what search can say, then a line for
// each of the other predicates that must all hold.
func (e *emission) rule(p *ir.Program) write.Text {
	s := &scope{emission: e, log: p.Log, met: map[*ir.Test]string{}}
	terms, rest := s.split(p.Pred)
	return write.Join(append(s.lines(terms, rest), s.cleanUp()...), "\n")
}

// lines writes what finds the events that satisfy all predicates.
func (s *scope) lines(terms, rest []ir.Pred) []write.Text {
	lines := append(s.head(terms), s.prepare(rest)...)
	for _, x := range rest {
		lines = append(lines, s.whereLine(x))
	}
	return lines
}

// wide is where a line is broken into one for each of its terms.
const wide = 120

// whereLine writes one where.
func (s *scope) whereLine(p ir.Pred) write.Text {
	t := s.where(p, false).Text
	if or, ok := p.(*ir.Or); ok && t.Len() > wide {
		t = s.join(or.X, "\n    OR ", false).Text
	}
	return t.Wrap("| where ", "")
}

// head writes the lines that find the events: the macro of the log and a
// search over its fields, or the search alone if the log has no macro.
func (s *scope) head(terms []ir.Pred) []write.Text {
	switch {
	case !s.log.Open && len(terms) == 0:
		return []write.Text{write.Of(macroCall(s.log))}
	case !s.log.Open:
		return []write.Text{write.Of(macroCall(s.log)), s.searchLine(terms).Wrap("| search ", "")}
	case len(terms) == 0:
		return []write.Text{write.Of("*")}
	}
	return []write.Text{s.searchLine(terms)}
}

func (s *scope) searchLine(terms []ir.Pred) write.Text {
	parts := s.terms(terms)
	if t := write.Join(parts, " "); t.Len() <= wide {
		return t
	}
	return write.Join(parts, "\n    ")
}

func macroCall(log *schema.Log) string { return "`" + log.SPL.Macro + "`" }

// split tells the predicates that must all hold into those that search can say
// and the others, each in the order of the rule.
func (s *scope) split(p ir.Pred) (terms, rest []ir.Pred) {
	for _, x := range conjuncts(p) {
		if s.searchable(x) {
			terms = append(terms, x)
		} else {
			rest = append(rest, x)
		}
	}
	return terms, rest
}

// conjuncts lists the predicates that must all hold.
func conjuncts(p ir.Pred) []ir.Pred {
	switch p := p.(type) {
	case *ir.And:
		var all []ir.Pred
		for _, x := range p.X {
			all = append(all, conjuncts(x)...)
		}
		return all
	case *ir.Const:
		if p.Value {
			return nil
		}
	}
	return []ir.Pred{p}
}
