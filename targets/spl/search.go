package spl

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// The levels of operators. search and where do not agree on whether AND or OR
// binds tighter, so that one never stands in the other without parentheses.
const (
	levelJoin = iota // AND, OR
	levelNot
	levelAtom
)

// searchable tells whether the search command can say a predicate exactly.
func (s *scope) searchable(p ir.Pred) bool {
	switch p := p.(type) {
	case *ir.And:
		return s.allSearchable(p.X)
	case *ir.Or:
		return s.allSearchable(p.X)
	case *ir.Not:
		return s.searchable(p.X)
	case *ir.Const, *ir.Member:
		return false
	case *ir.Test:
		return s.searchableTest(p)
	default:
		panic(fmt.Sprintf("spl: unknown predicate %T", p))
	}
}

func (s *scope) allSearchable(x []ir.Pred) bool {
	for _, p := range x {
		if !s.searchable(p) {
			return false
		}
	}
	return true
}

func (s *scope) searchableTest(t *ir.Test) bool {
	if t.Field == nil || !nameable(s.column(t.Field)) {
		return false
	}
	return !slices.ContainsFunc(t.Any, func(m ir.Match) bool { return !searchableMatch(m) })
}

// searchableMatch tells whether search has values that say a match: it has no
// case, no single character, no dash of any kind. An empty value and nothing
// but stars are left to where, which knows for sure what is absent.
func searchableMatch(m ir.Match) bool {
	switch m := m.(type) {
	case *ir.Text:
		return !m.Cased && searchableParts(m.Parts) && !isNetwork(m)
	case *ir.Number, *ir.Bool:
		return true
	}
	return false
}

func searchableParts(parts []ir.Part) bool {
	literal := false
	for _, p := range parts {
		switch {
		case p.Kind == ir.Literal && searchableText(p.Text):
			literal = true
		case p.Kind != ir.AnyRun:
			return false
		}
	}
	return literal
}

// appendValues adds the values that say a searchable match.
// Manual, search: "Comparison expressions with the equal ( = ) or not equal
// ( != ) operator compare string values. For example, "1" does not match
// "1.0"." So "04624" is not met by 4624.
func appendValues(values []string, m ir.Match) []string {
	switch m := m.(type) {
	case *ir.Text:
		return append(values, searchPattern(m))
	case *ir.Number:
		return append(values, numberTexts(m)...)
	case *ir.Bool:
		return append(values, strconv.FormatBool(m.Value))
	default:
		panic(fmt.Sprintf("spl: search does not say %T", m))
	}
}

// searchPattern writes a text with its stars.
func searchPattern(t *ir.Text) string {
	size := len(`""`)
	for _, p := range t.Parts {
		size += len(p.Text) + len("*")
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteByte('"')
	for _, p := range t.Parts {
		if p.Kind == ir.AnyRun {
			b.WriteByte('*')
		} else {
			b.WriteString(escaper.Replace(p.Text))
		}
	}
	b.WriteByte('"')
	return b.String()
}

// isNetwork tells whether search would take a text for a network: "The search
// command can perform a CIDR match on a field that contains IPv4 and IPv6
// addresses."
func isNetwork(t *ir.Text) bool {
	shape, s := t.Shape()
	if shape != ir.Equals || !strings.Contains(s, "/") {
		return false
	}
	_, err := netip.ParsePrefix(strings.TrimSpace(s))
	return err == nil
}

// numberTexts gives the texts that a number is met by: the canonical one, and
// the one that the rule writes.
func numberTexts(n *ir.Number) []string {
	canonical := n.Value.String()
	if n.Written == canonical || n.Written == "" {
		return []string{canonical}
	}
	return []string{canonical, text(n.Written)}
}

// terms writes predicates that must all hold, for search.
func (s *scope) terms(x []ir.Pred) []write.Text {
	if len(x) == 1 {
		return []write.Text{s.term(x[0]).Text}
	}
	parts := make([]write.Text, len(x))
	for i, p := range x {
		parts[i] = s.term(p).In(levelNot)
	}
	return parts
}

// term writes a predicate that is searchable.
func (s *scope) term(p ir.Pred) write.Expr {
	switch p := p.(type) {
	case *ir.And:
		return write.Expr{Text: write.Join(s.terms(p.X), " "), Level: levelJoin}
	case *ir.Or:
		parts := make([]write.Text, len(p.X))
		for i, x := range p.X {
			parts[i] = s.term(x).In(levelNot)
		}
		return write.Expr{Text: write.Join(parts, " OR "), Level: levelJoin}
	case *ir.Not:
		return write.Expr{Text: s.term(p.X).In(levelAtom).Wrap("NOT ", ""), Level: levelNot}
	case *ir.Test:
		return write.Expr{Text: s.searchTest(p), Level: levelAtom}
	default:
		panic(fmt.Sprintf("spl: search does not say %T", p))
	}
}

func (s *scope) searchTest(t *ir.Test) write.Text {
	defer s.within(t.In)()
	values := make([]string, 0, len(t.Any))
	for _, m := range t.Any {
		s.valueLimits(t, m)
		values = appendValues(values, m)
	}
	s.fieldLimits(t)
	name := searchField(s.column(t.Field))
	if len(values) == 1 {
		return s.link(t, name+"="+values[0])
	}
	return s.link(t, name+" IN ("+strings.Join(values, ", ")+")")
}

// link makes the text of a test, which says its span of the document.
func (s *scope) link(t *ir.Test, text string) write.Text {
	defer s.within(t.In)()
	return write.Of(text).Linked(s.file, t.At)
}
