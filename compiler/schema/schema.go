// Package schema knows what a log looks like: which fields it has, of which
// type, by which names people call them, and where each product keeps them.
//
// It is vocabulary for the rooms to the right: the compiler resolves names
// with it, the emitters take columns and JSON paths from it, and fixtures
// carries events from one shape to the other by it. It knows neither rules nor
// events.
package schema

import "strings"

// Type is the type of a field's values.
type Type string

// The types. Any is for what has no fixed type, and for every field of a log
// that is not declared.
const (
	Any    Type = "any"
	String Type = "string"
	Number Type = "number"
	Bool   Type = "bool"
	Time   Type = "time"   // RFC 3339 text
	Object Type = "object" // has fields of its own, no value
)

// A Log is one source of events.
type Log struct {
	Name    string // "entra_audit"; what --log takes
	Title   string
	Doc     string
	Sources []*Serving // the Sigma logsources that it serves
	Time    string     // name of the field that holds an event's time
	ID      string     // name of the field that identifies an event; may be empty
	Fields  []*Field
	Lists   []*List
	KQL     Table // without a name if Log Analytics does not keep the log
	SPL     Feed  // without a macro if Splunk does not
	Shapes  []*Shape

	// Aliases lists every spelling of a name of the log that is not canonical:
	// those of its fields and lists, its columns, the places where its shapes
	// keep something, and others that people are known to write. Beginnings of
	// names are in it too: InitiatedBy stands for initiatedBy in
	// InitiatedBy.user.id.
	Aliases []Alias

	// Prefixes are what some products write before every name: properties.
	Prefixes []Alias

	// Open takes every field as a rule writes it: nothing is declared.
	Open bool
}

// A Field holds values. Its Path leads there from the event, or from the
// member of the list that declares it.
type Field struct {
	Name    string
	Type    Type
	Doc     string
	Origin  string // who says that there is such a field, and in which events
	Path    Path
	Aliases []Alias

	// First lists the paths of a derived field: its value is the first one
	// found that is neither null nor empty. Path is nil then.
	First []Path

	// Computed fields are made when an event is read (from a duration, from
	// many rules of a policy) and are kept in the event under their name.
	Computed bool

	// Made says how a computed field is made of others, so that queries can
	// make it too; nil if only the reader of events knows.
	Made *Made

	// Open says of an object that every name below it is a field, of any type,
	// and that an array may stand on the way there: what a request asked for.
	Open bool

	// Unquote says that the text may be JSON inside JSON: a JSON string, which
	// is read before it is tested.
	Unquote bool

	// Control says who decides on the value: "service" or "actor".
	Control string
}

// An Alias is another spelling of a field's name, or of its beginning.
type Alias struct {
	Name   string
	For    string // the canonical name; empty in Prefixes
	Origin string // who spells it so
	Warn   string // what is wrong with using it; empty if nothing is
}

// A List holds objects. One of them is selected by the value of its property
// By: targetResources[Role]. If Map is set that value is unique, as in lists
// of name and value, and no member is shared between items.
type List struct {
	Name  string
	By    string
	Map   bool
	Value string // of a Map: the property that name[x] alone means
	Doc   string

	Fields  []*Field
	Lists   []*List
	Aliases []Alias
}

// A Table is how Log Analytics keeps the log.
type Table struct {
	Name    string
	Columns []Column

	// Parts are fields that stand inside of a dynamic column.
	Parts []Part
}

// A Part is the place of a path inside of a column.
type Part struct {
	Column, Key string
	From        string
}

// A Column of a Table. From is the canonical path that it holds; empty if it
// has no place in the canonical event. Of several columns that hold the same
// path queries use the first; of a row the last one with a value is read, so
// that a copy stands before the original that it may be older than.
type Column struct {
	Name string
	Type string // as KQL calls it
	From string

	// Form is how a column of type string holds parts, and the Rest: "xml" as
	// the event log of Windows writes it, where the key of a tag of its head
	// stands in brackets: <EventID>; "pairs" of name=value, or the "extensions"
	// of CEF, which semicolons part. A dynamic one is an object.
	Form string
}

// Rest is where a column is From that holds every field which has no place of
// its own in the table.
const Rest = "*"

// A Feed is how Splunk keeps the log.
type Feed struct {
	Macro       string   // the macro that gives the events with canonical fields
	Sourcetypes []string // what the macro reads

	// Find narrows the sourcetypes, in the words of the search command.
	Find string

	// Fields says that the add-on takes the fields out of the events, so that
	// none is read from their text.
	Fields bool
}

// Tagged tells whether events are found by a tag alone, whatever their
// sourcetype: those of Splunk's data models.
func (f *Feed) Tagged() bool { return len(f.Sourcetypes) == 1 && f.Sourcetypes[0] == AnySourcetype }

// AnySourcetype stands for whichever sourcetype an event has.
const AnySourcetype = "*"

// A Shape is a way in which a product writes events of the log.
type Shape struct {
	Name       string
	Title      string
	Sourcetype string // of a Splunk shape
	Table      bool   // a row of the log's KQL table

	// Base is where the canonical event stands in the written one:
	// "properties". Empty means that it is the written one.
	Base string

	// Text says that the value at Base is JSON text, and not an object.
	Text bool

	// Form is how what is written differs from a JSON object of this layout,
	// such as "query" for a result of the Log Analytics query API; empty if it
	// does not. Package event knows the forms.
	Form string

	// Moved lists the canonical paths that stand elsewhere than under Base.
	// The first address of a path is written, all are tried in reading.
	Moved []Address

	// Lacks lists the canonical paths that the shape can't carry.
	Lacks []string

	// Marks tell the shape from others: all of them hold of what is written in
	// it. Of two shapes whose marks hold, the one with more is meant, then the
	// one whose log, and which itself, comes first.
	Marks []Mark

	// Fixed lists what every event of the shape says, whatever it holds.
	Fixed []Fixed

	// Times is how the shape writes the times under Base; see Address.
	Times string

	// Computed says that fields made in reading are written too: in shapes of
	// our own.
	Computed bool
}

// Entities is the form of fields that an add-on takes out of XML as they stand
// there, with entities for what may not.
const Entities = "entities"

// An Address says where a shape keeps a canonical path.
type Address struct {
	Path string   // canonical
	At   []string // in the written event; see Steps

	// Copies are written like the first of At, and tried after all of At.
	Copies []string

	// Times is how a time is written at Copies: "z" (the default,
	// 2006-01-02T15:04:05Z), "offset" (…+00:00), "bare" (without either),
	// "us" (1/2/2006 3:04:05 PM) or "ms" or "s" (the number of
	// milliseconds or seconds since 1970).
	Times string

	// Type is the type of the value at Copies; empty if it is the field's.
	Type Type
}

// A Mark holds when a value stands at one of the addresses, and is one of Is
// if that is given: texts in any case, in which a star stands for any run.
type Mark struct {
	At []string
	Is []string

	// Absent turns it over: there is no such value.
	Absent bool
}

// Fixed is a value that a shape has at an address, if the event puts none
// there.
type Fixed struct {
	At    string
	Value string
	Null  bool // and not Value
}

// Steps splits an address into keys. A dot separates them; a key that holds
// dots itself stands in brackets: claims.[http://schemas.example/name].
func Steps(address string) []string {
	var keys []string
	for address != "" {
		if rest, ok := strings.CutPrefix(address, "["); ok {
			if key, after, closed := strings.Cut(rest, "]"); closed {
				keys, address = append(keys, key), strings.TrimPrefix(after, ".")
				continue
			}
		}
		key, rest, _ := strings.Cut(address, ".")
		keys, address = append(keys, key), rest
	}
	return keys
}

// A Step goes from a value to one below it: to the value of Key, and if By is
// set, there to the members whose property By is Is, or to every member if
// Every is set.
type Step struct {
	Key   string
	By    string
	Is    string
	Every bool
}

// A Path is a way from an event, or a member of a list, to values.
type Path []Step

// String writes the path as rules do: targetResources[Role].displayName.
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.Key)
		switch {
		case s.Every:
			b.WriteString("[]")
		case s.By != "":
			b.WriteString("[" + s.Is + "]")
		}
	}
	return b.String()
}

// Keys makes a path of plain keys from a dotted name; see Steps.
func Keys(dotted string) Path {
	var p Path
	for _, k := range Steps(dotted) {
		p = append(p, Step{Key: k})
	}
	return p
}
