package sigma

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// checkValues holds the values of an item against its modifiers.
func (p *parser) checkValues(item *Item) {
	p.checkAll(item)
	if !p.checkField(item) {
		return
	}
	want := itemTakes(item)
	for _, v := range item.Values {
		if p.checkType(item, v, want) {
			p.checkContent(item, v)
		}
	}
}

// checkAll refuses "all" where there is nothing to choose from: engines
// disagree on it, and the author meant something else or nothing. A
// placeholder may stand for many values.
func (p *parser) checkAll(item *Item) {
	if len(item.Values) != 1 || item.Has("expand") {
		return
	}
	for _, m := range item.Modifiers {
		if m.Name == "all" {
			p.report(Error, "modifier/all-of-one", m.At, `modifier "all" needs two values or more, and there is one`).
				fix("remove |all", true, Edit{Span{m.At.Start - 1, m.At.End}, ""})
		}
	}
}

// checkField refuses modifiers that ask about a field where there is none.
func (p *parser) checkField(item *Item) bool {
	if !item.Keywords {
		return true
	}
	for _, m := range item.Modifiers {
		if inGroups(m.Name, "exists ref compare time cidr") {
			p.report(Error, "modifier/needs-field", m.At, fmt.Sprintf("modifier %q needs a field before it", m.Name))
			return false
		}
	}
	return true
}

// checkType reports a value of a type that the modifiers can't work on.
func (p *parser) checkType(item *Item, v Value, want takes) bool {
	switch v := v.(type) {
	case *String:
		switch want {
		case takesNumber:
			p.wantNumber(item, v)
			return false
		case takesBool:
			p.wantBool(item, v)
			return false
		}
	case *Number:
		switch want {
		case takesBool:
			p.wrongType(item, v.Text, "needs true or false")
			return false
		case takesString:
			p.wrongType(item, v.Text, "needs text").fix("quote", true, Edit{v.Text.At, singleQuote(v.Text.Value)})
			return false
		}
	case *Bool:
		switch {
		case item.Keywords:
			p.report(Error, "value/type", v.Text.At, fmt.Sprintf("%s stands as a keyword; a keyword must be text or a number", v.Text.Value)).
				fix("quote", true, Edit{v.Text.At, singleQuote(v.Text.Value)})
			return false
		case want == takesText, want == takesString:
			p.wrongType(item, v.Text, "needs text").fix("quote", true, Edit{v.Text.At, singleQuote(v.Text.Value)})
			return false
		case want == takesNumber:
			p.wrongType(item, v.Text, "needs a number")
			return false
		}
	case *Null: // was reported, unless nothing or neq stands before it
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", v))
	}
	return true
}

// wrongType blames the modifier that makes the demand.
func (p *parser) wrongType(item *Item, t Text, needs string) *Diagnostic {
	name, want := "", itemTakes(item)
	for _, m := range item.Modifiers {
		if modifierByName(m.Name).takes == want {
			name = m.Name
		}
	}
	return p.report(Error, "value/type", t.At, fmt.Sprintf("modifier %q %s, not %s", name, needs, p.file.Text(firstLine(p.file, t.At))))
}

func (p *parser) wantNumber(item *Item, v *String) {
	d := p.wrongType(item, v.Text, "needs a number")
	if isCoreNumber(v.Text.Value) {
		d.label("it is in quotes, so it is text").fix("remove the quotes", true, Edit{v.Text.At, v.Text.Value})
	}
}

// wantBool knows what older YAML took for booleans.
func (p *parser) wantBool(item *Item, v *String) {
	d := p.wrongType(item, v.Text, "needs true or false")
	for _, word := range []struct {
		text, means string
	}{{"true", "true"}, {"yes", "true"}, {"on", "true"}, {"false", "false"}, {"no", "false"}, {"off", "false"}} {
		if strings.EqualFold(v.Text.Value, word.text) {
			d.label("it is text in YAML 1.2").fix("write "+word.means, true, Edit{v.Text.At, word.means})
		}
	}
}

// checkContent looks into a value of the right type.
func (p *parser) checkContent(item *Item, v Value) {
	s, ok := v.(*String)
	if !ok || kindOf(&Scalar{Text: s.Text}) == "text" { // other text has quotes, or a tag
		p.checkTyping(v.Written(), v)
	}
	for _, m := range item.Modifiers {
		switch {
		case m.Name == "re":
			p.checkRegex(v.Written())
		case m.Name == "cidr" && ok && !item.Has("expand"):
			p.checkCIDR(s.Text)
		case inGroups(m.Name, "base64") && ok:
			p.checkNoWildcard(m, s)
		case inGroups(m.Name, "time"):
			p.checkTimePart(m, v)
		}
	}
}

// checkTyping names the scalars that YAML 1.1 tools, which most are, take for
// something else than YAML 1.2 does. A key is always text to us.
func (p *parser) checkTyping(t Text, v Value) {
	if t.At.Len() == 0 || strings.IndexByte(`'"|>&!?`, p.file.Src[t.At.Start]) >= 0 {
		return
	}
	_, number := v.(*Number)
	_, str := v.(*String)
	switch {
	case number && (leadingZero(t.Value) || strings.HasPrefix(t.Value, "0o") || bareExponent.MatchString(t.Value)):
	case str && yaml11.MatchString(t.Value):
	default:
		return
	}
	d := p.report(Info, "yaml/ambiguous", t.At, fmt.Sprintf("%s is %s in YAML 1.2, and older tools read it otherwise", t.Value, kindOf(&Scalar{Text: t, Quoted: str})))
	if str {
		d.fix("quote", true, Edit{t.At, singleQuote(t.Value)})
	}
}

// bareExponent finds 1e3, a thousand, and text in YAML 1.1, whose floats have
// a dot, and a sign in the exponent (yaml.org/type/float).
var bareExponent = regexp.MustCompile(`^[-+]?(?:[0-9]+[eE]|[0-9.]+[eE][0-9])`)

// leadingZero finds 010, which is ten, and eight in YAML 1.1, and 09, which is
// text there.
func leadingZero(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	return len(digits) > 1 && digits[0] == '0' && strings.Trim(digits, "0123456789") == ""
}

func (p *parser) checkNoWildcard(m Modifier, s *String) {
	for _, run := range s.Runs() {
		if run.Kind != Literal {
			char := s.Text.Value[run.Start:run.End]
			at := p.file.Within(s.Text, run.Start, run.End)
			p.report(Error, "value/wildcard", at, fmt.Sprintf("%q is a wildcard, and modifier %q encodes bytes; a plain %s is written \\%s", char, m.Name, char, char))
			return
		}
	}
}

// checkCIDR wants a network. A bare address and host bits have one meaning
// only, yet other tools refuse them.
func (p *parser) checkCIDR(t Text) {
	if prefix, err := netip.ParsePrefix(t.Value); err == nil {
		if masked := prefix.Masked(); masked != prefix {
			p.report(Warning, "value/cidr", t.At, fmt.Sprintf("%q has bits behind its network part; the network is %s", t.Value, masked)).
				fix("write "+masked.String(), true, Edit{t.At, singleQuote(masked.String())})
		}
		return
	}
	if addr, err := netip.ParseAddr(t.Value); err == nil && addr.Zone() == "" {
		mended := fmt.Sprintf("%s/%d", addr, addr.BitLen())
		p.report(Warning, "value/cidr", t.At, fmt.Sprintf("%q is an address; the network of it alone is %s", t.Value, mended)).
			fix("write "+mended, true, Edit{t.At, singleQuote(mended)})
		return
	}
	d := p.report(Error, "value/cidr", t.At, fmt.Sprintf("%q is no network; it must look like 10.0.0.0/8 or 2001:db8::/32", t.Value))
	if mended := starNetwork(t.Value); mended != "" {
		d.fix("write "+mended, false, Edit{t.At, singleQuote(mended)})
	}
}

// starNetwork reads "10.1.*" as the author meant it.
func starNetwork(s string) string {
	head, ok := strings.CutSuffix(s, ".*")
	for ok && strings.HasSuffix(head, ".*") {
		head = strings.TrimSuffix(head, ".*")
	}
	octets := strings.Split(head, ".")
	if !ok || len(octets) > 3 {
		return ""
	}
	full := strings.Join(append(slices.Clone(octets), slices.Repeat([]string{"0"}, 4-len(octets))...), ".")
	if addr, err := netip.ParseAddr(full); err == nil {
		return fmt.Sprintf("%s/%d", addr, 8*len(octets))
	}
	return ""
}

var timeParts = []struct {
	name     string
	min, max float64
}{
	{"minute", 0, 59}, {"hour", 0, 23}, {"day", 1, 31}, {"week", 1, 53}, {"month", 1, 12},
}

// checkTimePart warns of a part of time that no time has.
func (p *parser) checkTimePart(m Modifier, v Value) {
	n, ok := v.(*Number)
	if !ok {
		return
	}
	for _, part := range timeParts {
		if x := n.Float(); part.name == m.Name && (x < part.min || x > part.max) {
			p.report(Warning, "value/range", n.Text.At, fmt.Sprintf("no time has the %s %s; it goes from %g to %g", m.Name, n.Text.Value, part.min, part.max))
		}
	}
}
