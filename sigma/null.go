package sigma

import (
	"bytes"
	"fmt"
	"strings"
)

// nullInList refuses null beside other values: null asks whether the field is
// there, the others ask what it holds, and engines answer the mix differently.
func (p *parser) nullInList(key Text, l *List, null *Scalar) {
	at := place(key.At, null)
	message := fmt.Sprintf("%q has null in its list; null must stand alone", key.Value)
	if dash := bytes.LastIndexByte(p.file.Src[:null.Text.At.Start], '-'); null.Text.Value == "" && dash > key.At.End {
		at = Span{dash, dash + 1}
		message = fmt.Sprintf("%q has an empty entry in its list, which YAML reads as null; null must stand alone", key.Value)
	}
	d := p.report(Error, "value/null", at, message)
	if len(l.Of) == 1 {
		d.fix("write null without the list", true, Edit{l.At, "null"})
		return
	}
	d.label("a map of its own, in a list of maps, can ask for the absent field")
	if line, ok := p.lineOf(null.Text.At, "-"); ok {
		d.fix("remove null", false, Edit{line, ""})
	} else if cut, ok := p.flowEntry(null.Text.At); ok {
		d.fix("remove null", false, Edit{cut, ""})
	}
}

// flowEntry is an entry of a list in brackets with the comma that goes with it.
func (p *parser) flowEntry(at Span) (Span, bool) {
	src := p.file.Src
	start, end := at.Start, at.End
	for start > 0 && isBlank(src[start-1]) {
		start--
	}
	for end < len(src) && isBlank(src[end]) {
		end++
	}
	switch {
	case start > 0 && src[start-1] == ',':
		return Span{start - 1, at.End}, true
	case end < len(src) && src[end] == ',':
		for end++; end < len(src) && isBlank(src[end]); end++ {
		}
		return Span{at.Start, end}, true
	}
	return Span{}, false
}

// offerAbsent mends null in the list of a search's only item: the search
// becomes a list of two maps, the second of which asks for the absent field.
//
//	selection:          selection:
//	  Field:              - Field:
//	    - a                   - a
//	    - null             - Field: null
func (p *parser) offerAbsent(d *Diagnostic, m *Map) {
	l, _ := m.Entries[0].Data.(*List)
	if d.Code != "value/null" || l == nil || len(l.Of) < 2 || l.At.Start < m.At.Start {
		return
	}
	src, key := p.file.Src, m.Entries[0].Key
	gone, ok := p.lineOf(d.At, "-")
	margin := bytes.LastIndexByte(src[:key.At.Start], '\n') + 1
	indent := string(src[margin:key.At.Start])
	if !ok || strings.TrimSpace(indent) != "" || strings.Contains(key.Value, "|") || l.nulls() > 1 {
		return
	}
	edits := []Edit{{Span{key.At.Start, key.At.Start}, "- "}}
	for p, end := key.At.Start, m.At.End; p < end; p++ {
		if src[p] == '\n' && p+1 < end && p+1 != gone.Start {
			edits = append(edits, Edit{Span{p + 1, p + 1}, "  "})
		}
	}
	absent := indent + "- " + string(src[key.At.Start:key.At.End]) + ": null"
	if gone.End >= m.At.End {
		edits = append(edits, Edit{gone, absent + "\n"})
	} else {
		edits = append(edits, Edit{gone, ""}, Edit{Span{m.At.End, m.At.End}, "\n" + absent})
	}
	d.Fixes = append([]Fix{{"ask for the absent field in a map of its own", true, edits}}, d.Fixes...)
}

func (d *List) nulls() int {
	n := 0
	for _, x := range d.Of {
		if s, ok := x.(*Scalar); ok && !s.Quoted && isCoreNull(s.Text.Value) {
			n++
		}
	}
	return n
}
