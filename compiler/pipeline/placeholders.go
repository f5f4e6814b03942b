package pipeline

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/pipeline/internal/source"
	"github.com/sigproof/sigproof/compiler/pipeline/internal/tree"
	"github.com/sigproof/sigproof/sigma"
)

// pick says which placeholders a step is for.
type pick struct {
	include, exclude []string
}

func readPick(p *params) pick {
	k := pick{values(p.someTexts("include")), values(p.someTexts("exclude"))}
	if len(k.include) > 0 && len(k.exclude) > 0 {
		e, _ := p.entry("exclude")
		p.errorAt("exclusive", e.Key.At, `"include" and "exclude" exclude each other; one of them must go`)
	}
	return k
}

func (k pick) takes(name string) bool {
	return (len(k.include) == 0 || slices.Contains(k.include, name)) && !slices.Contains(k.exclude, name)
}

// fillPlaceholders puts the values of variables, or a wildcard, in the place
// of placeholders.
//
//	f|expand: '%u%.exe'  ->  f: [a.exe, b.exe]
type fillPlaceholders struct {
	pick     pick
	wildcard bool
	values   []string // of a file; nil: those of variables
}

func (t fillPlaceholders) apply(r *run, s *step) {
	r.eachValue(s, func(sec *section, _ *tree.Item, v *tree.Value) ([]tree.Value, bool) {
		f := filling{fillPlaceholders: t, run: r, step: s, file: sec.file, v: v}
		return f.values()
	})
}

// A filling fills the placeholders of one value.
type filling struct {
	fillPlaceholders
	*run
	step *step
	file *sigma.File
	v    *tree.Value
}

func (f *filling) values() ([]tree.Value, bool) {
	x, ok := f.v.V.(*sigma.String)
	if !ok || !f.v.Has("expand") {
		return nil, false
	}
	regex := f.v.Has("re")
	parts := tree.CutPlaceholders(x.Text.Value)
	if !regex {
		parts = f.v.StringParts(x)
	}
	if !slices.ContainsFunc(parts, func(p tree.Part) bool { return p.Kind == tree.Placeholder && f.pick.takes(p.Text) }) {
		return nil, false
	}
	texts := []tree.Text{nil}
	for _, p := range parts {
		if texts = f.append(texts, p); texts == nil {
			return nil, false
		}
	}
	var made []tree.Value
	for _, t := range texts {
		if regex {
			made = append(made, f.regex(t))
		} else {
			made = append(made, f.text(t))
		}
	}
	return made, true
}

// append puts a part behind each text: a placeholder once for each of its
// values.
func (f *filling) append(texts []tree.Text, p tree.Part) []tree.Text {
	alternatives := []tree.Text{{p}}
	if p.Kind == tree.Placeholder && f.pick.takes(p.Text) {
		if alternatives = f.replacements(p.Text); alternatives == nil {
			return nil
		}
	}
	if len(texts)*len(alternatives) > MaxExpanded {
		f.errorAt(f.step, f.file, f.v.V.Span(), "placeholder", fmt.Sprintf(
			"the placeholders of %q stand for more than %d texts", f.v.V.Written().Value, MaxExpanded))
		return nil
	}
	var out []tree.Text
	for _, t := range texts {
		for _, a := range alternatives {
			out = append(out, slices.Concat(t, a))
		}
	}
	return out
}

// replacements gives what a placeholder stands for. As in pySigma a value is
// read as if it stood in the rule: with wildcards, or as a regular expression.
func (f *filling) replacements(name string) []tree.Text {
	regex := f.v.Has("re")
	switch {
	case f.wildcard && regex:
		return []tree.Text{{{Text: ".*"}}}
	case f.wildcard:
		return []tree.Text{{{Kind: tree.AnyRun}}}
	}
	texts, ok := f.fillPlaceholders.values, true
	if texts == nil {
		texts, ok = f.vars[name]
	}
	if !ok {
		d := f.errorAt(f.step, f.file, f.v.V.Span(), "placeholder", fmt.Sprintf("nothing defines the placeholder %%%s%%", name))
		d.Label = fmt.Sprintf("vars of the pipeline or --define %s=value gives it a value", name)
		return nil
	}
	out := []tree.Text{}
	for _, t := range texts {
		if regex {
			out = append(out, tree.Text{{Text: t}})
		} else {
			out = append(out, tree.Read(t))
		}
	}
	return out
}

func (f *filling) text(parts tree.Text) tree.Value {
	if parts.HasWildcard() && slices.ContainsFunc([]string{"base64", "base64offset", "cidr"}, f.v.Has) {
		f.errorAt(f.step, f.file, f.v.V.Span(), "placeholder", fmt.Sprintf(
			"a placeholder of %q stands for a wildcard, and its modifiers want plain text", f.v.V.Written().Value))
	}
	return f.filled(parts.Joined().Written(), parts)
}

// regex joins the parts as they are: they are no text to escape.
func (f *filling) regex(parts tree.Text) tree.Value {
	var b strings.Builder
	for _, p := range parts {
		if p.Kind == tree.Placeholder {
			b.WriteString(p.Plain())
		} else {
			b.WriteString(p.Text)
		}
	}
	if _, err := syntax.Parse(b.String(), syntax.Perl); err != nil {
		f.errorAt(f.step, f.file, f.v.V.Span(), "placeholder", fmt.Sprintf(
			"with its placeholders filled the regular expression %q does not compile: %s", b.String(), err))
	}
	return f.filled(b.String(), parts)
}

func (f *filling) filled(text string, parts tree.Text) tree.Value {
	mods := f.v.Mods
	if !parts.HasPlaceholder() {
		mods = tree.Without(mods, "expand")
	}
	return tree.String(text, f.v.V.Span(), mods)
}

// readFilePlaceholders takes the values of a file for those of each placeholder.
// They are read with the pipeline.
func readFilePlaceholders(p *params) transformation {
	before := p.errors
	t := fillPlaceholders{pick: readPick(p)}
	path := p.text("path")
	f := source.Format{Name: p.choice("format", source.Names[0], source.Names...), Column: p.optional("csv_column", "").Value}
	if only := p.optional("filter", ""); only.Value != "" {
		f.Only = p.pattern(only, false)
	}
	if e, ok := p.entry("csv_has_header"); ok && !isNothing(e.Data) {
		f.Bare = !p.flag("csv_has_header")
	}
	walk := p.optional("jq_expression", "")
	switch f.Name {
	case "csv":
		p.need("csv_column")
	case "json", "yaml":
		p.need("jq_expression")
		var at int
		var err error
		if f.Path, at, err = source.ParsePath(walk.Value); err != nil {
			p.errorAt("jq", p.file.Within(walk, at, len(walk.Value)), "%s", err)
		}
	}
	switch {
	case p.errors > before: // the file would tell no more
	case p.readFile == nil:
		p.errorAt("refused", path.At, "%s reads a file, which is not allowed here", p.what).Label = "vars give the values"
	default:
		t.values = p.valuesOf(path, &f)
	}
	return t
}

func (p *params) valuesOf(path sigma.Text, f *source.Format) []string {
	src, err := p.readFile(path.Value)
	var values []string
	if err == nil {
		values, err = f.Values(sigma.NewFile(path.Value, src))
	}
	switch {
	case err != nil:
		p.errorAt("file", path.At, "%s: %s", path.Value, err)
	case len(values) == 0:
		p.errorAt("file", path.At, "%s has no value", path.Value)
	}
	return values
}

// queryExpression stands for text of a query language, which no tree can hold:
// it refuses the rules that it would be applied to, and lets others pass.
type queryExpression struct{ pick pick }

func readQueryExpression(p *params) transformation {
	p.text("expression")
	if e, ok := p.entry("mapping"); ok {
		if _, ok := e.Data.(*sigma.Map); !ok {
			p.wrong(e, "a map")
		}
	}
	return queryExpression{readPick(p)}
}

func (t queryExpression) apply(r *run, s *step) {
	r.eachValue(s, func(sec *section, _ *tree.Item, v *tree.Value) ([]tree.Value, bool) {
		parts, ok := v.Parts()
		for _, p := range parts {
			if ok && p.Kind == tree.Placeholder && t.pick.takes(p.Text) {
				d := r.errorAt(s, sec.file, v.V.Span(), "refused", fmt.Sprintf(
					"query_expression_placeholders puts query text in the place of %%%s%%, which no other engine could run", p.Text))
				d.Label = "value_placeholders takes the values themselves"
				break
			}
		}
		return nil, false
	})
}
