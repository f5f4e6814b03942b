package sigma

// Node is a part of a document that stands somewhere in its file.
type Node interface {
	Span() Span
}

// Document is one YAML document of a file: *Rule, *Correlation or *Filter.
type Document interface {
	Node
	// Info gives what all documents have: title, id, file ...
	Info() *Head
	document()
}

type (
	// A Rule says which events match.
	Rule struct {
		Head
		Logsource *Logsource // nil if the rule has none
		Detection *Detection // nil only if Broken
		At        Span
	}

	// A Correlation counts or orders the events of other documents.
	Correlation struct {
		Head
		Type      Text
		Rules     []Text // names, ids or titles
		GroupBy   []Text // fields or aliases
		Timespan  Timespan
		Threshold []Bound // joined by and; empty with Extended or for the temporal default
		Fields    []Text  // value_count and the statistics: what is counted
		Percent   *Number // of value_percentile; nil means 50
		Extended  *Condition
		Aliases   []Alias
		Generate  bool
		At        Span
	}

	// A Filter is a condition that is added to rules.
	Filter struct {
		Head
		Logsource *Logsource
		Any       bool   // rules: any
		Rules     []Text // names or ids
		Detection *Detection
		At        Span
	}
)

// Head is what every document has.
type Head struct {
	File  *File
	Index int // 0-based number of the document in its file

	Title, ID, Name                  Text
	Status, Level                    Text
	Description, Author, License     Text
	Date, Modified, Taxonomy         Text
	References, Tags, FalsePositives []Text
	Fields, Scope                    []Text
	Related                          []Relation
	Custom                           []Entry // keys that the specification does not know

	// Broken is set if what the document means is not known in full: it can be
	// shown, but not compiled.
	Broken bool
}

// Info gives the head itself.
func (h *Head) Info() *Head { return h }

// Label names the document to people: its title, else name, id or file.
func (h *Head) Label() string {
	for _, t := range []Text{h.Title, h.Name, h.ID} {
		if t.Value != "" {
			return t.Value
		}
	}
	return h.File.Name
}

func (d *Rule) Span() Span        { return d.At }
func (d *Correlation) Span() Span { return d.At }
func (d *Filter) Span() Span      { return d.At }

func (*Rule) document()        {}
func (*Correlation) document() {}
func (*Filter) document()      {}

type (
	// Relation is an entry of "related:", a document that this one replaces,
	// renames or resembles.
	Relation struct {
		ID, Type Text
		At       Span
	}

	// Logsource says which log a rule reads.
	Logsource struct {
		Category, Product, Service, Definition Text
		Custom                                 []Entry
		At                                     Span
	}

	// Timespan is a duration as a correlation writes it: 60m, 1d.
	Timespan struct {
		Text    Text
		Seconds int64
	}

	// Bound is one operator of a correlation's condition: gte 4.
	Bound struct {
		Op    Text // gt gte lt lte eq neq
		Value *Number
	}

	// Alias names one field by other names in each rule.
	Alias struct {
		Name   Text
		Fields []AliasField
		At     Span
	}

	// AliasField is the field that an alias stands for in one rule.
	AliasField struct {
		Rule, Field Text
	}
)

// Span is the whole map of the relation.
func (r *Relation) Span() Span { return r.At }

// Span is the whole map of the log.
func (l *Logsource) Span() Span { return l.At }

// Span is where the duration is written.
func (t *Timespan) Span() Span { return t.Text.At }

// Span covers operator and number.
func (b *Bound) Span() Span {
	if b.Value == nil {
		return b.Op.At
	}
	return following(b.Op.At, b.Value.Text.At)
}

// Span covers the alias and its fields.
func (a *Alias) Span() Span { return a.At }

// Span covers the rule and its field.
func (f *AliasField) Span() Span { return following(f.Rule.At, f.Field.At) }

// following joins a key and what belongs to it, unless an alias of YAML
// brought that in from elsewhere: an anchor stands before what uses it.
func following(key, value Span) Span {
	if value.Start >= key.End {
		return key.join(value)
	}
	return key
}

// Detection is what a rule or filter looks for.
type Detection struct {
	Searches   []*Search
	Conditions []*Condition // joined by or
	Timeframe  *Timespan    // legacy; belongs to an aggregation
	At         Span
}

// Span is the map that holds searches and conditions.
func (d *Detection) Span() Span { return d.At }

// Search gives the search of a name, or nil.
func (d *Detection) Search(name string) *Search {
	for _, s := range d.Searches {
		if s.Name.Value == name {
			return s
		}
	}
	return nil
}

// A Search is a named block.
type Search struct {
	Name Text
	Body Block
	At   Span
}

// Span covers name and body.
func (s *Search) Span() Span { return s.At }

// Block is the body of a search: *All, *Any or *Item.
type Block interface {
	Node
	block()
}

type (
	// All is a map: all of its items hold.
	All struct {
		Items []*Item
		// Also holds besides: what no map can say, such as one of two fields
		// in the place of an item. Only a pipeline makes it; no file has it.
		Also []Block
		At   Span
	}
	// Any is a list: one of its blocks holds.
	Any struct {
		Blocks []Block
		At     Span
	}
	// An Item is a field with values, or values alone: keywords.
	Item struct {
		Field     Text // Value empty: keywords
		Keywords  bool
		Modifiers []Modifier
		Values    []Value
		List      bool // the values stand in a list
		KeyAt     Span // field and modifiers
		At        Span
	}
)

func (b *All) Span() Span  { return b.At }
func (b *Any) Span() Span  { return b.At }
func (b *Item) Span() Span { return b.At }

func (*All) block()  {}
func (*Any) block()  {}
func (*Item) block() {}

// Has tells whether the item carries a modifier.
func (b *Item) Has(name string) bool {
	for _, m := range b.Modifiers {
		if m.Name == name {
			return true
		}
	}
	return false
}

// A Condition joins searches.
type Condition struct {
	Text      Text
	Expr      Expr       // nil if it could not be read
	Aggregate *Aggregate // what follows a legacy "|"
}

// Span is where the condition's text stands.
func (c *Condition) Span() Span { return c.Text.At }

// Expr is a node of a condition: *And, *Or, *Not, *Ref or *Quantified.
type Expr interface {
	Node
	expr()
}

type (
	// And holds when all of X hold; len(X) >= 2.
	And struct {
		X  []Expr
		At Span
	}
	// Or holds when one of X holds; len(X) >= 2.
	Or struct {
		X  []Expr
		At Span
	}
	// Not holds when X does not.
	Not struct {
		X  Expr
		At Span
	}
	// A Ref names one search.
	Ref struct {
		Name string
		At   Span
	}
	// Quantified holds when so many of the searches that Pattern names hold:
	// "1 of selection_*", "all of them".
	Quantified struct {
		All     bool
		N       int    // at least; unless All
		Pattern string // "them", or a name with stars
		Of      Span   // of the pattern
		At      Span
	}
)

func (e *And) Span() Span        { return e.At }
func (e *Or) Span() Span         { return e.At }
func (e *Not) Span() Span        { return e.At }
func (e *Ref) Span() Span        { return e.At }
func (e *Quantified) Span() Span { return e.At }

func (*And) expr()        {}
func (*Or) expr()         {}
func (*Not) expr()        {}
func (*Ref) expr()        {}
func (*Quantified) expr() {}

// Aggregate is the legacy tail of a condition, "| count(field) by group > 5" or
// "| near search and not other": read only to be mended into a correlation.
type Aggregate struct {
	Function, Field, By Text // count, min, max, sum, avg, near; each may be empty
	Op                  Text // > >= < <= ==
	Value               Text
	Near                Expr // searches that must occur near by; nil unless Function is near
	At                  Span
}

// Span covers the "|" and all behind it.
func (a *Aggregate) Span() Span { return a.At }

// Data is a part of a custom attribute: *Scalar, *List or *Map.
type Data interface {
	Node
	data()
}

type (
	// Scalar is a single value; Quoted tells '5' from 5.
	Scalar struct {
		Text   Text
		Quoted bool
	}
	// List is a YAML sequence.
	List struct {
		Of []Data
		At Span
	}
	// Map is a YAML mapping, in file order.
	Map struct {
		Entries []Entry
		At      Span
	}
	// Entry is a key with its data.
	Entry struct {
		Key  Text
		Data Data
	}
)

func (d *Scalar) Span() Span { return d.Text.At }
func (d *List) Span() Span   { return d.At }
func (d *Map) Span() Span    { return d.At }

// Span covers key and data.
func (e *Entry) Span() Span { return following(e.Key.At, e.Data.Span()) }

func (*Scalar) data() {}
func (*List) data()   {}
func (*Map) data()    {}

// Get gives the data of a key, or nil.
func (d *Map) Get(key string) Data {
	for _, e := range d.Entries {
		if e.Key.Value == key {
			return e.Data
		}
	}
	return nil
}

// Value gives a scalar the type of YAML 1.2's core schema.
func (d *Scalar) Value() Value { return typed(d) }
