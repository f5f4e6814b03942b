package pipeline

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/compiler/pipeline/internal/template"
	"github.com/sigproof/sigproof/compiler/pipeline/internal/tree"
	"github.com/sigproof/sigproof/sigma"
)

// A filler is a template of a pipeline with its place.
type filler struct {
	template *template.Template
	file     *sigma.File
	text     sigma.Text
}

// format reads a template of str.format; names are those that it may use.
func (p *params) format(names ...string) *filler {
	text := p.text("template")
	t, err := template.Format(text.Value, &template.Options{Names: names})
	return p.filler(text, t, err)
}

// jinja reads a template of Jinja2. What it would take from other files is
// refused.
func (p *params) jinja(names ...string) *filler {
	text := p.text("template")
	opts := &template.Options{Names: names, Autoescape: p.flag("autoescape")}
	for _, outside := range []struct{ key, why string }{
		{"path", "a template must stand in its pipeline"},
		{"vars", "the functions of a file of Python can't be called"},
	} {
		if e, ok := p.entry(outside.key); ok && !isNothing(e.Data) {
			p.errorAt("refused", e.Key.At, "%s has %q, which is not supported; %s", p.what, outside.key, outside.why)
		}
	}
	t, err := template.Jinja(text.Value, opts)
	return p.filler(text, t, err)
}

func (p *params) filler(text sigma.Text, t *template.Template, err *template.Error) *filler {
	f := &filler{t, p.file, text}
	if err != nil && text != (sigma.Text{}) {
		p.add(f.wrong(err))
	}
	return f
}

// wrong gives a mistake its place in the pipeline.
func (f *filler) wrong(err *template.Error) *sigma.Diagnostic {
	at := f.file.Within(f.text, err.Start, err.End)
	if i := strings.IndexAny(f.file.Text(at), "\r\n"); i >= 0 {
		at.End = at.Start + i
	}
	return &sigma.Diagnostic{Code: "pipeline/template", File: f.file, At: at, Message: err.Message, Label: err.Label}
}

func (f *filler) fill(names map[string]any) (string, *sigma.Diagnostic) {
	text, err := f.template.Fill(names)
	if err != nil {
		return "", f.wrong(err)
	}
	return text, nil
}

// values gives what templates call "pipeline".
func (r *run) values() *template.Dict {
	vars, state, d := &template.Dict{}, &template.Dict{}, &template.Dict{}
	for _, v := range r.pipeline.vars {
		vars.Set(v.name, v.template(r.vars[v.name]))
	}
	vars.Set("backend", r.language)
	for _, key := range slices.Sorted(maps.Keys(r.state)) {
		state.Set(key, r.state[key].template())
	}
	d.Set("name", r.pipeline.Name)
	d.Set("priority", r.pipeline.Priority)
	d.Set("vars", vars)
	d.Set("state", state)
	return d
}

// template gives a variable the form that it has in the pipeline: a text, or a
// list.
func (v variable) template(values []string) any {
	if !v.list && len(values) == 1 {
		return values[0]
	}
	return textList(values)
}

func textList(values []string) []any {
	out := make([]any, len(values))
	for i, s := range values {
		out[i] = s
	}
	return out
}

// template gives a datum as a value of templates.
func (d datum) template() any {
	switch v := d.value.(type) {
	case *sigma.Number:
		if n, err := strconv.Atoi(tree.NumberText(v)); err == nil {
			return n
		}
		return v.Float()
	case *sigma.Bool:
		return v.Value
	case *sigma.Null:
		return nil
	case *sigma.String:
		return v.Text.Value
	}
	switch x := d.data.(type) {
	case *sigma.List:
		out := make([]any, len(x.Of))
		for i, e := range x.Of {
			out[i] = datumOf(e).template()
		}
		return out
	case *sigma.Map:
		out := &template.Dict{}
		for _, e := range x.Entries {
			out.Set(e.Key.Value, datumOf(e.Data).template())
		}
		return out
	}
	return nil
}

// ruleValue is what templates call "rule": a document with the attributes that
// pySigma gives it.
type ruleValue struct{ *run }

func (v ruleValue) String() string { return v.head.Label() }

// Attr gives an attribute of the document.
func (v ruleValue) Attr(name string) (any, bool) {
	switch name {
	case "logsource":
		if v.rule == nil || v.rule.Logsource == nil {
			return nil, v.rule != nil
		}
		return logsourceValue(v.rule.Logsource), true
	case "custom_attributes":
		d := &template.Dict{}
		for _, e := range v.head.Custom {
			d.Set(e.Key.Value, datumOf(e.Data).template())
		}
		return d, true
	case "tags":
		out := make([]any, len(v.head.Tags))
		for i, t := range v.head.Tags {
			out[i] = tagValue(t.Value)
		}
		return out, true
	case "level", "status":
		if d, ok := v.attribute(name); ok {
			return wordValue{d.String(), map[string][]string{"level": levels, "status": statuses}[name]}, true
		}
		return nil, true
	}
	d, known := v.specified(name)
	return d.template(), known
}

func logsourceValue(l *sigma.Logsource) *template.Dict {
	d := &template.Dict{}
	for _, part := range []struct {
		name string
		text sigma.Text
	}{{"category", l.Category}, {"product", l.Product}, {"service", l.Service}} {
		if part.text.Value == "" {
			d.Set(part.name, nil)
		} else {
			d.Set(part.name, part.text.Value)
		}
	}
	return d
}

// A tagValue is a tag, with its parts.
type tagValue string

func (t tagValue) String() string { return string(t) }

// Attr gives the namespace, or the name in it.
func (t tagValue) Attr(name string) (any, bool) {
	namespace, rest, _ := strings.Cut(string(t), ".")
	switch name {
	case "namespace":
		return namespace, true
	case "name":
		return rest, true
	}
	return nil, false
}

// A wordValue is a level or a status: a word that has a rank among others.
type wordValue struct {
	word  string
	order []string
}

func (w wordValue) String() string { return w.word }

// Attr gives the name in capitals, or the rank.
func (w wordValue) Attr(name string) (any, bool) {
	switch name {
	case "name":
		return strings.ToUpper(w.word), true
	case "value":
		return slices.Index(w.order, w.word) + 1, true
	}
	return nil, false
}
