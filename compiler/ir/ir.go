// Package ir holds the intermediate representation: what a document means,
// free of how it was written. Every modifier is resolved, every field bound to
// its log, every number exact. It knows nothing of YAML or of any language
// that a program is compiled to.
//
// Truth has two values. A test of a field that is missing is false, but for
// Null, and Not turns it over; what a language does with its nulls is for its
// emitter to mend.
package ir

import (
	"net/netip"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// A Program is one compiled document: a rule or a correlation.
type Program struct {
	Doc   sigma.Document
	ID    string
	Title string
	Level string
	Log   *schema.Log // of a correlation: the log of its first rule

	// Serving is the rule's logsource in the log. It is nil for a correlation,
	// and for a log that does not serve the logsource.
	Serving *schema.Serving

	Pred        Pred         // of a rule; else nil
	Correlation *Correlation // of a correlation; else nil

	// Post rewrites the text of the program's query in a language, as its
	// pipeline says; nil without a pipeline.
	Post func(language, query string) (string, []*sigma.Diagnostic)

	// Silent programs report only through a correlation: a rule that one
	// refers to, unless it says generate.
	Silent bool
}

// File gives the file that the program came from.
func (p *Program) File() *sigma.File { return p.Doc.Info().File }

// Pred is a predicate over one event: *And, *Or, *Not, *Const, *Member or
// *Test.
type Pred interface {
	From() sigma.Span // what of the document says it
	pred()
}

type (
	// And holds when all of X hold.
	And struct {
		X  []Pred
		At sigma.Span
	}
	// Or holds when one of X holds.
	Or struct {
		X  []Pred
		At sigma.Span
	}
	// Not holds when X does not.
	Not struct {
		X  Pred
		At sigma.Span
	}
	// Const holds always or never.
	Const struct {
		Value bool
		At    sigma.Span
	}
	// Member holds when one member of the list that Step selects satisfies X,
	// whose fields have paths from the member on.
	Member struct {
		Step schema.Step
		X    Pred
		At   sigma.Span
	}
	// Test holds when a value of Field satisfies one of Any. A nil Field means
	// each string and number of the event: keywords.
	Test struct {
		Field *Field
		Any   []Match
		In    *sigma.File // where At is; nil means the program's own file
		At    sigma.Span
	}
)

func (p *And) From() sigma.Span    { return p.At }
func (p *Or) From() sigma.Span     { return p.At }
func (p *Not) From() sigma.Span    { return p.At }
func (p *Const) From() sigma.Span  { return p.At }
func (p *Member) From() sigma.Span { return p.At }
func (p *Test) From() sigma.Span   { return p.At }

func (*And) pred()    {}
func (*Or) pred()     {}
func (*Not) pred()    {}
func (*Const) pred()  {}
func (*Member) pred() {}
func (*Test) pred()   {}

// PlaceOf gives the file in which a predicate stands if that is not the
// program's own: that of a filter, if all its tests come from there.
func PlaceOf(p Pred) *sigma.File {
	switch p := p.(type) {
	case *And:
		return sharedPlace(p.X)
	case *Or:
		return sharedPlace(p.X)
	case *Not:
		return PlaceOf(p.X)
	case *Member:
		return PlaceOf(p.X)
	case *Test:
		return p.In
	}
	return nil
}

func sharedPlace(x []Pred) *sigma.File {
	var in *sigma.File
	for i, p := range x {
		if at := PlaceOf(p); i == 0 {
			in = at
		} else if at != in {
			return nil
		}
	}
	return in
}

// A Field is a place in an event.
type Field struct {
	Name string // canonical; as the rule writes it in an open log
	Type schema.Type

	// Path leads there from the event, or from the member inside a Member. It
	// is nil for a derived field, and in an open log: there Name is tried as a
	// dotted path and as a flat key, at every level.
	Path schema.Path

	// First lists the paths of a derived field; its value is the first that is
	// neither missing, null nor empty.
	First []schema.Path

	// Unquote: the text may be a JSON string, which is read first.
	Unquote bool

	At sigma.Span // of the name in the document
}

// Match asks something of a value: *Text, *Number, *Bool, *Null, *Present,
// *Exists, *Regex, *Compare, *CIDR, *TimePart or *FieldRef.
type Match interface{ match() }

type (
	// Text compares the whole text of a value with a pattern. Numbers and
	// booleans are met by their canonical text.
	Text struct {
		Parts []Part
		Cased bool
	}
	// Number is equality with a number. Written is its text in the rule, which
	// a string may hold as well as the canonical text.
	Number struct {
		Value   Decimal
		Written string
	}
	// Bool is equality with true or false, or with the word in any case.
	Bool struct{ Value bool }
	// Null holds when the field is missing or null.
	Null struct{}
	// Present holds when the field is neither missing nor null.
	Present struct{}
	// Exists holds when the field is there, whatever its value.
	Exists struct{}
	// Regex searches the text, unanchored, in RE2 syntax.
	Regex struct {
		Source string
		Flags  string // of "ims"
	}
	// Compare orders numbers, and texts that read as one.
	Compare struct {
		Op    Op
		Value Decimal
	}
	// CIDR holds when the text is an address in the network; an IPv4-mapped
	// IPv6 address counts as IPv4. Prefix is masked and never mapped.
	CIDR struct{ Prefix netip.Prefix }
	// TimePart compares a part of the time in UTC.
	TimePart struct {
		Part  string // minute hour day week month year
		Op    Op
		Value Decimal
	}
	// FieldRef compares with the values of another field, by canonical text;
	// both must be neither missing nor null.
	FieldRef struct {
		Other *Field
		Kind  RefKind
		Cased bool
	}
)

func (*Text) match()     {}
func (*Number) match()   {}
func (*Bool) match()     {}
func (*Null) match()     {}
func (*Present) match()  {}
func (*Exists) match()   {}
func (*Regex) match()    {}
func (*Compare) match()  {}
func (*CIDR) match()     {}
func (*TimePart) match() {}
func (*FieldRef) match() {}

// A Part is a stretch of a Text.
type Part struct {
	Kind PartKind
	Text string // of a Literal
}

// PartKind tells the parts of a Text.
type PartKind int

// The kinds of parts.
const (
	Literal PartKind = iota
	AnyRun           // any characters, also none, also line breaks
	AnyOne           // exactly one character
	Dash             // one of Dashes
)

// Dashes are the characters that stand for each other under windash.
const Dashes = "-/–—―"

// Op compares.
type Op string

// The comparisons.
const (
	Eq  Op = "eq"
	Neq Op = "neq"
	Lt  Op = "lt"
	Lte Op = "lte"
	Gt  Op = "gt"
	Gte Op = "gte"
)

// Holds tells whether op holds for a comparison's result: negative, zero or
// positive.
func (op Op) Holds(n int) bool {
	switch op {
	case Eq:
		return n == 0
	case Neq:
		return n != 0
	case Lt:
		return n < 0
	case Lte:
		return n <= 0
	case Gt:
		return n > 0
	case Gte:
		return n >= 0
	}
	panic("ir: unknown comparison " + string(op))
}

// RefKind says which part of the field the other field's text must be.
type RefKind string

// The kinds of FieldRef.
const (
	RefEqual      RefKind = "eq"
	RefContains   RefKind = "contains"
	RefStartsWith RefKind = "startswith"
	RefEndsWith   RefKind = "endswith"
)

// Shape is the form that a Text has in languages with words for it.
type Shape int

// The shapes.
const (
	Glob       Shape = iota // none of the others
	Equals                  // no wildcard
	Contains                // *literal*
	StartsWith              // literal*
	EndsWith                // *literal
)

// Shape gives the form of the pattern, and the literal of all but a Glob.
func (t *Text) Shape() (Shape, string) {
	p := t.Parts
	switch {
	case len(p) == 0:
		return Equals, ""
	case len(p) == 1 && p[0].Kind == Literal:
		return Equals, p[0].Text
	case len(p) == 2 && p[0].Kind == Literal && p[1].Kind == AnyRun:
		return StartsWith, p[0].Text
	case len(p) == 2 && p[0].Kind == AnyRun && p[1].Kind == Literal:
		return EndsWith, p[1].Text
	case len(p) == 3 && p[0].Kind == AnyRun && p[1].Kind == Literal && p[2].Kind == AnyRun:
		return Contains, p[1].Text
	}
	return Glob, ""
}
