// Package config reads sigproof.yaml, in which a repository says which checks
// it wants, how grave it takes them, and what rules mean there. It knows the
// keys of the file and where it is found; it knows no command.
package config

import (
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/compiler/lint"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// A Config is what one file says. Everything has the place where it says so.
type Config struct {
	File *sigma.File

	Log             sigma.Text // empty if the file names none
	Define          []Definition
	Pipelines       []sigma.Text // files of pipelines, and folders of them
	Enable, Disable []sigma.Text // codes of checks, and their beginnings
	Severity        []Grade
}

// A Definition gives the values of a placeholder. A value "@name" stands for
// the lines of a file.
type Definition struct {
	Name   sigma.Text
	Values []sigma.Text
}

// A Grade gives the checks of a code a severity.
type Grade struct {
	Code, Severity sigma.Text
}

// Read reads a file. What is wrong with it is an error, so that a misspelt key
// is not a setting that has no effect.
func Read(name string, src []byte) (*Config, []*sigma.Diagnostic) {
	r := &reader{file: sigma.NewFile(name, src)}
	c := &Config{File: r.file}
	docs, diags := sigma.ReadData(r.file)
	for _, d := range diags {
		r.found.Add(d)
	}
	if len(docs) > 1 {
		r.report("config/documents", docs[1].Span(), "the file has a second document; it must have one", "")
	}
	if len(docs) > 0 && !isNothing(docs[0]) {
		readMap(r, "sigproof.yaml", docs[0], c, []key[Config]{
			{"log", (*reader).log},
			{"define", (*reader).define},
			{"pipelines", func(r *reader, c *Config, e sigma.Entry) { c.Pipelines = r.texts(e.Key.Value, e.Data) }},
			{"check", (*reader).check},
		})
	}
	return c, r.found.Sorted()
}

// Severities gives the grades as the linter takes them.
func (c *Config) Severities() map[string]sigma.Severity {
	out := map[string]sigma.Severity{}
	for _, g := range c.Severity {
		out[g.Code.Value] = sigma.Severity(slices.Index(severities, g.Severity.Value))
	}
	return out
}

// severities are the names of severities, by sigma.Severity.
var severities = []string{sigma.Error.String(), sigma.Warning.String(), sigma.Info.String(), sigma.Hint.String()}

type reader struct {
	file  *sigma.File
	found sigma.Reports
}

func (r *reader) report(code string, at sigma.Span, message, label string) {
	r.found.Add(&sigma.Diagnostic{Code: code, Severity: sigma.Error, File: r.file, At: at, Message: message, Label: label})
}

// A key is a row of a table: the name of an entry, and how it is read into T.
type key[T any] struct {
	name string
	read func(*reader, *T, sigma.Entry)
}

// readMap reads the entries of a map by a table.
func readMap[T any](r *reader, what string, d sigma.Data, into *T, keys []key[T]) {
	m, ok := d.(*sigma.Map)
	if !ok {
		r.report("config/type", d.Span(), fmt.Sprintf("%s must be a map of keys", what), "")
		return
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	for _, e := range m.Entries {
		i := slices.Index(names, e.Key.Value)
		if i < 0 {
			r.report("config/unknown-key", e.Key.At, fmt.Sprintf("%s has no key %q; it has %s", what, e.Key.Value, sigma.Choices(names)), sigma.DidYouMean(e.Key.Value, names))
			continue
		}
		keys[i].read(r, into, e)
	}
}

func (r *reader) log(c *Config, e sigma.Entry) {
	name, ok := r.text(e.Key.Value, e.Data)
	if !ok {
		return
	}
	if log, among := schema.Called(name.Value); log == nil && among == nil {
		r.report("config/log", name.At, fmt.Sprintf("there is no log %q; the command schema lists them", name.Value), sigma.DidYouMean(name.Value, LogNames()))
		return
	}
	c.Log = name
}

// LogNames lists what the key log may say.
func LogNames() []string {
	var names []string
	for _, l := range schema.Logs() {
		names = append(names, l.Name)
	}
	return append(names, schema.Generic.Name)
}

func (r *reader) define(c *Config, e sigma.Entry) {
	m, ok := e.Data.(*sigma.Map)
	if !ok {
		r.report("config/type", e.Data.Span(), `"define" must be a map of placeholders with their values`, "")
		return
	}
	for _, e := range m.Entries {
		c.Define = append(c.Define, Definition{e.Key, r.texts(e.Key.Value, e.Data)})
	}
}

func (r *reader) check(c *Config, e sigma.Entry) {
	readMap(r, `"check"`, e.Data, c, []key[Config]{
		{"enable", func(r *reader, c *Config, e sigma.Entry) { c.Enable = r.codes(e) }},
		{"disable", func(r *reader, c *Config, e sigma.Entry) { c.Disable = r.codes(e) }},
		{"severity", (*reader).severity},
	})
}

func (r *reader) codes(e sigma.Entry) []sigma.Text {
	texts := r.texts(e.Key.Value, e.Data)
	return slices.DeleteFunc(texts, func(t sigma.Text) bool { return !r.isCheck(t) })
}

func (r *reader) isCheck(t sigma.Text) bool {
	if lint.Covers(t.Value) {
		return true
	}
	near := ""
	if !r.found.Full(r.file) { // what is counted only needs none
		near = sigma.DidYouMean(t.Value, lint.Codes())
	}
	r.report("config/check", t.At, fmt.Sprintf("there is no check %q; check --list lists them", t.Value), near)
	return false
}

func (r *reader) severity(c *Config, e sigma.Entry) {
	m, ok := e.Data.(*sigma.Map)
	if !ok {
		r.report("config/type", e.Data.Span(), `"severity" must be a map of codes with their severities`, "")
		return
	}
	for _, e := range m.Entries {
		grade, ok := r.text(e.Key.Value, e.Data)
		if !r.isCheck(e.Key) || !ok {
			continue
		}
		if !slices.Contains(severities, grade.Value) {
			r.report("config/severity", grade.At, fmt.Sprintf("%q is no severity; it must be %s", grade.Value, sigma.Choices(severities)), sigma.DidYouMean(grade.Value, severities))
			continue
		}
		c.Severity = append(c.Severity, Grade{e.Key, grade})
	}
}

// text reads one scalar.
func (r *reader) text(what string, d sigma.Data) (sigma.Text, bool) {
	if s, ok := d.(*sigma.Scalar); ok && !isNothing(d) {
		return s.Text, true
	}
	r.report("config/type", d.Span(), fmt.Sprintf("%q must have one value", what), "")
	return sigma.Text{}, false
}

// texts reads a list of scalars, or one.
func (r *reader) texts(what string, d sigma.Data) []sigma.Text {
	list, ok := d.(*sigma.List)
	if !ok {
		if t, ok := r.text(what, d); ok {
			return []sigma.Text{t}
		}
		return nil
	}
	var out []sigma.Text
	for _, x := range list.Of {
		if t, ok := r.text(what, x); ok {
			out = append(out, t)
		}
	}
	return out
}

// isNothing tells whether a value is absent: an empty file, or a key alone.
func isNothing(d sigma.Data) bool {
	s, ok := d.(*sigma.Scalar)
	return ok && !s.Quoted && s.Text.Value == ""
}
