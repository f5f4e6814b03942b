// Package flat writes predicates for languages that see an event as a flat map
// of names to texts: they have no lists, no members and no correlations. What of
// a predicate such a language can say, its dialect says; the rest is refused at
// the place of the rule that asks for it.
//
// What a language makes of a comparison with a field that is missing is seldom
// documented. So below a not each test also asks that its field is there: then
// it does not matter whether such a comparison is false or unknown.
package flat

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// A Dialect is how one language says what flat languages can say.
type Dialect struct {
	Language string // its short name, with which codes of diagnostics begin
	Title    string // its name in messages

	And, Or string

	// Not writes the negation of an expression, which binds as Atom does or less.
	Not func(x write.Expr) write.Text

	// Column writes a name of a field. It gives "" for one that can't be
	// written.
	Column func(name string) string

	// Null, Empty and Present write that a column holds nothing, nothing or
	// the empty text, and something.
	Null, Empty, Present func(column string) string

	// Match writes that what a column holds satisfies a match, or says why the
	// language can't.
	Match func(column string, m ir.Match) Said

	// Keyword writes that the event as it was written satisfies a match.
	Keyword func(m ir.Match) Said

	// Members is how many members of a list are looked at, each under a name of
	// its own, and MembersLimit the code that says so. Zero refuses lists.
	Members      int
	MembersLimit string

	// CountLimit is the code of the limit that correlations meet; empty if the
	// language has none.
	CountLimit string

	// NullLimit is the code of the limit that null and exists meet, and if
	// EmptyIsNull is set what asks for any value as well.
	NullLimit   string
	EmptyIsNull bool

	Limits []targets.LimitKind
}

// Said is what a language says of a match, or why it can't.
type Said struct {
	Text   string
	Cannot string   // completes "AQL has no ..."
	Limits []string // codes of limits that it meets

	// Bare says that a field that is not there is asked for, so that the text
	// must not want it to be there below a not.
	Bare bool
}

// Cannot says that the language has no such thing.
func Cannot(what string) Said { return Said{Cannot: what} }

// A Column is a field that a condition reads.
type Column struct {
	Name  string // as the product calls it
	Field *ir.Field

	// Member is which member of the list on the way there is meant, from 0;
	// negative if there is no list, or all of it is meant.
	Member int
}

// A Condition is a predicate in the language.
type Condition struct {
	Text    write.Text // empty if it always holds
	Terms   []write.Text
	Columns []Column // in the order in which they are first named
	Limits  []targets.Limit
	Count   *Count // of a correlation; nil of a rule
}

// Condition writes the predicate of a program, or of the events that a
// correlation counts. There is none if the program asks for what the language
// can't say.
func (d *Dialect) Condition(p *ir.Program, names *targets.Names) (*Condition, []*sigma.Diagnostic) {
	events := Events(p)
	w := &writer{Dialect: d, names: names, file: p.File(), log: events.Log}
	c := &Condition{}
	if p.Correlation != nil {
		if c.Count = w.count(p); c.Count == nil {
			return nil, w.diags
		}
	}
	w.file = events.File()
	var terms []write.Expr
	for _, x := range conjuncts(events.Pred) {
		terms = append(terms, w.pred(x, false))
	}
	if len(w.diags) > 0 {
		return nil, sigma.SortDiagnostics(w.diags)
	}
	c.Columns, c.Limits = w.columns, w.limits
	for _, t := range terms {
		c.Terms = append(c.Terms, t.In(levelNot))
	}
	if len(terms) > 0 {
		c.Text = w.join(terms, d.And).Text
	}
	return c, nil
}

// conjuncts lists what must all hold.
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

// The levels of operators. Languages do not agree on whether AND or OR binds
// tighter, so that one never stands in the other without parentheses.
const (
	levelJoin = iota
	levelNot

	// Atom is the level of what needs no parentheses anywhere.
	Atom
)

type writer struct {
	*Dialect
	names   *targets.Names
	file    *sigma.File
	log     *schema.Log
	inside  *member // what fields are of; nil if they are the event's
	columns []Column
	limits  []targets.Limit
	diags   []*sigma.Diagnostic
}

// refuse reports what the language can't say.
func (w *writer) refuse(at sigma.Span, what string) {
	w.diags = append(w.diags, &sigma.Diagnostic{
		Code: w.Language + "/unsupported", Severity: sigma.Error, File: w.file, At: at, Message: w.Title + " has no " + what,
	})
}

// limit declares a difference that the language forces, once a place.
func (w *writer) limit(code string, at sigma.Span) {
	i := slices.IndexFunc(w.Limits, func(k targets.LimitKind) bool { return k.Code == code })
	if i < 0 {
		panic("flat: no limit has the code " + code)
	}
	l := targets.Limit{Code: code, Why: w.Limits[i].Doc, File: w.file, At: at}
	if !slices.Contains(w.limits, l) {
		w.limits = append(w.limits, l)
	}
}

// within lets places be of a file, unless it is nil, until the function that it
// gives is called: a test may come from a filter.
func (w *writer) within(f *sigma.File) func() {
	before := w.file
	if f != nil {
		w.file = f
	}
	return func() { w.file = before }
}

func atom(s string) write.Expr { return write.Expr{Text: write.Of(s), Level: Atom} }

func (w *writer) join(parts []write.Expr, operator string) write.Expr {
	if len(parts) == 1 {
		return parts[0]
	}
	texts := make([]write.Text, len(parts))
	for i, p := range parts {
		texts[i] = p.In(levelNot)
	}
	return write.Expr{Text: write.Join(texts, " "+operator+" "), Level: levelJoin}
}

func (w *writer) preds(x []ir.Pred, operator string, negated bool) write.Expr {
	parts := make([]write.Expr, len(x))
	for i, p := range x {
		parts[i] = w.pred(p, negated)
	}
	return w.join(parts, operator)
}

// pred writes a predicate; negated tells that it stands below a not.
func (w *writer) pred(p ir.Pred, negated bool) write.Expr {
	switch p := p.(type) {
	case *ir.And:
		return w.preds(p.X, w.And, negated)
	case *ir.Or:
		return w.preds(p.X, w.Or, negated)
	case *ir.Not:
		return write.Expr{Text: w.Not(w.pred(p.X, true)), Level: levelNot}
	case *ir.Const:
		w.refuse(p.At, "condition that always holds, or never")
		return atom("")
	case *ir.Member:
		return w.member(p, negated)
	case *ir.Test:
		defer w.within(p.In)()
		text := w.test(p, negated)
		return write.Expr{Text: text.Linked(w.file, p.At), Level: text.Level}
	default:
		panic(fmt.Sprintf("flat: unknown predicate %T", p))
	}
}

func (w *writer) test(t *ir.Test, negated bool) write.Expr {
	var parts []write.Expr
	if t.Field == nil {
		for _, m := range t.Any {
			parts = append(parts, w.said(t, w.Keyword(m)))
		}
		return w.join(parts, w.Or)
	}
	places := w.places(t)
	if len(places) == 0 {
		return atom("")
	}
	asked := *t
	asked.Any = slices.DeleteFunc(slices.Clone(t.Any), func(m ir.Match) bool { _, null := m.(*ir.Null); return null })
	if len(asked.Any) < len(t.Any) {
		parts = append(parts, w.null(t, places))
	}
	switch {
	case len(asked.Any) == 0:
	case t.Field.First != nil:
		parts = append(parts, w.first(&asked, places, negated))
	default:
		for _, p := range places {
			parts = append(parts, w.guarded(p, w.column(&asked, p.column, negated)))
		}
	}
	return w.join(parts, w.Or)
}

// said takes what the dialect says of a match.
func (w *writer) said(t *ir.Test, s Said) write.Expr {
	if s.Cannot != "" {
		w.refuse(t.At, s.Cannot)
		return atom("")
	}
	for _, code := range s.Limits {
		w.limit(code, t.At)
	}
	return atom(s.Text)
}

// first writes a test of the first place that holds a text.
//
//	a, b, c  ->  test(a) or empty(a) and (test(b) or empty(b) and test(c))
func (w *writer) first(t *ir.Test, places []place, negated bool) write.Expr {
	this := w.guarded(places[0], w.column(t, places[0].column, negated))
	if len(places) == 1 {
		return this
	}
	rest := w.join([]write.Expr{w.nothing(t, places[0]), w.first(t, places[1:], negated)}, w.And)
	return w.join([]write.Expr{this, rest}, w.Or)
}

// column writes a test of one column.
func (w *writer) column(t *ir.Test, column string, negated bool) write.Expr {
	var bare, asked []write.Expr // those that may be asked of nothing, and the others
	for _, m := range t.Any {
		switch m := m.(type) {
		case *ir.Present, *ir.Exists:
			bare = append(bare, w.present(t, m, column))
		default:
			if said := w.Match(column, m); said.Bare || !negated {
				bare = append(bare, w.said(t, said))
			} else {
				asked = append(asked, w.said(t, said))
			}
		}
	}
	if len(asked) > 0 {
		there := []write.Expr{atom(w.Present(column)), w.join(asked, w.Or)}
		bare = append(bare, w.join(there, w.And))
	}
	return w.join(bare, w.Or)
}

// null holds if no place has a value.
func (w *writer) null(t *ir.Test, places []place) write.Expr {
	w.limit(w.NullLimit, t.At)
	parts := make([]write.Expr, len(places))
	for i, p := range places {
		parts[i] = w.nothing(t, p)
	}
	return w.join(parts, w.And)
}

// nothing holds if a place has no value. That of a derived field which holds no
// text is none of its values.
func (w *writer) nothing(t *ir.Test, p place) write.Expr {
	empty := atom(w.Null(p.column))
	if t.Field.First != nil {
		empty = atom(w.Empty(p.column))
	}
	if p.guard == nil {
		return empty
	}
	return w.join([]write.Expr{{Text: w.Not(*p.guard), Level: levelNot}, empty}, w.Or)
}

func (w *writer) present(t *ir.Test, m ir.Match, column string) write.Expr {
	if _, ok := m.(*ir.Exists); ok || w.EmptyIsNull {
		w.limit(w.NullLimit, t.At)
	}
	if t.Field.First != nil {
		return write.Expr{Text: w.Not(atom(w.Empty(column))), Level: levelNot}
	}
	return atom(w.Present(column))
}

// Lines puts the terms of a condition below each other.
func (c *Condition) Lines(and string) write.Text {
	return write.Join(c.Terms, "\n    "+and+" ")
}

// Literal tells whether a text has nothing but literal characters, stars and,
// if single is set, single characters: what most languages have wildcards for.
func Literal(t *ir.Text, single bool) bool {
	for _, p := range t.Parts {
		switch p.Kind {
		case ir.Literal, ir.AnyRun:
		case ir.AnyOne:
			if !single {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// Wildcards writes a text with the wildcards of a language.
func Wildcards(t *ir.Text, run, one string) string {
	var b strings.Builder
	for _, p := range t.Parts {
		switch p.Kind {
		case ir.AnyRun:
			b.WriteString(run)
		case ir.AnyOne:
			b.WriteString(one)
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}
