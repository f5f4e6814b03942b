package kql

import (
	"slices"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// valueKind says what is known of an operand besides its type.
type valueKind int

const (
	declaredValue valueKind = iota
	derivedValue            // a text that is never empty if it is there
	openField               // the text of a field of an open log
)

// An operand is a value that conditions are asked of.
type operand struct {
	expr  string
	typ   string // as KQL calls it
	field *ir.Field
	kind  valueKind

	parent, key string // of a value below a dynamic one
	query       *query // of which helpers are called
}

// text is the operand as a string.
func (o operand) text() string {
	text := o.expr
	if o.typ != "string" {
		text = "tostring(" + text + ")"
	}
	if o.field != nil && o.field.Unquote && o.kind == declaredValue {
		return o.query.call("unquote", text)
	}
	return text
}

// dynamic is the operand as a dynamic value: some tables keep JSON as text.
func (o operand) dynamic() string {
	if o.typ == "dynamic" {
		return o.expr
	}
	return "parse_json(" + o.expr + ")"
}

// array is the operand as what mv-apply goes through. What a text holds is
// written only once.
func (o operand) array() string {
	if o.typ == "dynamic" {
		return o.expr
	}
	return o.query.call("elements", o.dynamic())
}

// numeric tells whether the column holds numbers.
func (o operand) numeric() bool {
	return slices.Contains([]string{"long", "int", "real", "decimal"}, o.typ)
}

// safeInteger is the first whole number that a double can't tell from its
// neighbour.
const safeInteger = 1 << 53

// comparesAsNumber tells whether the operand is a number, and need not be
// read as the text of one.
func (o operand) comparesAsNumber(d ir.Decimal) bool {
	return o.numeric() || o.typ == "dynamic" && o.field.Type == schema.Number && isSafe(d)
}

// asNumber gives the operand as a number, and how a bound is written beside
// it.
func (o operand) asNumber(bound ir.Decimal) (value, literal string) {
	switch {
	case !o.comparesAsNumber(bound):
		return o.query.call("number", o.text()), number(bound)
	case o.typ == "dynamic":
		return "toreal(" + o.expr + ")", realNumber(bound)
	case o.typ == "real":
		return o.expr, realNumber(bound)
	}
	return o.expr, number(bound)
}

func isSafe(d ir.Decimal) bool {
	n, ok := d.Integer()
	return ok && -safeInteger < n && n < safeInteger
}
