package schema

import "strings"

// Made says how a field is made of others: texts that are joined, or a word
// for each value of another field.
type Made struct {
	// Join lists the texts, With what stands between two of them. One that is
	// missing or empty is left out, with what stands before it. A field of
	// which all are missing is missing.
	Join []Piece
	With string

	// Of is the field for whose values Words are. For another value the field
	// is missing.
	Of    string
	Words []Word
}

// A Piece is the text of a field with what stands before it: SHA1=…
type Piece struct {
	Before string
	Field  string // canonical
}

// A Word stands for some values, in any case.
type Word struct {
	Is string
	Of []string
}

// Text gives the text of the field, of those of the fields that it is made of.
// It is empty if the field is missing.
func (m *Made) Text(of func(field string) string) string {
	if m.Of != "" {
		value := of(m.Of)
		for _, w := range m.Words {
			for _, v := range w.Of {
				if strings.EqualFold(v, value) {
					return w.Is
				}
			}
		}
		return ""
	}
	var texts []string
	for _, p := range m.Join {
		if text := of(p.Field); text != "" {
			texts = append(texts, p.Before+text)
		}
	}
	return strings.Join(texts, m.With)
}

// Parts is Text the other way round: it gives each field that a text is made
// of, as far as the text tells.
func (m *Made) Parts(text string, set func(field, text string)) {
	if m.Of != "" {
		for _, w := range m.Words {
			if strings.EqualFold(w.Is, text) {
				set(m.Of, w.Of[0])
				return
			}
		}
		return
	}
	if m.labelled() {
		for piece := range strings.SplitSeq(text, m.With) {
			for _, p := range m.Join {
				if rest, ok := strings.CutPrefix(piece, p.Before); ok {
					set(p.Field, rest)
				}
			}
		}
		return
	}
	m.cut(text, set)
}

// labelled tells whether something stands before each text.
func (m *Made) labelled() bool {
	for _, p := range m.Join {
		if p.Before == "" {
			return false
		}
	}
	return true
}

// cut takes the texts off the end, each but the first at the last separator:
// a path of a registry key has more of them.
func (m *Made) cut(text string, set func(field, text string)) {
	for i := len(m.Join) - 1; i > 0; i-- {
		at := strings.LastIndex(text, m.With)
		if at < 0 {
			break
		}
		set(m.Join[i].Field, text[at+len(m.With):])
		text = text[:at]
	}
	set(m.Join[0].Field, text)
}
