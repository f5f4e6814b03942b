// Package sumoeval runs searches of Sumo Logic over single messages. It knows
// nothing of Sigma, of the ir or of the emitter, so that its answer is a second
// opinion. It reads what searches of Sigma rules are made of, and refuses the
// rest with its place.
//
// Documentation, json: with nodrop a field that is not there is "null (empty)".
// So a field without a value is the empty text here, and there is no third truth.
package sumoeval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/targets/internal/logic"
)

// A Query is a search that was read.
type Query struct {
	// Whole says that matches wants all of a value, and not a part of it. The
	// documentation does not tell.
	Whole bool

	scope  string
	stages []stage
	count  *count // nil if the search keeps messages
}

// A stage looks at a message, and may add values; it tells whether the message is
// kept.
type stage func(*message) bool

// A message is what stages have made of one.
type message struct {
	json   any // what its text says; nil if that is no JSON
	values map[string]string
	row    Row
}

func (m *message) value(name string) string {
	if v, ok := m.values[name]; ok {
		return v
	}
	return m.row(name)
}

// A Row gives the values of a message by name: _raw is its text, and scope the one
// with which a search finds it. What has no value is the empty text.
type Row func(name string) string

// Match tells whether the search keeps a message.
func (q *Query) Match(row Row) bool {
	_, kept := q.keep(row)
	return kept
}

// keep gives the values of a message after all stages.
func (q *Query) keep(row Row) (Row, bool) {
	if q.scope != "*" && row("scope") != q.scope {
		return nil, false
	}
	m := &message{values: map[string]string{}, row: row}
	d := json.NewDecoder(strings.NewReader(row("_raw")))
	d.UseNumber()
	if d.Decode(&m.json) != nil {
		m.json = nil
	}
	for _, s := range q.stages {
		if !s(m) {
			return nil, false
		}
	}
	return m.value, true
}

// lookup gives the text of what a path leads to. A list or an object is its JSON.
func lookup(v any, path []step) (string, bool) {
	for _, s := range path {
		switch of := v.(type) {
		case map[string]any:
			v = of[s.key]
		case []any:
			if v = nil; s.key == "" && s.index < len(of) {
				v = of[s.index]
			}
		default:
			return "", false
		}
	}
	switch v := v.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	}
	var b bytes.Buffer
	if json.NewEncoder(&b).Encode(v) != nil {
		return "", false
	}
	return strings.TrimSpace(b.String()), true
}

// Parse reads SCOPE | json "path" as name nodrop | where CONDITION | if(...) as name
// | count as name by name | where CONDITION ...
func Parse(text string) (*Query, error) {
	scope, rest, more := strings.Cut(text, "|")
	q := &Query{scope: strings.TrimSpace(scope)}
	if q.scope == "" {
		return nil, fmt.Errorf("1: the search has no scope")
	}
	if !more {
		return q, nil
	}
	tokens, err := lex(rest, len(scope)+1)
	if err != nil {
		return nil, err
	}
	p := &parser{Reader: &logic.Reader{Tokens: tokens, What: "search"}, query: q}
	for {
		if err := p.operator(); err != nil {
			return nil, err
		}
		if p.Done() {
			return q, nil
		}
		if !p.Sign("|") {
			return nil, p.Unexpected()
		}
	}
}

// ParseCondition reads a condition alone, as rules of Cloud SIEM have it.
func ParseCondition(text string) (*Query, error) {
	tokens, err := lex(text, 0)
	if err != nil {
		return nil, err
	}
	q := &Query{scope: "*"}
	p := &parser{Reader: &logic.Reader{Tokens: tokens, What: "search"}, query: q}
	c, err := p.condition()
	if err == nil && !p.Done() {
		err = p.Unexpected()
	}
	q.stages = []stage{where(c)}
	return q, err
}

// operator reads one stage of the search.
func (p *parser) operator() error {
	if p.query.count != nil {
		return p.having()
	}
	switch {
	case p.Word("where"):
		c, err := p.condition()
		p.query.stages = append(p.query.stages, where(c))
		return err
	case p.Word("json"):
		return p.json()
	case p.Word("if"):
		p.Back()
		return p.field()
	case p.Word("count"), p.Word("count_distinct"):
		p.Back()
		return p.counts()
	}
	return p.Unexpected()
}

func where(c condition) stage {
	return func(m *message) bool { return c(m.value) == logic.Yes }
}

func (p *parser) json() error {
	path := p.Next()
	if path.Kind != '"' || !p.Word("as") {
		p.Back()
		return p.Unexpected()
	}
	keys, err := steps(path.Text)
	if err != nil {
		return fmt.Errorf("%d: %w", path.At+1, err)
	}
	name, err := p.name()
	if err != nil {
		return err
	}
	drop := !p.Word("nodrop") // the message, if it has no such field
	p.query.stages = append(p.query.stages, func(m *message) bool {
		value, ok := lookup(m.json, keys)
		m.values[name] = value
		return ok || !drop
	})
	return nil
}

// A step leads to what an object has under a key, or a list at an index.
type step struct {
	key   string
	index int
}

// steps splits a path: keys between dots, or in brackets and quotes; an index of
// a list in brackets.
func steps(path string) ([]step, error) {
	var out []step
	for path != "" {
		if rest, ok := strings.CutPrefix(path, "["); ok {
			inside, after, closed := strings.Cut(rest, "]")
			if strings.HasPrefix(rest, "'") {
				inside, after, closed = strings.Cut(rest[1:], "']")
			}
			if !closed {
				return nil, fmt.Errorf("no ] closes a key")
			}
			s := step{key: inside}
			if rest[0] != '\'' {
				n, err := strconv.ParseUint(inside, 10, 31)
				if err != nil {
					return nil, fmt.Errorf("%q is no index of a list", inside)
				}
				s = step{index: int(n)}
			}
			out, path = append(out, s), strings.TrimPrefix(after, ".")
			continue
		}
		end := strings.IndexAny(path, ".[")
		switch {
		case end < 0:
			return append(out, step{key: path}), nil
		case path[end] == '.':
			out, path = append(out, step{key: path[:end]}), path[end+1:]
		default:
			out, path = append(out, step{key: path[:end]}), path[end:]
		}
	}
	return out, nil
}
