package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/pipeline/internal/python"
	"github.com/sigproof/sigproof/sigma"
)

// A postStep is one rewriting of a query's text, with conditions on its rule.
type postStep struct {
	step
	do postprocessing
}

// postprocessing rewrites the text of a query.
type postprocessing interface {
	rewrite(r *run, s *postStep, query string) string
}

func postprocessings() []kind[postprocessing] {
	return []kind[postprocessing]{
		{"embed", func(p *params) postprocessing {
			return embed{p.optional("prefix", "").Value, p.optional("suffix", "").Value}
		}},
		{"simple_template", func(p *params) postprocessing { return fillText{p.format("query", "rule", "pipeline")} }},
		{"template", func(p *params) postprocessing { return fillText{p.jinja("query", "rule", "pipeline")} }},
		{"json", readJSON},
		{"replace", readReplaceQuery},
		{"nest", readNestPost},
	}
}

// postStep reads what is done to a query.
func (r *reader) postStep(d sigma.Data) *postStep {
	p, ok := r.mapOf("a postprocessing", d)
	if !ok {
		return nil
	}
	k, t, ok := typed(p, postprocessings())
	if !ok {
		return nil
	}
	p.what, p.at = fmt.Sprintf("postprocessing %q", t.Value), t.At
	s := &postStep{step: step{
		file: r.file, at: t.At, what: p.what,
		id:    p.optional("id", "").Value,
		rules: readGate(p, "rule", ruleConditions()),
	}}
	s.do = k.read(p)
	p.done()
	return s
}

func (r *reader) postStepsOf(list []sigma.Data) []*postStep {
	var steps []*postStep
	for _, d := range list {
		if s := r.postStep(d); s != nil {
			steps = append(steps, s)
		}
	}
	return steps
}

// Query rewrites the text of the document's query in a language, as the
// postprocessing of its pipeline says. A pipeline that is not for the language
// is refused.
func (w *Rewrite) Query(language, query string) (string, []*sigma.Diagnostic) {
	r := *w.run
	if diags := r.pipeline.For(language); len(diags) > 0 {
		return "", diags
	}
	r.diags, r.applied, r.language = nil, slices.Clone(r.applied), language
	query = r.postprocess(r.pipeline.post, query)
	return query, sigma.SortDiagnostics(r.diags)
}

func (r *run) postprocess(steps []*postStep, query string) string {
	for _, s := range steps {
		if r.failed {
			return ""
		}
		if s.rules.opens(func(c ruleCondition) bool { return c.holds(r, &s.step) }) {
			r.mark(&s.step)
			query = s.do.rewrite(r, s, query)
		}
	}
	return query
}

// bounded refuses a text that has grown too large.
func (r *run) bounded(s *postStep, ok bool, query string) string {
	if !ok || len(query) > MaxQuery {
		r.errorAt(&s.step, r.head.File, r.titleAt(), "limit", fmt.Sprintf("the query grows over %d bytes", MaxQuery))
		return ""
	}
	return query
}

type embed struct{ prefix, suffix string }

func (t embed) rewrite(r *run, s *postStep, query string) string {
	return r.bounded(s, true, t.prefix+query+t.suffix)
}

// fillText puts the query into a template.
type fillText struct{ *filler }

func (t fillText) rewrite(r *run, s *postStep, query string) string {
	text, err := t.fill(map[string]any{"query": query, "rule": ruleValue{r}, "pipeline": r.values()})
	if err != nil {
		d := r.errorAt(nil, r.head.File, r.titleAt(), "template", err.Message)
		d.Related = []sigma.Related{{File: s.file, At: err.At, Message: "the template asks for it here"}}
	}
	return text
}

type replaceQuery struct {
	find *regexp.Regexp
	with python.Replacement
}

func readReplaceQuery(p *params) postprocessing {
	find := p.pattern(p.text("pattern"), false)
	return replaceQuery{find, p.replacement("replacement", find)}
}

func (t replaceQuery) rewrite(r *run, s *postStep, query string) string {
	query, ok := python.Replace(t.find, t.with, query, MaxQuery)
	return r.bounded(s, ok, query)
}

// intoJSON puts the query in the place of each "%QUERY%" of a JSON text, whose
// layout stays as it is.
type intoJSON struct {
	text   string
	places [][2]int
}

func readJSON(p *params) postprocessing {
	t := p.text("json_template")
	places, err := queryPlaces(t.Value)
	if err != nil {
		at := p.firstLine(t.At)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			end := min(max(int(syntax.Offset), 1), len(t.Value))
			at = p.file.Within(t, max(end-1, 0), end)
		}
		p.errorAt("json", at, "the template is no JSON: %s", err)
	}
	return intoJSON{t.Value, places}
}

// queryPlaces finds the strings "%QUERY%" that are values, and not keys.
func queryPlaces(text string) ([][2]int, error) {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(text))
	var places [][2]int
	var open []json.Delim // lists and objects
	isKey := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return places, nil
		}
		switch token {
		case "%QUERY%":
			if end := int(d.InputOffset()); !isKey {
				places = append(places, [2]int{strings.LastIndexByte(text[:end-1], '"'), end})
			}
		case json.Delim('{'), json.Delim('['):
			open = append(open, token.(json.Delim))
			isKey = token == json.Delim('{')
			continue
		case json.Delim('}'), json.Delim(']'):
			open, isKey = open[:len(open)-1], false
		}
		isKey = !isKey && len(open) > 0 && open[len(open)-1] == '{'
	}
}

func (t intoJSON) rewrite(r *run, s *postStep, query string) string {
	var b strings.Builder
	end := 0
	for _, p := range t.places {
		b.WriteString(t.text[end:p[0]] + quoteJSON(query))
		if end = p[1]; b.Len() > MaxQuery {
			return r.bounded(s, false, "")
		}
	}
	return b.String() + t.text[end:]
}

// quoteJSON writes a value as JSON, without the escapes that only HTML needs.
func quoteJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("pipeline: a text has no JSON: %s", err))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

type nestPost struct{ steps []*postStep }

func readNestPost(p *params) postprocessing {
	p.need("items")
	list := p.list("items")
	if !p.deeper("postprocessings") {
		return nil
	}
	defer p.shallower()
	return nestPost{p.postStepsOf(list)}
}

func (t nestPost) rewrite(r *run, _ *postStep, query string) string {
	return r.postprocess(t.steps, query)
}
