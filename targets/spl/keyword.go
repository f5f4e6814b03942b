package spl

import (
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// prepare writes the lines that must come before the predicates are asked:
// a bare word in search would also meet field names and run across values, so
// each keyword test goes through the fields one by one.
func (s *scope) prepare(preds []ir.Pred) []write.Text {
	var tests []*ir.Test
	for _, p := range preds {
		tests = keywordTests(tests, p)
	}
	if len(tests) == 0 {
		return nil
	}
	if !s.log.Open && !s.log.SPL.Fields {
		return s.prepareJSON(tests)
	}
	var steps []write.Text
	for _, t := range tests {
		s.keywordLimits(t)
		s.limit("spl/keyword-fields", t.At)
		s.limit("spl/boolean-word", t.At)
		name := s.name(t)
		each := value{text: "'<<FIELD>>'", many: true}.ask(t.Any, false)
		steps = append(steps, s.link(t, name+"=if("+each.text+", 1, "+name+")"))
	}
	return []write.Text{write.Join(steps, ", ").Wrap("| foreach * [ eval ", " ]")}
}

// prepareJSON looks for keywords in the JSON text of the event of a log whose
// macro gives it.
func (s *scope) prepareJSON(tests []*ir.Test) []write.Text {
	var steps []write.Text
	for _, t := range tests {
		steps = append(steps, s.link(t, s.name(t)+"=if("+s.insideEvent(t).text+", 1, null())"))
	}
	return []write.Text{write.Join(steps, ", ").Wrap("| eval ", "")}
}

func (s *scope) insideEvent(t *ir.Test) cond {
	defer s.within(t.In)()
	s.keywordLimits(t)
	s.limit("spl/keyword-escapes", t.At)
	var parts []cond
	for _, m := range t.Any {
		words, ok := m.(*ir.Text)
		if !ok {
			s.unsupported(t.At, "SPL has no way to look for a regular expression in each value of an event of log "+s.log.Name+"; name a field")
			continue
		}
		parts = append(parts, match("event", insideJSON(words)))
	}
	return anyOf(parts)
}

func (s *scope) keywordLimits(t *ir.Test) {
	for _, m := range t.Any {
		if x, ok := m.(*ir.Text); ok {
			s.textLimits(t, x)
		}
	}
}

func (s *scope) name(t *ir.Test) string {
	s.keywords++
	s.met[t] = "sigproof_keyword_" + strconv.Itoa(s.keywords)
	return s.met[t]
}

// cleanUp takes the prepared fields away.
func (s *scope) cleanUp() []write.Text {
	if len(s.met) == 0 {
		return nil
	}
	return []write.Text{write.Of("| fields - sigproof_keyword_*")}
}

// keywordTests adds the keyword tests of a predicate, each once.
func keywordTests(tests []*ir.Test, p ir.Pred) []*ir.Test {
	switch p := p.(type) {
	case *ir.And:
		for _, x := range p.X {
			tests = keywordTests(tests, x)
		}
	case *ir.Or:
		for _, x := range p.X {
			tests = keywordTests(tests, x)
		}
	case *ir.Not:
		return keywordTests(tests, p.X)
	case *ir.Test:
		for _, t := range tests {
			if t == p {
				return tests
			}
		}
		if p.Field == nil {
			return append(tests, p)
		}
	}
	return tests
}

// The pieces of a regular expression over JSON text. It takes whole strings
// from the start on, so that it never takes the text between two strings for
// one; a value is what no colon follows.
const (
	jsonInside = `[^"\\]*(?:\\.[^"\\]*)*`
	jsonBefore = `^[^"]*(?:"` + jsonInside + `"[^"]*)*?`
	jsonAfter  = `"\s*[,\]}]`
)

// insideJSON finds a text inside one string or number of a JSON text.
func insideJSON(t *ir.Text) string {
	flags := "(?is)"
	if t.Cased {
		flags = "(?s)"
	}
	inString := jsonBefore + `"` + jsonText(t) + jsonAfter
	n := numberText(t)
	if n == "" {
		return flags + inString
	}
	return flags + "(?:" + inString + "|" + jsonBefore + `[:\[,]\s*` + n + ")"
}

// jsonText writes the parts of a text as they stand between the quotes of JSON.
func jsonText(m *ir.Text) string {
	var b strings.Builder
	for _, p := range m.Parts {
		switch p.Kind {
		case ir.AnyRun:
			b.WriteString(jsonInside)
		case ir.AnyOne:
			b.WriteString(`(?:[^"\\]|\\u[0-9a-f]{4}|\\.)`)
		case ir.Dash:
			b.WriteString("[" + ir.Dashes + "]")
		default:
			quoted := strconv.Quote(p.Text)
			b.WriteString(literal(quoted[1 : len(quoted)-1]))
		}
	}
	return b.String()
}

// numberText writes the text for an unquoted number, or "" if none can hold it.
func numberText(t *ir.Text) string {
	var b strings.Builder
	for _, p := range t.Parts {
		switch p.Kind {
		case ir.AnyRun:
			b.WriteString(`[-+.0-9e]*`)
		case ir.AnyOne:
			b.WriteString(`[-+.0-9e]`)
		case ir.Dash:
			b.WriteByte('-')
		default:
			if strings.Trim(strings.ToLower(p.Text), "-+.0123456789e") != "" {
				return ""
			}
			b.WriteString(literal(p.Text))
		}
	}
	return b.String() + `[\s,\]}]`
}
