package schema

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Made says how a field is made of others: texts that are joined, a word for
// each value of another field, a part of the text of another field, or that
// text as its kind wants it.
type Made struct {
	// Join lists the texts, With what stands between two of them. One that is
	// missing or empty is left out, with what stands before it. A field of
	// which all are missing is missing.
	Join []Piece
	With string

	// Starts are beginnings of the joined text for which words stand.
	Starts []Word

	// Of is the field for whose values Words are. For another value the field
	// is missing.
	Of    string
	Words []Word

	// Kind is the field that tells what Of holds, if Words are for its values:
	// for some of them a word stands, or the number in hexadecimal where the
	// word says %08x; else Of is taken as it is.
	Kind string

	// Find is a regular expression that fits the whole text of Of if there is
	// such a part in it, which is its only group: the path of a URL. Put is a
	// text of Of, with the part where %s stands.
	Find, Put string
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

// Hex is where a word has the number that it stands for.
const Hex = "%08x"

// Text gives the text of the field, of those of the fields that it is made of.
// It is empty if the field is missing.
func (m *Made) Text(of func(field string) string) string {
	switch {
	case m.Find != "":
		return m.found(of(m.Of))
	case m.Kind != "":
		return m.ofKind(of(m.Kind), of(m.Of))
	case m.Of != "":
		word, _ := m.word(of(m.Of))
		return word
	}
	var texts []string
	for _, p := range m.Join {
		if text := of(p.Field); text != "" {
			texts = append(texts, p.Before+text)
		}
	}
	return m.started(strings.Join(texts, m.With))
}

// found gives the part of a text that Find finds.
func (m *Made) found(text string) string {
	compiled, ok := finders.Load(m.Find)
	if !ok {
		compiled, _ = finders.LoadOrStore(m.Find, regexp.MustCompile(m.Find))
	}
	if groups := compiled.(*regexp.Regexp).FindStringSubmatch(text); groups != nil {
		return groups[1]
	}
	return ""
}

// finders are the regular expressions that were asked for: logs are declared
// without them, as they take longer to compile than all else.
var finders sync.Map

func (m *Made) word(value string) (word string, ok bool) {
	for _, w := range m.Words {
		for _, v := range w.Of {
			if strings.EqualFold(v, value) {
				return w.Is, true
			}
		}
	}
	return "", false
}

func (m *Made) ofKind(kind, value string) string {
	word, ok := m.word(kind)
	before, after, hex := strings.Cut(word, Hex)
	switch n, err := strconv.ParseUint(value, 10, 64); {
	case value == "" || !ok:
		return value
	case !hex:
		return word
	case err != nil:
		return before + after
	default:
		return before + fmt.Sprintf(Hex, n) + after
	}
}

func (m *Made) started(text string) string {
	for _, w := range m.Starts {
		for _, start := range w.Of {
			if len(text) >= len(start) && strings.EqualFold(text[:len(start)], start) {
				return w.Is + text[len(start):]
			}
		}
	}
	return text
}

// Parts is Text the other way round: it gives each field that a text is made
// of, as far as the text tells.
func (m *Made) Parts(text string, set func(field, text string)) {
	switch {
	case m.Find != "":
		set(m.Of, strings.Replace(m.Put, "%s", text, 1))
		return
	case m.Kind != "":
		m.kindOf(text, set)
		return
	case m.Of != "":
		for _, w := range m.Words {
			if strings.EqualFold(w.Is, text) {
				set(m.Of, w.Of[0])
				return
			}
		}
		return
	case m.labelled():
		for piece := range strings.SplitSeq(text, m.With) {
			for _, p := range m.Join {
				if rest, ok := strings.CutPrefix(piece, p.Before); ok {
					set(p.Field, rest)
				}
			}
		}
		return
	}
	for _, w := range m.Starts {
		if rest, ok := strings.CutPrefix(text, w.Is); ok {
			text = w.Of[0] + rest
			break
		}
	}
	m.cut(text, set)
}

func (m *Made) kindOf(text string, set func(field, text string)) {
	for _, w := range m.Words {
		before, after, hex := strings.Cut(w.Is, Hex)
		digits, starts := strings.CutPrefix(text, before)
		digits, ends := strings.CutSuffix(digits, after)
		n, err := strconv.ParseUint(digits, 16, 64)
		switch {
		case hex && starts && ends && err == nil:
			set(m.Kind, w.Of[0])
			set(m.Of, strconv.FormatUint(n, 10))
			return
		case !hex && w.Is == text:
			set(m.Kind, w.Of[0])
		}
	}
	set(m.Of, text)
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
