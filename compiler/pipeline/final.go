package pipeline

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// A finalizer makes one text of all queries. What follows another one gets the
// text that it has made.
type finalizer interface {
	finalize(f *finalizing, v any) any
}

func finalizers() []kind[finalizer] {
	return []kind[finalizer]{
		{"concat", func(p *params) finalizer {
			return concat{p.optional("separator", "\n").Value, p.optional("prefix", "").Value, p.optional("suffix", "").Value}
		}},
		{"json", func(p *params) finalizer { return toJSON{p.number("indent")} }},
		{"yaml", func(p *params) finalizer { p.number("indent"); return toYAML{} }},
		{"template", func(p *params) finalizer { return fillTexts{p.jinja("queries", "pipeline")} }},
		{"nested", readNested},
	}
}

func (r *reader) finalizersOf(list []sigma.Data) []finalizer {
	var out []finalizer
	for _, d := range list {
		p, ok := r.mapOf("a finalizer", d)
		if !ok {
			continue
		}
		k, t, ok := typed(p, finalizers())
		if !ok {
			continue
		}
		p.what, p.at = fmt.Sprintf("finalizer %q", t.Value), t.At
		if t.Value == "concat" && len(out) > 0 {
			p.errorAt("finalizer", t.At, `"concat" joins queries, and the finalizer before it has made one text of them`)
		}
		out = append(out, k.read(p))
		p.done()
	}
	return out
}

// Finalizes tells whether the pipeline makes one text of all queries.
func (p *Pipeline) Finalizes() bool { return len(p.finalizers) > 0 }

// Finalize makes one text of the queries of a language.
func (p *Pipeline) Finalize(language string, queries []string) (string, []*sigma.Diagnostic) {
	f := &finalizing{pipeline: p, language: language}
	list := make([]any, len(queries))
	for i, q := range queries {
		list[i] = q
	}
	text, _ := f.all(p.finalizers, list).(string)
	return text, f.diags
}

// A finalizing is one call of Finalize.
type finalizing struct {
	pipeline *Pipeline
	language string
	diags    []*sigma.Diagnostic
}

func (f *finalizing) all(finalizers []finalizer, v any) any {
	for _, x := range finalizers {
		if len(f.diags) == 0 {
			v = x.finalize(f, v)
		}
	}
	return v
}

// queriesOf gives the queries, or the text that they have become.
func queriesOf(v any) []string {
	list, ok := v.([]any)
	if !ok {
		return []string{v.(string)}
	}
	out := make([]string, len(list))
	for i, q := range list {
		out[i] = q.(string)
	}
	return out
}

type concat struct{ separator, prefix, suffix string }

func (t concat) finalize(_ *finalizing, v any) any {
	return t.prefix + strings.Join(queriesOf(v), t.separator) + t.suffix
}

// toJSON writes a list of texts, or a text, as Python's json.dumps does.
type toJSON struct{ indent int }

func (t toJSON) finalize(_ *finalizing, v any) any {
	list, ok := v.([]any)
	if !ok {
		return quoteJSON(v)
	}
	texts := make([]string, len(list))
	for i, q := range list {
		texts[i] = quoteJSON(q)
	}
	if t.indent == 0 || len(texts) == 0 {
		return "[" + strings.Join(texts, ", ") + "]"
	}
	line := "\n" + strings.Repeat(" ", min(max(t.indent, 0), 100))
	return "[" + line + strings.Join(texts, ","+line) + "\n]"
}

// toYAML writes an entry of a list for each query. What JSON says of a text,
// YAML says too (YAML 1.2.2, 1.2).
type toYAML struct{}

func (toYAML) finalize(_ *finalizing, v any) any {
	list, ok := v.([]any)
	if !ok {
		return quoteJSON(v) + "\n"
	}
	if len(list) == 0 {
		return "[]\n"
	}
	var b strings.Builder
	for _, q := range list {
		b.WriteString("- " + quoteJSON(q) + "\n")
	}
	return b.String()
}

type fillTexts struct{ *filler }

func (t fillTexts) finalize(f *finalizing, v any) any {
	r := &run{pipeline: f.pipeline, vars: f.pipeline.variables(nil), language: f.language}
	text, err := t.fill(map[string]any{"queries": v, "pipeline": r.values()})
	if err != nil {
		f.diags = append(f.diags, err)
	}
	return text
}

type nested struct{ finalizers []finalizer }

func readNested(p *params) finalizer {
	p.need("finalizers")
	list := p.list("finalizers")
	if !p.deeper("finalizers") {
		return nil
	}
	defer p.shallower()
	return nested{p.finalizersOf(list)}
}

func (t nested) finalize(f *finalizing, v any) any { return f.all(t.finalizers, v) }
