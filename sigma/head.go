package sigma

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// headKeys are the keys that all documents share. Spec, Components.
var headKeys = []key[Head]{
	textKey("title", func(h *Head) *Text { return &h.Title }),
	textKey("id", func(h *Head) *Text { return &h.ID }),
	textKey("name", func(h *Head) *Text { return &h.Name }),
	textKey("status", func(h *Head) *Text { return &h.Status }),
	textKey("level", func(h *Head) *Text { return &h.Level }),
	textKey("description", func(h *Head) *Text { return &h.Description }),
	textKey("author", func(h *Head) *Text { return &h.Author }),
	textKey("license", func(h *Head) *Text { return &h.License }),
	textKey("date", func(h *Head) *Text { return &h.Date }),
	textKey("modified", func(h *Head) *Text { return &h.Modified }),
	textKey("taxonomy", func(h *Head) *Text { return &h.Taxonomy }),
	textsKey("references", func(h *Head) *[]Text { return &h.References }),
	textsKey("tags", func(h *Head) *[]Text { return &h.Tags }),
	textsKey("falsepositives", func(h *Head) *[]Text { return &h.FalsePositives }),
	textsKey("fields", func(h *Head) *[]Text { return &h.Fields }),
	textsKey("scope", func(h *Head) *[]Text { return &h.Scope }),
	{"related", func(p *parser, h *Head, e Entry) { h.Related = p.related(e) }},
}

// The values that the specification lists.
var (
	statuses      = []string{"stable", "test", "experimental", "deprecated", "unsupported"}
	levels        = []string{"informational", "low", "medium", "high", "critical"}
	relationTypes = []string{"derived", "obsolete", "merged", "renamed", "similar"}
)

// head reads what is left of a document behind the keys of its kind.
func (p *parser) head(h *Head, entries []Entry, kindKeys []string) {
	h.Custom = readKeys(p, entries, h, headKeys)
	p.nearMisses(h.Custom, "the document", append(keyNames(headKeys), kindKeys...))

	for _, e := range entries {
		if e.Key.Value == "title" && h.Title.Value == "" && isScalar(e.Data) {
			p.report(Error, "missing/title", e.Key.At, "the title is empty; it must say what the document finds")
		}
	}
	p.oneOf(Error, "status", h.Status, statuses)
	p.oneOf(Error, "level", h.Level, levels)
	p.uuid(h.ID, Error)
	p.date("date", h.Date)
	p.date("modified", h.Modified)
}

func isScalar(d Data) bool {
	_, ok := d.(*Scalar)
	return ok
}

// oneOf checks a text that may be absent.
func (p *parser) oneOf(severity Severity, name string, t Text, choices []string) {
	if t.Value == "" || slices.Contains(choices, t.Value) {
		return
	}
	d := p.report(severity, "value/"+name, t.At, fmt.Sprintf("%s %q is unknown; it must be %s", name, t.Value, Choices(choices)))
	if lower := strings.ToLower(t.Value); slices.Contains(choices, lower) {
		d.label("must be in lower case").fix("write "+lower, true, Edit{t.At, lower})
		return
	}
	if near := Nearest(t.Value, choices); len(near) > 0 {
		d.label(DidYouMean(t.Value, choices)).fix("write "+near[0], false, Edit{t.At, near[0]})
	}
}

var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// uuid checks an id. A document with another is in error, and yet what it
// means is known, so that it is not Broken. The library for UUIDs also takes
// braces, URNs and ids without dashes, which other readers of Sigma refuse.
func (p *parser) uuid(t Text, severity Severity) {
	if t.Value == "" || uuidForm.MatchString(t.Value) {
		return
	}
	before := p.nerr
	p.report(severity, "value/id", t.At, fmt.Sprintf("id %q is no UUID; it must look like 12345678-1234-4123-8123-123456789abc", t.Value)).
		label(uuidFlaw(t.Value))
	p.nerr = before
}

func uuidFlaw(s string) string {
	for i, r := range s {
		if !strings.ContainsRune("0123456789abcdefABCDEF-", r) {
			return fmt.Sprintf("character %d is %q, which is no hexadecimal digit", i+1, r)
		}
	}
	switch digits := len(strings.ReplaceAll(s, "-", "")); {
	case digits == 1:
		return "it has 1 digit, not 32"
	case digits != 32:
		return fmt.Sprintf("it has %d digits, not 32", digits)
	}
	return "the dashes must part 8, 4, 4, 4 and 12 digits"
}

var looseDate = regexp.MustCompile(`^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$`)

// digitsOfDay is a day without signs, or with a time behind it.
var digitsOfDay = regexp.MustCompile(`^([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[T ].*)?$`)

// date checks a date. Slashes are the form of Sigma before 2.0.
func (p *parser) date(name string, t Text) {
	if t.Value == "" {
		return
	}
	for _, layout := range []string{"2006-01-02", "2006/01/02"} {
		if _, err := time.Parse(layout, t.Value); err == nil {
			return
		}
	}
	d := p.report(Error, "value/"+name, t.At, fmt.Sprintf("%s %q is no date of the form YYYY-MM-DD", name, t.Value))
	m := looseDate.FindStringSubmatch(t.Value)
	if m == nil {
		m = digitsOfDay.FindStringSubmatch(t.Value)
	}
	if m == nil {
		return
	}
	mended := m[1] + "-" + twoDigits(m[2]) + "-" + twoDigits(m[3])
	if _, err := time.Parse("2006-01-02", mended); err == nil {
		d.fix("write "+mended, true, Edit{t.At, mended})
		return
	}
	d.label("no such day is in the calendar")
}

func twoDigits(s string) string { return strings.Repeat("0", 2-len(s)) + s }

var relationKeys = []key[Relation]{
	textKey("id", func(r *Relation) *Text { return &r.ID }),
	textKey("type", func(r *Relation) *Text { return &r.Type }),
}

func (p *parser) related(e Entry) []Relation {
	l, ok := e.Data.(*List)
	if !ok {
		if !isScalar(e.Data) || !isNothing(e.Data) {
			p.wrongKind(e, `a list of maps with "id" and "type"`)
		}
		return nil
	}
	var relations []Relation
	for _, d := range l.Of {
		m, ok := d.(*Map)
		if !ok {
			p.report(Error, "type", place(e.Key.At, d), fmt.Sprintf(`"related" has %s in its list; each entry must be a map with "id" and "type"`, kindOf(d)))
			continue
		}
		r := Relation{At: m.At}
		p.nearMisses(readKeys(p, m.Entries, &r, relationKeys), "the relation", keyNames(relationKeys))
		for _, name := range []string{"id", "type"} {
			if m.Get(name) == nil {
				p.missing(m, name, "the relation")
			}
		}
		p.uuid(r.ID, Warning)
		p.oneOf(Warning, "type", r.Type, relationTypes)
		relations = append(relations, r)
	}
	return relations
}
