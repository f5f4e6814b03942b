//lint:file-ignore U1000 the source is copied into generated matchers, as far as each needs it

// Package standalone is the run-time part of generated matchers. Its source is
// copied, as far as a rule needs it, into the Go file that the rule becomes,
// so that the file depends on the standard library alone. For that reason it
// repeats in small what compiler/eval says at large; a test holds one against
// the other.
//
// Events are what encoding/json decodes: map[string]any, []any, string, bool,
// nil, and numbers as json.Number or float64. With json.Number no digit is
// lost.
package standalone

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A field is a way to values: steps, or the paths of which the first that
// leads to something counts, or a name that is tried in every way.
type field struct {
	steps   []step
	first   [][]step
	name    string
	unquote bool
}

// A step goes to the value of key and, if by is set, to the members there
// whose property by is the text is; to all members if every is set.
type step struct {
	key, by, is string
	every       bool
}

// A matcher asks something of one value.
type matcher func(v any) bool

// has tells whether a value of the field satisfies a matcher.
func has(event any, f field, matchers ...matcher) bool {
	values, _ := lookup(event, f)
	for _, v := range values {
		for _, m := range matchers {
			if m(v) {
				return true
			}
		}
	}
	return false
}

// exists tells whether the field is there, whatever it holds.
func exists(event any, f field) bool {
	_, found := lookup(event, f)
	return found
}

// isNull tells whether the field is missing or holds a null.
func isNull(event any, f field) bool {
	values, found := lookup(event, f)
	if !found {
		return true
	}
	for _, v := range values {
		if v == nil {
			return true
		}
	}
	return false
}

// member tells whether a member that the step selects satisfies test.
func member(event any, s step, test matcher) bool {
	o, ok := event.(map[string]any)
	if !ok {
		return false
	}
	for _, m := range members(o, s) {
		if test(m) {
			return true
		}
	}
	return false
}

// keywords tells whether a string or number of the event, at any depth,
// satisfies a matcher.
func keywords(v any, matchers ...matcher) bool {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if keywords(x, matchers...) {
				return true
			}
		}
	case map[string]any:
		for _, x := range v {
			if keywords(x, matchers...) {
				return true
			}
		}
	case nil, bool:
	default:
		for _, m := range matchers {
			if m(v) {
				return true
			}
		}
	}
	return false
}

// A found collects the values that a field leads to.
type found struct {
	unquote bool
	values  []any
	any     bool
}

func lookup(event any, f field) ([]any, bool) {
	for _, path := range f.first {
		c := found{unquote: true}
		c.walk(event, path)
		for _, v := range c.values {
			if v != nil && v != "" {
				return []any{v}, true
			}
		}
	}
	c := found{unquote: f.unquote}
	switch {
	case f.first != nil:
	case f.steps != nil:
		c.walk(event, f.steps)
	default:
		c.open(event, f.name)
	}
	return c.values, c.any
}

func (c *found) add(v any) {
	c.any = true
	if list, ok := v.([]any); ok {
		for _, x := range list {
			c.add(x)
		}
		return
	}
	if s, ok := v.(string); ok && c.unquote {
		v = unquoted(s)
	}
	c.values = append(c.values, v)
}

func (c *found) walk(v any, path []step) {
	if len(path) == 0 {
		c.add(v)
		return
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			c.walk(x, path)
		}
	case map[string]any:
		for _, m := range members(v, path[0]) {
			c.walk(m, path[1:])
		}
	}
}

// open tries a name as a flat key and each beginning of it as a key with more
// below, at every level.
func (c *found) open(v any, name string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			c.open(x, name)
		}
	case map[string]any:
		if x, ok := v[name]; ok {
			c.add(x)
		}
		for i := range len(name) {
			if x, ok := v[name[:i]]; ok && name[i] == '.' {
				c.open(x, name[i+1:])
			}
		}
	}
}

func members(o map[string]any, s step) []any {
	v, ok := o[s.key]
	switch {
	case !ok:
		return nil
	case s.by == "" && !s.every:
		return []any{v}
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []any
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			continue
		}
		if text, ok := textOf(m[s.by]); s.every || ok && text == s.is {
			out = append(out, m)
		}
	}
	return out
}

// unquoted reads a JSON string that stands inside a string.
func unquoted(s string) string {
	var inner string
	if len(s) < 2 || s[0] != '"' || json.Unmarshal([]byte(s), &inner) != nil {
		return s
	}
	return inner
}

// asText is the text that patterns are asked of; that of an object is its JSON,
// with its names in order.
func asText(v any) (string, bool) {
	if _, isObject := v.(map[string]any); !isObject {
		return textOf(v)
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err == nil
}

// textOf is the canonical text of a scalar.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number, float64:
		s := fmt.Sprint(v)
		if d, ok := parseDecimal(s); ok {
			return d.text(), true
		}
		return s, true
	}
	return "", false
}

// Kinds of the parts of a pattern.
const (
	literal = iota
	anyRun  // any characters, also none
	anyOne  // exactly one character
	anyDash // a dash of command lines
)

// A part is literal text or a wildcard.
type part struct {
	kind int
	text string
}

// An element is one rune of a pattern, or a wildcard.
type element struct {
	kind int
	r    rune
}

// glob matches the whole text with a pattern.
func glob(cased bool, parts ...part) matcher {
	var elements []element
	for _, p := range parts {
		if p.kind != literal {
			elements = append(elements, element{kind: p.kind})
		}
		for _, r := range p.text {
			if !cased {
				r = fold(r)
			}
			elements = append(elements, element{literal, r})
		}
	}
	return func(v any) bool {
		s, ok := asText(v)
		return ok && globMatch(elements, s, cased)
	}
}

// globMatch goes back to the last run at a mismatch; no earlier one needs to be
// tried again.
func globMatch(pattern []element, s string, cased bool) bool {
	p, i, run, mark := 0, 0, -1, 0
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case p < len(pattern) && pattern[p].kind == anyRun:
			run, mark = p, i
			p++
		case p < len(pattern) && elementMatch(pattern[p], r, cased):
			p++
			i += size
		case run >= 0:
			_, size := utf8.DecodeRuneInString(s[mark:])
			mark += size
			p, i = run+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p].kind == anyRun {
		p++
	}
	return p == len(pattern)
}

func elementMatch(e element, r rune, cased bool) bool {
	switch e.kind {
	case anyOne:
		return true
	case anyDash:
		return strings.ContainsRune("-/–—―", r)
	}
	return e.r == r || !cased && e.r == fold(r)
}

// fold gives the least of the runes that differ in case alone.
func fold(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}

// present matches everything but null.
func present(v any) bool { return v != nil }

// boolean matches true or false, or the word in any case.
func boolean(want bool) matcher {
	return func(v any) bool {
		if s, ok := v.(string); ok {
			return strings.EqualFold(s, strconv.FormatBool(want))
		}
		return v == want
	}
}

// search matches text with a regular expression.
func search(expression string) matcher {
	re := regexp.MustCompile(expression)
	return func(v any) bool {
		s, ok := asText(v)
		return ok && re.MatchString(s)
	}
}

// network matches addresses in a network; IPv4-mapped ones count as IPv4.
func network(cidr string) matcher {
	prefix := netip.MustParsePrefix(cidr)
	return func(v any) bool {
		s, ok := textOf(v)
		if !ok {
			return false
		}
		a, err := netip.ParseAddr(s)
		return err == nil && a.Zone() == "" && prefix.Contains(a.Unmap())
	}
}

// number matches an equal number, or its text as written or in plain decimal.
func number(canonical, written string) matcher {
	want, _ := parseDecimal(canonical)
	return func(v any) bool {
		if s, ok := v.(string); ok {
			return s == written || s == canonical
		}
		d, ok := decimalOf(v)
		return ok && d == want
	}
}

// compared matches numbers, and texts that read as one.
func compared(op, value string) matcher {
	want, _ := parseDecimal(value)
	return func(v any) bool {
		d, ok := decimalOf(v)
		return ok && opHolds(op, d.compare(want))
	}
}

func decimalOf(v any) (decimal, bool) {
	switch v := v.(type) {
	case string:
		return parseDecimal(v)
	case json.Number, float64:
		return parseDecimal(fmt.Sprint(v))
	}
	return decimal{}, false
}

func opHolds(op string, n int) bool {
	switch op {
	case "eq":
		return n == 0
	case "lt":
		return n < 0
	case "lte":
		return n <= 0
	case "gt":
		return n > 0
	}
	return n >= 0
}

// timePart compares a part of a time in UTC.
func timePart(part, op, value string) matcher {
	want, _ := parseDecimal(value)
	return func(v any) bool {
		s, ok := v.(string)
		if !ok {
			return false
		}
		for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
			if t, err := time.Parse(layout, s); err == nil {
				d, _ := parseDecimal(strconv.Itoa(partOf(t.UTC(), part)))
				return opHolds(op, d.compare(want))
			}
		}
		return false
	}
}

func partOf(t time.Time, part string) int {
	switch part {
	case "minute":
		return t.Minute()
	case "hour":
		return t.Hour()
	case "day":
		return t.Day()
	case "week":
		_, week := t.ISOWeek()
		return week
	case "month":
		return int(t.Month())
	}
	return t.Year()
}

// refers compares two fields of an event by their texts.
func refers(event any, f, other field, kind string, cased bool) bool {
	values, _ := lookup(event, f)
	others, _ := lookup(event, other)
	for _, v := range values {
		for _, o := range others {
			text, ok := textOf(o)
			if !ok {
				continue
			}
			parts := []part{{literal, text}}
			if kind == "contains" || kind == "endswith" {
				parts = append([]part{{kind: anyRun}}, parts...)
			}
			if kind == "contains" || kind == "startswith" {
				parts = append(parts, part{kind: anyRun})
			}
			if glob(cased, parts...)(v) {
				return true
			}
		}
	}
	return false
}

// A decimal is an exact number: 0.digits times ten to the power exp.
type decimal struct {
	negative bool
	digits   string
	exp      int
}

func parseDecimal(s string) (decimal, bool) {
	var d decimal
	if s != "" && (s[0] == '-' || s[0] == '+') {
		d.negative, s = s[0] == '-', s[1:]
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		digits := strings.TrimLeft(s[i+1:], "+-")
		n, err := strconv.Atoi(s[i+1:])
		if err != nil || len(digits) > 6 {
			return decimal{}, false
		}
		d.exp, s = n, s[:i]
	}
	whole, fraction, dotted := strings.Cut(s, ".")
	if strings.Trim(whole+fraction, "0123456789") != "" || whole+fraction == "" || dotted && fraction == "" {
		return decimal{}, false
	}
	d.exp += len(whole)
	all := whole + fraction
	d.digits = strings.TrimLeft(all, "0")
	d.exp -= len(all) - len(d.digits)
	if d.digits = strings.TrimRight(d.digits, "0"); d.digits == "" {
		return decimal{}, true
	}
	return d, true
}

func (d decimal) compare(e decimal) int {
	a, b := d.sign(), e.sign()
	switch {
	case a != b:
		return a - b
	case d.exp != e.exp:
		return (d.exp - e.exp) * a
	}
	return strings.Compare(d.digits, e.digits) * a
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// text is plain decimal; numbers of hundreds of zeros keep an exponent.
func (d decimal) text() string {
	sign := ""
	if d.negative {
		sign = "-"
	}
	switch n := len(d.digits); {
	case n == 0:
		return "0"
	case d.exp > n+400 || d.exp < -400:
		return sign + "0." + d.digits + "e" + strconv.Itoa(d.exp)
	case d.exp >= n:
		return sign + d.digits + strings.Repeat("0", d.exp-n)
	case d.exp > 0:
		return sign + d.digits[:d.exp] + "." + d.digits[d.exp:]
	}
	return sign + "0." + strings.Repeat("0", -d.exp) + d.digits
}
