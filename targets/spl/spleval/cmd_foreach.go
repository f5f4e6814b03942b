package spleval

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A foreach is the template of a subsearch, and what it is repeated over.
type foreach struct {
	p        *parser
	mode     string // multifield, multivalue, json_array, auto_collections
	words    map[string]string
	fields   []string
	template string
}

var foreachWords = []string{"fieldstr", "matchstr", "matchseg1", "matchseg2", "matchseg3", "itemstr", "iterstr"}

// parseForeach: foreach [mode=M] fields [template].
func parseForeach(p *parser, s *scanner) (command, *Error) {
	f := &foreach{p: p, mode: "multifield", words: map[string]string{
		"fieldstr": "<<FIELD>>", "matchstr": "<<MATCHSTR>>", "matchseg1": "<<MATCHSEG1>>", "matchseg2": "<<MATCHSEG2>>",
		"matchseg3": "<<MATCHSEG3>>", "itemstr": "<<ITEM>>", "iterstr": "<<ITER>>",
	}}
	for {
		if s.atEnd() {
			return nil, s.errorf(s.end, s.end, "foreach lacks its [template]")
		}
		if s.src.text[s.pos] == '[' {
			break
		}
		lo := s.pos
		name, err := s.word()
		if err != nil {
			return nil, err
		}
		key, value, isOption := strings.Cut(name, "=")
		switch {
		case isOption && key == "mode":
			f.mode = value
		case isOption && slices.Contains(foreachWords, key):
			f.words[key] = strings.Trim(value, `"`)
		case isOption:
			return nil, s.errorf(lo, s.pos, "foreach has no option %q", key)
		default:
			f.fields = append(f.fields, strings.Trim(name, `"`))
		}
	}
	g, err := s.group()
	if err != nil {
		return nil, err
	}
	f.template = g.text
	s.log.opens()
	return f.check(s, g)
}

// word reads up to a space, a comma or a bracket: <<NUMBER>> is one word here.
func (s *scanner) word() (string, *Error) {
	for s.pos < s.end && (isSpace(s.src.text[s.pos]) || s.src.text[s.pos] == ',') {
		s.pos++
	}
	lo := s.pos
	if lo < s.end && s.src.text[lo] == '"' {
		t, err := s.quoted('"')
		return t.text, err
	}
	for s.pos < s.end && !isSpace(s.src.text[s.pos]) && strings.IndexByte(",[]", s.src.text[s.pos]) < 0 {
		s.pos++
	}
	if lo == s.pos {
		return "", s.errorf(lo, min(lo+1, s.end), "unexpected %q: a field should stand here", s.src.text[lo:min(lo+1, s.end)])
	}
	return s.src.text[lo:s.pos], nil
}

// check parses the template once with stand-ins, so that its faults show before it
// runs.
func (f *foreach) check(s *scanner, g token) (command, *Error) {
	fail := func(format string, args ...any) *Error { return s.errorf(g.lo, g.hi, format, args...) }
	switch f.mode {
	case "multifield":
		if len(f.fields) == 0 {
			return nil, fail("foreach lacks its fields")
		}
		pl, err := f.plan(f.fill(strings.ReplaceAll(f.fields[0], "*", "x"), []string{"1", "1", "1"}))
		if err != nil {
			return nil, fail("template: %s", err.Msg)
		}
		for _, st := range pl.steps {
			if !st.info.streaming {
				return nil, fail("template holds %s: foreach takes commands that work row by row", st.name)
			}
		}
		return f.overFields, nil
	case "multivalue", "json_array", "auto_collections":
		if len(f.fields) != 1 {
			return nil, fail("mode %s takes one field, and %d stand here", f.mode, len(f.fields))
		}
		assigns, err := f.assignments()
		if err != nil {
			return nil, fail("template: %s", err.Msg)
		}
		return f.overItems(assigns), nil
	}
	return nil, fail("foreach has no mode %q: multifield, multivalue, json_array and auto_collections are", f.mode)
}

// fill puts a field and what the stars of its pattern met into the template.
func (f *foreach) fill(field string, stars []string) string {
	pairs := []string{f.words["fieldstr"], field, f.words["matchstr"], strings.Join(stars, "")}
	for i, seg := range [...]string{"matchseg1", "matchseg2", "matchseg3"} {
		if i < len(stars) {
			pairs = append(pairs, f.words[seg], stars[i])
		}
	}
	return strings.NewReplacer(pairs...).Replace(f.template)
}

func (f *foreach) plan(text string) (*plan, *Error) {
	p := f.p.within(plainSource(text))
	if p.depth > 20 {
		return nil, p.src.errorf(0, 0, "templates are nested more than 20 deep")
	}
	pl := p.pipeline(0, len(text), true)
	if len(p.errs) > 0 {
		return nil, p.errs[0]
	}
	return pl, nil
}

// overFields runs the template for each field that is met, on all rows.
func (f *foreach) overFields(rt *runtime, in table) (table, error) {
	names := in.names()
	for _, pattern := range f.fields {
		for _, name := range expandNames([]string{pattern}, names) {
			stars, _ := nameMatch(pattern, name)
			pl, perr := f.plan(f.fill(name, stars))
			if perr != nil {
				return in, fmt.Errorf("template with %q: %s", name, perr.Msg)
			}
			var err error
			if in, err = pl.run(rt, &in); err != nil {
				return in, unplaced(err)
			}
		}
	}
	return in, nil
}

// unplaced takes the place off an error that lies in a text of our own making.
func unplaced(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Err != nil {
		return e.Err
	}
	return errors.New(e.Msg)
}

// assignments reads the one eval of the template. The item is a field of its own:
// <<ITEM>> needs no quotes, whatever its value is.
func (f *foreach) assignments() ([]assignment, *Error) {
	text := f.template
	for _, key := range [...]string{"itemstr", "iterstr"} {
		word := f.words[key]
		text = strings.ReplaceAll(text, "'"+word+"'", word)
		text = strings.ReplaceAll(text, word, "'"+itemField[key]+"'")
	}
	p := f.p.within(plainSource(text))
	lo, hi := trimRange(text, 0, len(text))
	if p.word(lo, hi) != "eval" {
		return nil, p.src.errorf(lo, hi, "only a single eval is permitted in this mode")
	}
	return p.assignments(&scanner{src: p.src, pos: lo + len("eval"), end: hi})
}

// itemField names the stand-ins; no field can have these names.
var itemField = map[string]string{"itemstr": "\x00item", "iterstr": "\x00iter"}

// overItems runs the assignments for each value of a multivalue field, or each
// element of a JSON array.
func (f *foreach) overItems(assigns []assignment) command {
	field := f.fields[0]
	return func(rt *runtime, in table) (table, error) {
		return change(rt, in, func(r *record) {
			for i, item := range f.items(r.get(field)) {
				if !rt.step(1) {
					return
				}
				bind := []binding{{itemField["itemstr"], item}, {itemField["iterstr"], number(float64(i))}}
				assign(&scope{rt: rt, rec: r, bind: bind}, assigns)
			}
		}), nil
	}
}

func (f *foreach) items(values []string) []value {
	var items []value
	if f.mode != "multivalue" && len(values) == 1 {
		if n, err := parseJSON(values[0]); err == nil && n.kind == jsonArray {
			for _, kid := range n.kids {
				items = append(items, native(kid))
			}
			return items
		}
	}
	if f.mode == "json_array" {
		return nil
	}
	for _, v := range values {
		items = append(items, fromText(v))
	}
	return items
}
