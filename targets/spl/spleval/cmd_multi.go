package spleval

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// multiCommands make and unmake multivalue fields.
func multiCommands() map[string]*commandInfo {
	return map[string]*commandInfo{
		"makemv":    {parse: parseMakemv, streaming: true},
		"mvexpand":  {parse: parseMvexpand, streaming: true},
		"mvcombine": {parse: parseMvcombine},
		"nomv":      {parse: parseNomv, streaming: true},
		"spath":     {parse: parseSpath, streaming: true},
		"foreach":   {parse: parseForeach, streaming: true},
	}
}

// optionsAndField reads options, of which known says the names, and one field.
func (s *scanner) optionsAndField(name string, known ...string) (map[string]token, string, *Error) {
	opts, field := map[string]token{}, ""
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, "", err
		}
		if opt == nil {
			t, err := s.fieldName()
			if err != nil {
				return nil, "", err
			}
			if field != "" {
				return nil, "", s.unexpected(t, "the end, for "+name+" takes one field, and it")
			}
			field = t.text
			if name != "spath" { // it takes a path
				s.log.reads(t)
			}
			continue
		}
		if !slices.Contains(known, opt.name) {
			return nil, "", s.errorf(opt.lo, opt.value.hi, "%s has no option %q: %s", name, opt.name, strings.Join(known, ", "))
		}
		opts[opt.name] = opt.value
	}
	return opts, field, nil
}

func (s *scanner) needField(name, field string) *Error {
	if field == "" {
		return s.errorf(s.end, s.end, "%s lacks its field", name)
	}
	return nil
}

// parseMakemv: makemv [delim=" "] [allowempty=f] field, or tokenizer="regex", of
// which the first group of each match is a value.
func parseMakemv(_ *parser, s *scanner) (command, *Error) {
	opts, field, err := s.optionsAndField("makemv", "delim", "tokenizer", "allowempty", "setsv")
	if err == nil {
		err = s.needField("makemv", field)
	}
	if err != nil {
		return nil, err
	}
	delim := " "
	if t, ok := opts["delim"]; ok {
		delim = t.text
	}
	var re *regexp.Regexp
	if t, ok := opts["tokenizer"]; ok {
		if re, err = s.pattern(t); err != nil {
			return nil, err
		}
		if re.NumSubexp() == 0 {
			return nil, s.errorf(t.lo, t.hi, "tokenizer has no group: (...) marks the value")
		}
	}
	empty := isYes(opts["allowempty"].text)
	return func(rt *runtime, in table) (table, error) {
		return change(rt, in, func(r *record) {
			var out []string
			for _, v := range r.get(field) {
				if re != nil {
					for _, m := range re.FindAllStringSubmatch(v, -1) {
						out = append(out, m[1])
					}
					continue
				}
				for _, part := range strings.Split(v, delim) {
					if part != "" || empty {
						out = append(out, part)
					}
				}
			}
			if r.has(field) {
				rt.put(r, field, out)
			}
		}), nil
	}, nil
}

// parseMvexpand gives a row for each value of the field, up to limit=N a row.
func parseMvexpand(_ *parser, s *scanner) (command, *Error) {
	opts, field, err := s.optionsAndField("mvexpand", "limit")
	if err == nil {
		err = s.needField("mvexpand", field)
	}
	if err != nil {
		return nil, err
	}
	limit := 0
	if t, ok := opts["limit"]; ok {
		n, bad := strconv.Atoi(t.text)
		if bad != nil || n < 0 {
			return nil, s.errorf(t.lo, t.hi, "limit takes a whole number, 0 for all")
		}
		limit = n
	}
	return func(rt *runtime, in table) (table, error) {
		out := table{cols: in.cols}
		for _, r := range in.rows {
			values := r.get(field)
			if len(values) < 2 {
				out.rows = append(out.rows, r)
				continue
			}
			for i, v := range values {
				if limit > 0 && i >= limit {
					break
				}
				c := r.clone()
				rt.put(c, field, []string{v})
				out.rows = append(out.rows, c)
				if !rt.room(int(r.size())) || !rt.step(1) || len(out.rows) > rt.maxEvents() {
					return out, nil
				}
			}
		}
		return out, nil
	}, nil
}

// parseMvcombine joins rows that are the same but for one field.
func parseMvcombine(_ *parser, s *scanner) (command, *Error) {
	_, field, err := s.optionsAndField("mvcombine", "delim")
	if err == nil {
		err = s.needField("mvcombine", field)
	}
	return func(rt *runtime, in table) (table, error) {
		out := table{cols: in.cols}
		groups := map[string]*record{}
		for _, r := range in.rows {
			if !rt.step(1) {
				break
			}
			values := r.get(field)
			rest := r.clone()
			rest.set(field, nil)
			var b strings.Builder
			for _, f := range (Event{rest}).Fields() {
				fmt.Fprintf(&b, "%q=%q;", f.Name, f.Values)
			}
			first := groups[b.String()]
			if first == nil || len(values) == 0 {
				c := r.own()
				groups[b.String()] = c
				out.rows = append(out.rows, c)
				continue
			}
			rt.put(first, field, append(slices.Clone(first.get(field)), values...))
		}
		return out, nil
	}, err
}

// parseNomv joins the values of a field to one, a line each.
func parseNomv(_ *parser, s *scanner) (command, *Error) {
	_, field, err := s.optionsAndField("nomv")
	if err == nil {
		err = s.needField("nomv", field)
	}
	return func(rt *runtime, in table) (table, error) {
		return change(rt, in, func(r *record) {
			if v := r.get(field); len(v) > 1 {
				rt.put(r, field, []string{strings.Join(v, "\n")})
			}
		}), nil
	}, err
}

// spathChars: "it finds and extracts all the fields from the first 5,000 characters
// in the input field", in its auto-extract mode.
const spathChars = 5000

// parseSpath: spath [input=_raw] [output=f] [path=p | p]. Without a path it takes
// each leaf, named as KV_MODE=json names it.
func parseSpath(_ *parser, s *scanner) (command, *Error) {
	opts, field, err := s.optionsAndField("spath", "input", "output", "path")
	if err != nil {
		return nil, err
	}
	input, output, path := "_raw", opts["output"].text, field
	if t, ok := opts["input"]; ok {
		input = t.text
		s.log.reads(t)
	}
	if t, ok := opts["path"]; ok {
		path = t.text
	}
	if path == "" {
		s.log.opens()
		if output != "" {
			return nil, s.errorf(s.end, s.end, "spath has an output, and no path to take it from")
		}
		return func(rt *runtime, in table) (table, error) { return autoExtract(rt, in, input) }, nil
	}
	if output == "" {
		output = path
	}
	s.log.makes(output)
	steps, ok := parsePath(path)
	if !ok {
		return nil, s.errorf(s.pos, s.end, "%q is no path: names separated by dots, with {} or {2} after arrays", path)
	}
	return func(rt *runtime, in table) (table, error) {
		return change(rt, in, func(r *record) {
			var out []string
			for _, text := range r.get(input) {
				if n, err := parseJSON(text); err == nil {
					out = append(out, steps.texts(n)...)
				}
			}
			if out != nil {
				rt.put(r, output, out)
			}
		}), nil
	}, nil
}

func autoExtract(rt *runtime, in table, input string) (table, error) {
	cutoff := rt.in.SpathChars
	if cutoff == 0 {
		cutoff = spathChars
	}
	for _, r := range in.rows {
		if s, ok := r.first(input); ok && strings.HasPrefix(strings.TrimSpace(s), "<") {
			return in, fmt.Errorf("field %q holds XML, which is not read here", input)
		}
	}
	return change(rt, in, func(r *record) {
		text, _ := r.first(input)
		n, err := parseJSON(text)
		if err != nil {
			return
		}
		limit := len(text)
		if cutoff > 0 {
			limit = cutoff
		}
		found := newRecord(16)
		flatten(found, n, limit)
		for i, name := range found.names {
			rt.put(r, name, found.vals[i])
		}
	}), nil
}
