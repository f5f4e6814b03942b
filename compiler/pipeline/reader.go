package pipeline

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/compiler/pipeline/internal/python"
	"github.com/sigproof/sigproof/sigma"
)

// A reader reads one file. It reports all that it finds.
type reader struct {
	file  *sigma.File
	found sigma.Reports
	depth int // of lists in lists

	errors int // that were found

	readFile func(name string) ([]byte, error) // nil: no pipeline may name a file
}

func (r *reader) report(severity sigma.Severity, code string, at sigma.Span, message string) *sigma.Diagnostic {
	return r.add(&sigma.Diagnostic{Code: "pipeline/" + code, Severity: severity, File: r.file, At: at, Message: message})
}

func (r *reader) add(diags ...*sigma.Diagnostic) *sigma.Diagnostic {
	var last *sigma.Diagnostic
	for _, d := range diags {
		if last = r.found.Add(d); d.Severity == sigma.Error {
			r.errors++
		}
	}
	return last
}

func (r *reader) errorAt(code string, at sigma.Span, format string, args ...any) *sigma.Diagnostic {
	return r.report(sigma.Error, code, at, fmt.Sprintf(format, args...))
}

// params reads the keys of one map. Each getter notes the key that it knows,
// so that done can name those that nobody asked for.
type params struct {
	*reader
	what  string // the owner, for messages: `transformation "case"`
	at    sigma.Span
	m     *sigma.Map
	known []string
}

// mapOf takes data for a map of what is named.
func (r *reader) mapOf(what string, d sigma.Data) (*params, bool) {
	m, ok := d.(*sigma.Map)
	if !ok {
		r.errorAt("type", r.firstLine(d.Span()), "%s is %s; it must be a map", what, kindOf(d))
		return nil, false
	}
	return &params{reader: r, what: what, at: r.firstLine(m.At), m: m}, true
}

// firstLine cuts a span at its first line break: a caret has no use for more.
func (r *reader) firstLine(at sigma.Span) sigma.Span {
	if i := strings.IndexAny(r.file.Text(at), "\r\n"); i >= 0 {
		at.End = at.Start + i
	}
	return at
}

// entry gives the entry of a key.
func (p *params) entry(name string) (sigma.Entry, bool) {
	if !slices.Contains(p.known, name) {
		p.known = append(p.known, name)
	}
	for _, e := range p.m.Entries {
		if e.Key.Value == name {
			return e, true
		}
	}
	return sigma.Entry{}, false
}

// need gives the entry of a key, and reports its absence.
func (p *params) need(name string) (sigma.Entry, bool) {
	e, ok := p.entry(name)
	if !ok {
		d := p.errorAt("missing", p.at, "%s has no %q", p.what, name)
		for _, e := range p.m.Entries {
			if len(sigma.Nearest(e.Key.Value, []string{name})) > 0 {
				d.At, d.Label = e.Key.At, fmt.Sprintf("did you mean %q?", name)
				p.known = append(p.known, e.Key.Value)
			}
		}
	}
	return e, ok
}

// done reports the keys that no getter has asked for.
func (p *params) done() {
	for _, e := range p.m.Entries {
		if slices.Contains(p.known, e.Key.Value) {
			continue
		}
		d := p.errorAt("unknown-key", e.Key.At, "%s has no key %q", p.what, e.Key.Value)
		if d.Label = sigma.DidYouMean(e.Key.Value, p.known); d.Label == "" {
			d.Label = "it may have " + strings.Join(p.own(), ", ")
		}
	}
}

// own gives the keys that the map may have for itself: conditions stand before
// any transformation.
func (p *params) own() []string {
	return slices.DeleteFunc(slices.Clone(p.known), func(name string) bool {
		return strings.Contains(name, "_cond") && name != "conditions"
	})
}

func (p *params) wrong(e sigma.Entry, want string) *sigma.Diagnostic {
	at := e.Data.Span()
	if at.Len() == 0 {
		at = e.Key.At
	}
	return p.errorAt("type", p.firstLine(at), "%q is %s; it must be %s", e.Key.Value, kindOf(e.Data), want)
}

func kindOf(d sigma.Data) string {
	switch d := d.(type) {
	case *sigma.List:
		return "a list"
	case *sigma.Map:
		return "a map"
	case *sigma.Scalar:
		if isNothing(d) {
			return "nothing"
		}
		return fmt.Sprintf("%q", d.Text.Value)
	default:
		panic(fmt.Sprintf("pipeline: unknown data %T", d))
	}
}

func isNothing(d sigma.Data) bool {
	s, ok := d.(*sigma.Scalar)
	return ok && !s.Quoted && slices.Contains([]string{"", "~", "null", "Null", "NULL"}, s.Text.Value)
}

// scalarOf reads an entry that must hold one value.
func (p *params) scalarOf(e sigma.Entry, want string) (*sigma.Scalar, bool) {
	s, ok := e.Data.(*sigma.Scalar)
	if !ok || isNothing(e.Data) {
		p.wrong(e, want)
		return nil, false
	}
	return s, true
}

// text reads a key that must be there.
func (p *params) text(name string) sigma.Text {
	if e, ok := p.need(name); ok {
		if s, ok := p.scalarOf(e, "text"); ok {
			return s.Text
		}
	}
	return sigma.Text{}
}

// anyText reads a key that must be there and may hold nothing.
func (p *params) anyText(name string) sigma.Text {
	e, ok := p.need(name)
	if !ok {
		return sigma.Text{}
	}
	s, ok := e.Data.(*sigma.Scalar)
	if !ok {
		p.wrong(e, "text")
		return sigma.Text{}
	}
	return s.Text
}

// optional reads a key that may be absent.
func (p *params) optional(name, absent string) sigma.Text {
	if e, ok := p.entry(name); ok && !isNothing(e.Data) {
		if s, ok := p.scalarOf(e, "text"); ok {
			return s.Text
		}
	}
	return sigma.Text{Value: absent}
}

// choice reads a key that must be one of a few words. Without absent the key
// must be there.
func (p *params) choice(name, absent string, words ...string) string {
	t := p.optional(name, absent)
	if t == (sigma.Text{}) {
		p.need(name)
		return ""
	}
	if !slices.Contains(words, t.Value) {
		d := p.errorAt("choice", t.At, "%q is %q; it must be %s", name, t.Value, sigma.Choices(words))
		d.Label = sigma.DidYouMean(t.Value, words)
	}
	return t.Value
}

// flag reads a boolean. pySigma reads YAML 1.1, in which yes is one too.
func (p *params) flag(name string) bool {
	e, ok := p.entry(name)
	if !ok || isNothing(e.Data) {
		return false
	}
	if s, ok := e.Data.(*sigma.Scalar); ok && !s.Quoted {
		switch strings.ToLower(s.Text.Value) {
		case "true", "yes", "on":
			return true
		case "false", "no", "off":
			return false
		}
	}
	p.wrong(e, "true or false")
	return false
}

func (p *params) number(name string) int {
	e, ok := p.entry(name)
	if !ok || isNothing(e.Data) {
		return 0
	}
	if s, ok := e.Data.(*sigma.Scalar); ok && !s.Quoted {
		if n, err := strconv.Atoi(s.Text.Value); err == nil {
			return n
		}
	}
	p.wrong(e, "a whole number")
	return 0
}

// texts reads the text, or the list of texts, of a key that must be there.
func (p *params) texts(name string) []sigma.Text {
	e, ok := p.need(name)
	if !ok {
		return nil
	}
	return p.textsOf(e)
}

// someTexts reads what may be absent, else one text or more.
func (p *params) someTexts(name string) []sigma.Text {
	e, ok := p.entry(name)
	if !ok || isNothing(e.Data) {
		return nil
	}
	return p.textsOf(e)
}

func (p *params) textsOf(e sigma.Entry) []sigma.Text {
	switch d := e.Data.(type) {
	case *sigma.Scalar:
		if s, ok := p.scalarOf(e, "text or a list of texts"); ok {
			return []sigma.Text{s.Text}
		}
	case *sigma.List:
		var texts []sigma.Text
		for _, x := range d.Of {
			s, ok := x.(*sigma.Scalar)
			if !ok || isNothing(x) {
				p.errorAt("type", p.firstLine(place(x, e)), "%q has %s in its list; each entry must be text", e.Key.Value, kindOf(x))
				continue
			}
			texts = append(texts, s.Text)
		}
		if len(d.Of) == 0 {
			p.errorAt("empty", place(d, e), "%q is an empty list; it must have an entry", e.Key.Value)
		}
		return texts
	default:
		p.wrong(e, "text or a list of texts")
	}
	return nil
}

// place points at data, or at its key if there is nothing to see.
func place(d sigma.Data, e sigma.Entry) sigma.Span {
	if at := d.Span(); at.Len() > 0 {
		return at
	}
	return e.Key.At
}

// values gives the texts without their places.
func values(texts []sigma.Text) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = t.Value
	}
	return out
}

// list reads a key that may be absent and must hold a list.
func (p *params) list(name string) []sigma.Data {
	e, ok := p.entry(name)
	if !ok || isNothing(e.Data) {
		return nil
	}
	l, ok := e.Data.(*sigma.List)
	if !ok {
		p.wrong(e, "a list")
		return nil
	}
	return l.Of
}

// table reads a key that must be there and hold a map with something in it.
func (p *params) table(name string) []sigma.Entry {
	e, ok := p.need(name)
	if !ok {
		return nil
	}
	m, ok := e.Data.(*sigma.Map)
	switch {
	case !ok:
		p.wrong(e, "a map")
		return nil
	case len(m.Entries) == 0:
		p.errorAt("empty", m.At, "%q is an empty map; it must have an entry", name)
	}
	return m.Entries
}

// deeper goes into a list of the same kind as the one around it, if that is not
// too deep; shallower must follow.
func (p *params) deeper(what string) bool {
	if p.depth == MaxNesting {
		p.errorAt("limit", p.at, "%s nest deeper than %d", what, MaxNesting)
		return false
	}
	p.depth++
	return true
}

func (p *params) shallower() { p.depth-- }

// pattern reads a regular expression that pySigma gives to Python. With start
// it must match at the start of the text, as Python's re.match wants. Mistakes
// are worded as those of rules are.
func (r *reader) pattern(t sigma.Text, start bool) *regexp.Regexp {
	source := python.Regex(t.Value)
	if start {
		source = `\A(?:` + source + `)`
	}
	re, err := regexp.Compile(source)
	if err == nil {
		if excess := sigma.RegexExcess(source, re.NumSubexp()); excess != "" {
			r.errorAt("regex", t.At, "%s", excess)
			return nil
		}
		return re
	}
	diags := sigma.CheckRegex(r.file, t)
	for _, d := range diags {
		r.errorAt("regex", d.At, "%s", d.Message).Label = d.Label
	}
	if len(diags) == 0 {
		r.errorAt("regex", t.At, "the regular expression does not compile: %s", err)
	}
	return nil
}

// replacement reads a template of re.sub for an expression.
func (p *params) replacement(name string, re *regexp.Regexp) python.Replacement {
	t := p.anyText(name)
	with, err := python.ReadReplacement(t.Value, re)
	if err != nil {
		p.errorAt("replacement", p.file.Within(t, err.Start, err.End), "%s", err.Message)
	}
	return with
}

// A kind is a row of a table of types: its name, and how its keys are read.
type kind[T any] struct {
	name string
	read func(*params) T
}

func typeNames[T any](kinds []kind[T]) []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// typed reads the key "type" and finds its row.
func typed[T any](p *params, kinds []kind[T]) (kind[T], sigma.Text, bool) {
	t := p.text("type")
	if t.Value == "" {
		return kind[T]{}, t, false
	}
	i := slices.IndexFunc(kinds, func(k kind[T]) bool { return k.name == t.Value })
	if i < 0 {
		names := typeNames(kinds)
		d := p.errorAt("unknown-type", t.At, "%s has the unknown type %q", p.what, t.Value)
		if d.Label = sigma.DidYouMean(t.Value, names); d.Label == "" {
			d.Label = "there is " + strings.Join(names, ", ")
		}
		return kind[T]{}, t, false
	}
	return kinds[i], t, true
}
