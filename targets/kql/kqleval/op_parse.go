package kqleval

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// parseText binds parse and parse-where: a pattern that becomes one regular
// expression.
func (b *binder) parseText(in *relation, op *parseOp) *relation {
	var x *bound
	b.within(newRowScope(in.cols, in.sorted), func() { x = b.expr(op.x) })
	if x.typ != TString && x.typ != TDynamic && x.typ != TUnknown {
		b.fail(op.x.span(), "KS107", "a string should stand here, and this is a %s", x.typ)
		return in
	}
	text, types, ok := b.parsePattern(op)
	if !ok {
		return in
	}
	rx, err := compileRegex(text)
	if err != nil {
		b.fail(op.at, "KS221", "%s", err)
		return in
	}
	cols := slices.Clone(in.cols)
	var target []int
	for _, c := range types {
		i := slices.IndexFunc(cols, func(have Column) bool { return have.Name == c.Name })
		if i < 0 {
			i = len(cols)
			cols = append(cols, c)
		}
		cols[i].Type = c.Type
		target = append(target, i)
	}
	strict := op.kind == "simple"
	eval := castBound(x, TString).eval
	return &relation{cols: cols, sorted: in.sorted, name: in.name, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		out := rt.builder(op.at)
		for i, row := range set.rows {
			text := textOf(eval(&env{rt: rt, row: row, rows: set.rows, idx: i}))
			vals, ok := parseValues(rx, text, types, strict)
			if op.where && !ok {
				continue
			}
			made := make([]Value, len(cols))
			copy(made, row)
			for i, to := range target {
				made[to] = vals[i]
			}
			if err := out.add(made); err != nil {
				return nil, err
			}
		}
		return out.done(set, false)
	}}
}

// parseValues gives the values of the columns, and whether the text matched. In
// strict mode a value that does not convert is no match.
func parseValues(rx *regexp.Regexp, text string, cols []Column, strict bool) ([]Value, bool) {
	vals := make([]Value, len(cols))
	match := rx.FindStringSubmatch(text)
	ok := match != nil
	for i, c := range cols {
		vals[i] = zero(c.Type)
		if ok {
			vals[i] = cast(String(match[rx.SubexpIndex(groupName(i))]), c.Type)
			if vals[i] == nil && strict {
				ok = false
			}
		}
	}
	if !ok {
		for i, c := range cols {
			vals[i] = zero(c.Type)
		}
	}
	return vals, ok
}

func groupName(i int) string { return "kqlcolumn" + FormatValue(Long(i)) }

// parsePattern writes the pattern as a regular expression over the whole text.
// In simple and relaxed mode a column takes as little as it can; in regex mode,
// as measured, as much as it can, and flags=U turns that around.
func (b *binder) parsePattern(op *parseOp) (string, []Column, bool) {
	var w strings.Builder
	regex := op.kind == "regex"
	if strings.Trim(op.flags, "imsU") != "" {
		b.fail(op.at, "", "the flags of a parse are of i, m, s and U, not %q", op.flags)
		return "", nil, false
	}
	switch {
	case !regex:
		w.WriteString(`(?s)`)
	case op.flags != "":
		w.WriteString("(?" + op.flags + ")")
	}
	w.WriteString(`\A`)
	star := ".*?"
	if regex {
		star = ".*"
	}
	var cols []Column
	for i, part := range op.pattern {
		switch {
		case part.star:
			if i > 0 && op.pattern[i-1].name != "" && op.pattern[i-1].typ == TString {
				b.fail(part.at, "KS103", "a * after a string column is ambiguous; put a text between them")
				return "", nil, false
			}
			w.WriteString(star)
		case part.lit != nil && regex:
			w.WriteString("(?:" + FormatValue(part.lit.val) + ")")
		case part.lit != nil:
			w.WriteString(regexp.QuoteMeta(FormatValue(part.lit.val)))
		default:
			capture, ok := b.parseCapture(op, i, star)
			if !ok {
				return "", nil, false
			}
			w.WriteString("(?P<" + groupName(len(cols)) + ">" + capture + ")")
			cols = append(cols, Column{part.name, part.typ})
		}
	}
	w.WriteString(`\z`)
	return w.String(), cols, true
}

// parseCapture is what a column of the pattern takes.
func (b *binder) parseCapture(op *parseOp, i int, star string) (string, bool) {
	part := op.pattern[i]
	last := i == len(op.pattern)-1
	beforeText := !last && op.pattern[i+1].lit != nil
	switch {
	case part.typ.isInteger() && (op.kind == "regex" || !beforeText):
		return `[+-]?\d*`, true
	case part.typ.isNumber() && (op.kind == "regex" || !beforeText):
		return `[+-]?\d*(?:\.\d*)?`, true
	case !last && !beforeText && op.pattern[i+1].star:
		b.unsupported(part.at, "a column of type %s before a *", part.typ)
		return "", false
	case !last && !beforeText:
		b.fail(op.pattern[i+1].at, "", "a text or * should stand between two columns")
		return "", false
	}
	return star, true
}

// parseKV binds parse-kv: columns from pairs of keys and values in a text.
func (b *binder) parseKV(in *relation, op *parseKVOp) *relation {
	var x *bound
	b.within(newRowScope(in.cols, in.sorted), func() { x = b.expr(op.x) })
	if x.typ != TString && x.typ != TDynamic && x.typ != TUnknown {
		b.fail(op.x.span(), "KS107", "a string should stand here, and this is a %s", x.typ)
		return in
	}
	prop := func(name string) string {
		if lit := op.props[name]; lit != nil {
			return FormatValue(lit.val)
		}
		return ""
	}
	for name, lit := range op.props {
		switch name {
		case "pair_delimiter", "kv_delimiter", "quote", "greedy", "escape", "regex":
		default:
			b.fail(lit.at, "", "parse-kv has no property %q", name)
		}
	}
	kv := kvReader{pair: prop("pair_delimiter"), eq: prop("kv_delimiter"), quotes: prop("quote"),
		escape: prop("escape"), greedy: prop("greedy") == "true"}
	if text := prop("regex"); text != "" {
		rx, err := compileRegex(text)
		if err == nil && rx.NumSubexp() != 2 {
			err = fmt.Errorf("the regular expression of parse-kv has two groups, a key and a value")
		}
		if err != nil {
			b.fail(op.at, "KS221", "%s", err)
			return in
		}
		kv.rx = rx
	}
	for _, c := range op.cols {
		kv.keys = append(kv.keys, c.Name)
	}
	cols := slices.Clone(in.cols)
	n := newNamer(in.cols)
	for _, c := range op.cols {
		if n.used[c.Name] {
			b.fail(op.at, "KS171", "a column %q is already declared", c.Name)
		}
		cols = append(cols, c)
	}
	eval := castBound(x, TString).eval
	return mapRows(in, cols, op.at, func(e *env) []Value {
		row := make([]Value, len(cols))
		copy(row, e.row)
		found := kv.read(textOf(eval(e)))
		for i, c := range op.cols {
			v, ok := found[c.Name]
			if ok {
				row[len(in.cols)+i] = cast(String(v), c.Type)
			} else {
				row[len(in.cols)+i] = zero(c.Type)
			}
		}
		return row
	})
}

// kvReader cuts a text into pairs of keys and values.
type kvReader struct {
	pair, eq, quotes, escape string
	greedy                   bool // a value goes on to the next key
	rx                       *regexp.Regexp
	keys                     []string
}

// read gives the first value of each key.
func (kv kvReader) read(text string) map[string]string {
	found := map[string]string{}
	add := func(key, value string) {
		if _, have := found[key]; !have {
			found[key] = value
		}
	}
	switch {
	case kv.rx != nil:
		for _, m := range kv.rx.FindAllStringSubmatch(text, -1) {
			add(m[1], m[2])
		}
	case kv.pair == "" || kv.eq == "":
		kv.readWords(text, add)
	default:
		for text != "" {
			quoted := kv.quotes != "" && strings.HasPrefix(text, kv.quotes[:1])
			key, rest := kv.token(text, kv.eq, false)
			if !strings.HasPrefix(rest, kv.eq) {
				break
			}
			if i := strings.LastIndex(key, kv.pair); i >= 0 && !quoted {
				key = key[i+len(kv.pair):]
			}
			var value string
			value, text = kv.token(rest[len(kv.eq):], kv.pair, kv.greedy)
			text = strings.TrimPrefix(text, kv.pair)
			add(strings.TrimSpace(key), value)
		}
	}
	return found
}

// token takes what stands before a delimiter. What is in quotes may hold the
// delimiter; a greedy one ends at the delimiter that the next key follows.
func (kv kvReader) token(text, delim string, greedy bool) (token, rest string) {
	if kv.quotes != "" && strings.HasPrefix(text, kv.quotes[:1]) {
		if inner, after, ok := kv.unquote(text); ok {
			return inner, after
		}
	}
	end := strings.Index(text, delim)
	if greedy {
		end = len(text)
		if i := strings.Index(text, kv.eq); i >= 0 {
			end = strings.LastIndex(text[:i], delim)
		}
	}
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}

// unquote reads up to the closing quote; the escape takes the next letter as
// it is.
func (kv kvReader) unquote(text string) (inner, rest string, ok bool) {
	closing := kv.quotes[len(kv.quotes)-1]
	var out strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case kv.escape != "" && text[i] == kv.escape[0] && i+1 < len(text):
			i++
			out.WriteByte(text[i])
		case text[i] == closing:
			return out.String(), text[i+1:], true
		default:
			out.WriteByte(text[i])
		}
	}
	return "", "", false
}

// readWords reads a text whose delimiters are not given: a key is a word, and
// its value the next word or what is in quotes.
func (kv kvReader) readWords(text string, add func(key, value string)) {
	for _, key := range kv.keys {
		from := strings.Index(text, key)
		for from >= 0 && (from > 0 && isTermRune(rune(text[from-1])) || from+len(key) < len(text) && isTermRune(rune(text[from+len(key)]))) {
			next := strings.Index(text[from+1:], key)
			if next < 0 {
				from = -1
				break
			}
			from += 1 + next
		}
		if from < 0 {
			continue
		}
		rest := strings.TrimLeftFunc(text[from+len(key):], func(r rune) bool {
			return !isTermRune(r) && (kv.quotes == "" || r != rune(kv.quotes[0]))
		})
		if kv.quotes != "" && strings.HasPrefix(rest, kv.quotes[:1]) {
			if inner, _, ok := kv.unquote(rest); ok {
				add(key, inner)
				continue
			}
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return !isTermRune(r) })
		if end < 0 {
			end = len(rest)
		}
		add(key, rest[:end])
	}
}
