package spleval

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// filterCommands keep rows as they are, or add fields to them.
func filterCommands() map[string]*commandInfo {
	return map[string]*commandInfo{
		"search": {parse: parseSearch, streaming: true},
		"where":  {parse: parseWhere, streaming: true},
		"regex":  {parse: parseRegex, streaming: true},
		"rex":    {parse: parseRex, streaming: true},
		"eval":   {parse: parseEval, streaming: true},
	}
}

// keep filters rows by a test.
func keep(rt *runtime, in table, test func(r *record) bool) table {
	out := table{cols: in.cols, rows: make([]*record, 0, len(in.rows))}
	for _, r := range in.rows {
		if !rt.step(1) {
			break
		}
		if test(r) {
			out.rows = append(out.rows, r)
		}
	}
	return out
}

// change gives each row, to be changed, to f.
func change(rt *runtime, in table, f func(r *record)) table {
	out := table{cols: in.cols, rows: make([]*record, len(in.rows))}
	for i, r := range in.rows {
		if !rt.step(1) {
			break
		}
		out.rows[i] = r.own()
		f(out.rows[i])
	}
	return out
}

func parseSearch(p *parser, s *scanner) (command, *Error) {
	n, err := p.searchExpr(s.pos, s.end)
	if err != nil {
		return nil, err
	}
	s.pos = s.end
	s.log.add(fieldUse{kind: useSource, names: sourcetypes(n)})
	m := compileSearch(n)
	return func(rt *runtime, in table) (table, error) {
		return keep(rt, in, func(r *record) bool { return m(rt, r) }), nil
	}, nil
}

// parseWhere: "The where command returns only the results for which the eval
// expression returns true": neither false nor null.
func parseWhere(p *parser, s *scanner) (command, *Error) {
	if s.atEnd() {
		return nil, s.errorf(s.end, s.end, "where lacks its expression")
	}
	x := p.expression(s.pos, s.end)
	e, err := x.whole()
	if err != nil {
		return nil, err
	}
	if err := x.needBool("where", e); err != nil {
		return nil, err
	}
	s.pos = s.end
	test, err := p.compile(e)
	return func(rt *runtime, in table) (table, error) {
		return keep(rt, in, func(r *record) bool { return isTrue(test(&scope{rt: rt, rec: r})) }), nil
	}, err
}

// parseRegex: regex [field = | field !=] "pattern". Without a field it is _raw.
// Matching is case-sensitive and not anchored. Of field="..." a row without the
// field falls out, of field!="..." it stays.
func parseRegex(p *parser, s *scanner) (command, *Error) {
	field, negated := "_raw", false
	t, err := s.next()
	if err != nil {
		return nil, err
	}
	if op, err := s.peek(); err != nil {
		return nil, err
	} else if op.isPunct("=") || op.isPunct("!=") {
		s.pos = op.hi
		field, negated = t.text, op.text == "!="
		s.log.reads(t)
		if t, err = s.next(); err != nil {
			return nil, err
		}
	}
	re, err := s.pattern(t)
	if err != nil {
		return nil, err
	}
	return func(rt *runtime, in table) (table, error) {
		return keep(rt, in, func(r *record) bool {
			return slices.ContainsFunc(r.get(field), re.MatchString) != negated
		}), nil
	}, nil
}

// pattern compiles the regular expression in a token.
func (s *scanner) pattern(t token) (*regexp.Regexp, *Error) {
	if t.kind != tokQuoted && t.kind != tokWord {
		return nil, s.unexpected(t, "a regular expression in double quotes")
	}
	re, err := compilePCRE(t.text)
	if err != nil {
		return nil, s.src.regexError(t.lo, t.hi, err)
	}
	return re, nil
}

// A rexArgs is rex [field=f] [max_match=n] [offset_field=f] (mode=sed "..." | "...").
type rexArgs struct {
	field  string
	from   token // its place, if it is named
	max    int
	offset string
	sed    bool
	text   token
}

func parseRex(p *parser, s *scanner) (command, *Error) {
	args := rexArgs{field: "_raw", from: token{text: "_raw"}, max: 1, text: token{kind: tokEnd}}
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt == nil {
			if args.text.kind != tokEnd {
				break
			}
			if args.text, err = s.rawToken(); err != nil {
				return nil, err
			}
			continue
		}
		if err := args.set(s, opt); err != nil {
			return nil, err
		}
	}
	if args.text.kind == tokEnd {
		return nil, s.errorf(s.end, s.end, "rex lacks its regular expression")
	}
	s.log.reads(args.from)
	if args.sed {
		return parseSed(s, args)
	}
	re, err := s.pattern(args.text)
	if err != nil {
		return nil, err
	}
	names, numbers := groupNames(re)
	if len(names) == 0 {
		return nil, s.errorf(args.text.lo, args.text.hi, "regular expression of rex names no group: (?<field>...) should stand in it")
	}
	s.log.makes(names...)
	if args.offset != "" {
		s.log.makes(args.offset)
	}
	x := &extractor{re, names, numbers, args}
	return func(rt *runtime, in table) (table, error) {
		return change(rt, in, func(r *record) { x.apply(rt, r) }), nil
	}, nil
}

// rawToken reads the rest of an unquoted regular expression up to a space.
func (s *scanner) rawToken() (token, *Error) {
	s.skipSpace()
	if s.src.text[s.pos] == '"' {
		return s.quoted('"')
	}
	lo := s.pos
	for s.pos < s.end && !isSpace(s.src.text[s.pos]) {
		s.pos++
	}
	return token{tokWord, unescape(s.src.text[lo:s.pos]), lo, s.pos}, nil
}

func (a *rexArgs) set(s *scanner, opt *option) *Error {
	switch opt.name {
	case "field":
		a.field, a.from = opt.value.text, opt.value
	case "max_match":
		n, err := strconv.Atoi(opt.value.text)
		if err != nil || n < 0 {
			return s.errorf(opt.value.lo, opt.value.hi, "max_match takes a whole number, 0 for all matches")
		}
		a.max = n
	case "offset_field":
		a.offset = opt.value.text
	case "mode":
		if opt.value.text != "sed" {
			return s.errorf(opt.value.lo, opt.value.hi, "mode of rex is sed, or left out")
		}
		a.sed = true
	default:
		return s.errorf(opt.lo, opt.value.hi, "rex has no option %q: field, max_match, offset_field and mode are", opt.name)
	}
	return nil
}

// An extractor sets a field for each named group of a match.
type extractor struct {
	re      *regexp.Regexp
	names   []string
	numbers []int
	args    rexArgs
}

// apply leaves fields as they are where nothing matches. With max_match above 1
// the fields are multivalue; 0 is no limit.
func (x *extractor) apply(rt *runtime, r *record) {
	found := make([][]string, len(x.names))
	var offsets []string
	left := x.args.max
	if left == 0 {
		left = -1
	}
	for _, text := range r.get(x.args.field) {
		if left == 0 {
			break
		}
		for _, m := range x.re.FindAllStringSubmatchIndex(text, left) {
			for i, n := range x.numbers {
				if m[2*n] >= 0 {
					found[i] = append(found[i], text[m[2*n]:m[2*n+1]])
					offsets = append(offsets, x.names[i]+"="+strconv.Itoa(m[2*n])+"-"+strconv.Itoa(max(m[2*n+1]-1, m[2*n])))
				}
			}
			if left > 0 {
				left--
			}
		}
	}
	for i, name := range x.names {
		if found[i] != nil {
			rt.put(r, name, found[i])
		}
	}
	if x.args.offset != "" && offsets != nil {
		rt.put(r, x.args.offset, []string{strings.Join(offsets, "&")})
	}
}

// parseSed reads s/regex/text/flags or y/from/to/. Flags are g for all matches or
// a number for that match alone.
func parseSed(s *scanner, args rexArgs) (command, *Error) {
	fail := func(why string) *Error {
		return s.errorf(args.text.lo, args.text.hi, "sed expression %q: %s", args.text.text, why)
	}
	parts, ok := sedParts(args.text.text)
	if !ok {
		return nil, fail("s/regex/text/flags or y/from/to/ is read")
	}
	edit := translit(parts[0], parts[1])
	if args.text.text[0] == 's' {
		re, err := compilePCRE(parts[0])
		if err != nil {
			return nil, fail(err.Error())
		}
		nth, err := strconv.Atoi(parts[2])
		if parts[2] == "g" {
			nth, err = 0, nil
		} else if parts[2] == "" {
			nth, err = 1, nil
		}
		if err != nil || nth < 0 {
			return nil, fail("flags are g or a number")
		}
		edit = substitute(re, replacement(parts[1]), nth)
	} else if len([]rune(parts[0])) != len([]rune(parts[1])) || parts[2] != "" {
		return nil, fail("y takes two lists of the same length")
	}
	return func(rt *runtime, in table) (table, error) {
		return change(rt, in, func(r *record) {
			old := r.get(args.field)
			if len(old) == 0 {
				return
			}
			out := make([]string, len(old))
			for i, v := range old {
				out[i] = edit(v)
			}
			rt.put(r, args.field, out)
		}), nil
	}, nil
}

// sedParts cuts at the delimiter, which a backslash protects.
func sedParts(text string) ([3]string, bool) {
	var parts [3]string
	if len(text) < 2 || text[0] != 's' && text[0] != 'y' {
		return parts, false
	}
	delim, n := text[1], 0
	for i := 2; i < len(text); i++ {
		switch {
		case text[i] == delim && n < 2:
			n++
		case text[i] == '\\' && i+1 < len(text):
			if text[i+1] != delim {
				parts[n] += "\\"
			}
			i++
			parts[n] += text[i : i+1]
		default:
			parts[n] += text[i : i+1]
		}
	}
	return parts, n == 2
}

func translit(from, to string) func(string) string {
	a, b := []rune(from), []rune(to)
	return func(s string) string {
		return strings.Map(func(r rune) rune {
			if i := slices.Index(a, r); i >= 0 && i < len(b) {
				return b[i]
			}
			return r
		}, s)
	}
}

// substitute replaces all matches, or the nth.
func substitute(re *regexp.Regexp, template string, nth int) func(string) string {
	return func(s string) string {
		if nth == 0 {
			return re.ReplaceAllString(s, template)
		}
		all := re.FindAllStringSubmatchIndex(s, nth)
		if len(all) < nth {
			return s
		}
		m := all[nth-1]
		return s[:m[0]] + string(re.ExpandString(nil, template, s, m)) + s[m[1]:]
	}
}
