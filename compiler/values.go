package compiler

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
)

// values lowers what an item asks of its field.
//
//	f: [a, b]         ->  f in (a, b)
//	f|all: [a, b]     ->  f in (a) and f in (b)
//	f|neq: [a, b]     ->  not (f in (a, b))
//	f|neq|all: [a, b] ->  not (f in (a) and f in (b))
//	f|exists: false   ->  not (f exists)
func (l *lowering) values(item *sigma.Item, field *ir.Field) ir.Pred {
	if item.Has("exists") {
		return l.exists(item, field)
	}
	if item.Has("all") {
		preds := make([]ir.Pred, len(item.Values))
		for i, v := range item.Values {
			preds[i] = l.test(field, v, l.matches(item, v)...)
		}
		return l.negated(item, and(preds, item.At))
	}
	var any []ir.Match
	for _, v := range item.Values {
		any = append(any, l.matches(item, v)...)
	}
	return l.negated(item, l.test(field, item, any...))
}

func (l *lowering) exists(item *sigma.Item, field *ir.Field) ir.Pred {
	p := l.test(field, item, &ir.Exists{})
	if b, ok := item.Values[0].(*sigma.Bool); ok && !b.Value {
		return &ir.Not{X: p, At: item.At}
	}
	return p
}

// matches lowers one value: the alternatives that it stands for, of which
// there are several with base64offset and with a placeholder.
func (l *lowering) matches(item *sigma.Item, v sigma.Value) []ir.Match {
	if part := timePartOf(item); part != "" {
		return l.timePart(item, v, part)
	}
	if op, ok := compareOp(item); ok {
		d, _ := numberOf(v)
		return []ir.Match{&ir.Compare{Op: op, Value: d}}
	}
	switch v := v.(type) {
	case *sigma.Null:
		return []ir.Match{&ir.Null{}}
	case *sigma.Bool:
		if !item.Keywords && !textual(item) {
			return []ir.Match{&ir.Bool{Value: v.Value}}
		}
	case *sigma.Number:
		if d, ok := numberOf(v); ok && !item.Keywords && !textual(item) {
			return []ir.Match{&ir.Number{Value: d, Written: v.Text.Value}}
		}
	}
	if item.Has("fieldref") {
		return []ir.Match{l.fieldRef(item, v)}
	}
	var out []ir.Match
	for _, text := range l.expand(item, v) {
		out = append(out, l.textMatches(item, v, text)...)
	}
	return out
}

// textual tells whether a modifier makes a number or boolean act by its text.
func textual(item *sigma.Item) bool {
	for _, m := range item.Modifiers {
		switch m.Name {
		case "all", "neq", "expand":
		default:
			return true
		}
	}
	return false
}

func compareOp(item *sigma.Item) (ir.Op, bool) {
	for _, m := range item.Modifiers {
		switch op := ir.Op(m.Name); op {
		case ir.Gt, ir.Gte, ir.Lt, ir.Lte:
			return op, true
		}
	}
	return ir.Eq, false
}

func timePartOf(item *sigma.Item) string {
	for _, m := range item.Modifiers {
		switch m.Name {
		case "minute", "hour", "day", "week", "month", "year":
			return m.Name
		}
	}
	return ""
}

func (l *lowering) timePart(item *sigma.Item, v sigma.Value, part string) []ir.Match {
	op, _ := compareOp(item)
	d, _ := numberOf(v)
	return []ir.Match{&ir.TimePart{Part: part, Op: op, Value: d}}
}

// numberOf reads a number of the rule by the YAML 1.2 core schema: 010 is ten,
// 0x17 and 0o10 are what they say.
func numberOf(v sigma.Value) (ir.Decimal, bool) {
	text := v.Written().Value
	for _, base := range []struct {
		prefix string
		base   int64
	}{{"0x", 16}, {"0o", 8}} {
		if digits, ok := strings.CutPrefix(text, base.prefix); ok {
			return decimalInBase(digits, base.base)
		}
	}
	return ir.ParseDecimal(strings.TrimSuffix(text, "."))
}

func (l *lowering) fieldRef(item *sigma.Item, v sigma.Value) ir.Match {
	for _, node := range []sigma.Node{item, v} {
		if ref := l.fields[node]; ref != nil && ref.Member > 0 {
			l.errorAt(l.file, node.Span(), "field/ref-member",
				fmt.Sprintf("fieldref compares fields of the whole event, and %q is one of a member of a list", ref.Name))
		}
	}
	m := &ir.FieldRef{Other: l.field(v, v.Written(), 0), Kind: ir.RefEqual, Cased: item.Has("cased")}
	for _, kind := range []ir.RefKind{ir.RefContains, ir.RefStartsWith, ir.RefEndsWith} {
		if item.Has(string(kind)) {
			m.Kind = kind
		}
	}
	return m
}

// textMatches lowers text that has no placeholder left.
func (l *lowering) textMatches(item *sigma.Item, v sigma.Value, text string) []ir.Match {
	_, isString := v.(*sigma.String)
	switch {
	case item.Has("re"):
		return []ir.Match{&ir.Regex{Source: text, Flags: regexFlags(item)}}
	case item.Has("cidr"):
		return l.cidr(v, text)
	}
	runs := []sigma.Run{{Kind: sigma.Literal, Text: text}}
	if isString {
		runs = (&sigma.String{Text: sigma.Text{Value: text}}).Runs()
	}
	var out []ir.Match
	for _, parts := range encode(item, partsOf(runs)) {
		if item.Has("windash") {
			parts = windash(parts)
		}
		out = append(out, placed(item, parts))
	}
	return out
}

func partsOf(runs []sigma.Run) []ir.Part {
	parts := make([]ir.Part, 0, len(runs))
	for _, r := range runs {
		switch {
		case r.Kind == sigma.AnyRun:
			parts = append(parts, ir.Part{Kind: ir.AnyRun})
		case r.Kind == sigma.AnyOne:
			parts = append(parts, ir.Part{Kind: ir.AnyOne})
		case r.Text != "":
			parts = append(parts, ir.Part{Kind: ir.Literal, Text: r.Text})
		}
	}
	return parts
}

// placed puts the pattern where contains and its kin want it. A pattern of
// nothing but runs asks only for a value.
//
//	f: '*'           ->  f is present
//	f|contains: ''   ->  f is present
//	keyword a        ->  *a*
func placed(item *sigma.Item, parts []ir.Part) ir.Match {
	run := ir.Part{Kind: ir.AnyRun}
	out := make([]ir.Part, 0, len(parts)+2)
	if item.Keywords || item.Has("contains") || item.Has("endswith") {
		out = append(out, run)
	}
	for _, p := range parts {
		out = appendPart(out, p)
	}
	if item.Keywords || item.Has("contains") || item.Has("startswith") {
		out = appendPart(out, run)
	}
	if !item.Keywords && len(out) == 1 && out[0] == run {
		return &ir.Present{}
	}
	return &ir.Text{Parts: out, Cased: item.Has("cased")}
}

// appendPart makes one run of neighbours: two find no more than one.
func appendPart(out []ir.Part, p ir.Part) []ir.Part {
	if p.Kind == ir.AnyRun && len(out) > 0 && out[len(out)-1].Kind == ir.AnyRun {
		return out
	}
	return append(out, p)
}

func regexFlags(item *sigma.Item) string {
	flags := ""
	for _, f := range []string{"i", "m", "s"} {
		if item.Has(f) {
			flags += f
		}
	}
	return flags
}

// cidr clears the bits of the host; a bare address is a network of one.
func (l *lowering) cidr(v sigma.Value, text string) []ir.Match {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		a, addrErr := netip.ParseAddr(text)
		if addrErr != nil {
			l.errorAt(l.file, v.Span(), "value/cidr", fmt.Sprintf("%q is no network; 10.0.0.0/8 and 2001:db8::/32 are", text))
			return nil
		}
		prefix = netip.PrefixFrom(a, a.BitLen())
	}
	return []ir.Match{&ir.CIDR{Prefix: unmap(prefix).Masked()}}
}

// unmap turns a network of IPv4-mapped addresses into one of IPv4.
func unmap(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p
}
