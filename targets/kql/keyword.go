package kql

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// keywords asks each column that holds a part of the event for itself.
func (s *scope) keywords(t *ir.Test) []cond {
	if s.log.Open {
		s.declare("kql/keyword-names", t.At)
		return s.keywordConds(operand{expr: "*", typ: "string", field: &ir.Field{At: t.At}, kind: openField, query: s.query}, t.Any)
	}
	var out []cond
	for _, c := range s.log.KQL.Columns {
		o := operand{expr: name(c.Name), typ: c.Type, field: &ir.Field{At: t.At}, query: s.query}
		switch {
		case c.From == "" || c.Type == "bool":
			continue
		case c.Type == "dynamic":
			s.declare("kql/keyword-names", t.At)
			o.typ, o.expr = "string", "tostring("+o.expr+")"
			out = append(out, s.oneOf(t, o, escaped(t.Any, inJSON))...)
		case c.Form == "xml":
			s.declare("kql/keyword-names", t.At)
			out = append(out, s.oneOf(t, o, escaped(t.Any, inXML))...)
		default:
			out = append(out, s.oneOf(t, o, t.Any)...)
		}
	}
	return out
}

// oneOf asks a column for one of several keywords. They stand in a function
// that is written once, since a table has many columns: a rule of Sentinel
// takes 10,000 characters.
func (s *scope) oneOf(t *ir.Test, o operand, any []ir.Match) []cond {
	conds := s.keywordConds(o, any)
	isText := func(m ir.Match) bool { _, ok := m.(*ir.Text); return ok }
	if len(any) == 1 || slices.ContainsFunc(any, func(m ir.Match) bool { return !isText(m) }) {
		return conds
	}
	column := operand{expr: "s", typ: "string", field: o.field, query: s.query}
	var asked []write.Expr
	for _, c := range s.keywordConds(column, any) {
		asked = append(asked, c.expr(false))
	}
	body := chain(asked, "or", levelOr).Linked(s.file(), t.At)
	return []cond{{text: s.function("keywords", body) + "(" + o.text() + ")", level: levelPrimary}}
}

// keywordConds can't turn a question to * over: it would hold if one column
// does not have the keyword.
func (s *scope) keywordConds(o operand, any []ir.Match) []cond {
	conds := s.valueConds(o, any)
	for i := range conds {
		conds[i].operator, conds[i].not = 0, ""
	}
	return conds
}

// escaped turns texts into what they are inside JSON or XML.
func escaped(any []ir.Match, escape func(string) string) []ir.Match {
	out := make([]ir.Match, len(any))
	for i, m := range any {
		out[i] = m
		text, ok := m.(*ir.Text)
		if !ok {
			continue
		}
		changed := &ir.Text{Cased: text.Cased}
		for _, p := range text.Parts {
			p.Text = escape(p.Text)
			changed.Parts = append(changed.Parts, p)
		}
		out[i] = changed
	}
	return out
}

// inJSON escapes quotes and backslashes.
func inJSON(s string) string {
	quoted := eval.JSON(eval.String(s))
	return strings.TrimSuffix(strings.TrimPrefix(quoted, `"`), `"`)
}

// inXML escapes what may not stand in the text of an element.
func inXML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
