package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

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
		{"simple_template", func(p *params) postprocessing { return fillText{p.braces(p.text("template"))} }},
		{"template", func(p *params) postprocessing { return fillText{p.jinja(p.text("template"), "query", "rule", "pipeline")} }},
		{"json", readJSON},
		{"replace", readReplaceQuery},
		{"nest", readNestPost},
	}
}

// Query rewrites the text of a document's query by the pipeline's
// postprocessing. The document is one that Apply gave back.
func (r *Result) Query(doc sigma.Document, query string) (string, []*sigma.Diagnostic) {
	run := r.again(doc)
	if run == nil {
		return query, nil
	}
	query = run.postprocess(r.pipeline.post, query)
	return query, sigma.SortDiagnostics(run.diags)
}

// again gives a run that may be changed and that reports by itself.
func (r *Result) again(doc sigma.Document) *run {
	left := r.runs[doc]
	if left == nil {
		return nil
	}
	c := *left
	c.application = &application{Result: r}
	c.applied = slices.Clone(c.applied)
	return &c
}

func (r *run) postprocess(steps []*postStep, query string) string {
	for _, s := range steps {
		if r.failed {
			return query
		}
		if s.rules.opens(func(c ruleCondition) bool { return c.holds(r, &s.step) }) {
			r.mark(&s.step)
			query = s.do.rewrite(r, s, query)
		}
	}
	return query
}

type embed struct{ prefix, suffix string }

func (t embed) rewrite(_ *run, _ *postStep, query string) string { return t.prefix + query + t.suffix }

// fillText puts the query into a template.
type fillText struct{ template template }

func (t fillText) rewrite(r *run, s *postStep, query string) string {
	return t.template.fill(r, &s.step, map[string]any{"query": query})
}

type replaceQuery struct {
	find *regexp.Regexp
	with replacement
}

func readReplaceQuery(p *params) postprocessing {
	find := p.pattern(p.text("pattern"), false)
	var with sigma.Text
	if e, ok := p.need("replacement"); ok {
		if s, ok := e.Data.(*sigma.Scalar); ok {
			with = s.Text
		} else {
			p.wrong(e, "text")
		}
	}
	return replaceQuery{find, p.replacement(with, find)}
}

func (t replaceQuery) rewrite(_ *run, _ *postStep, query string) string {
	return replace(t.find, t.with, query)
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
		p.errorAt("json", p.firstLine(t.At), "the template is no JSON: %s", err)
	}
	return intoJSON{t.Value, places}
}

// queryPlaces finds the strings "%QUERY%" that are values, and not keys.
func queryPlaces(text string) ([][2]int, error) {
	if !json.Valid([]byte(text)) {
		var v any
		return nil, json.Unmarshal([]byte(text), &v)
	}
	d := json.NewDecoder(strings.NewReader(text))
	var places [][2]int
	var objects []bool // of the lists and objects that are open: whether it is one
	isKey := false
	for {
		token, err := d.Token()
		if err != nil {
			return places, nil // the end; the text is valid
		}
		end := int(d.InputOffset())
		if s, ok := token.(string); ok && s == "%QUERY%" && !isKey {
			places = append(places, [2]int{strings.LastIndexByte(text[:end-1], '"'), end})
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			objects = append(objects, token == json.Delim('{'))
			isKey = token == json.Delim('{')
			continue
		case json.Delim('}'), json.Delim(']'):
			objects = objects[:len(objects)-1]
			isKey = false
		}
		inObject := len(objects) > 0 && objects[len(objects)-1]
		isKey = inObject && !isKey
	}
}

func (t intoJSON) rewrite(_ *run, _ *postStep, query string) string {
	var b strings.Builder
	end := 0
	for _, p := range t.places {
		b.WriteString(t.text[end:p[0]] + quoteJSON(query))
		end = p[1]
	}
	return b.String() + t.text[end:]
}

// quoteJSON writes a text as JSON, without the escapes that only HTML needs.
func quoteJSON(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(fmt.Sprintf("pipeline: a string has no JSON: %s", err))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

type nestPost struct{ steps []*postStep }

func readNestPost(p *params) postprocessing {
	if p.depth++; p.depth > deepest {
		p.errorAt("limit", p.at, "postprocessings nest deeper than %d", deepest)
		return nil
	}
	defer func() { p.depth-- }()
	p.need("items")
	return nestPost{p.postStepsOf(p.list("items"))}
}

func (t nestPost) rewrite(r *run, _ *postStep, query string) string {
	return r.postprocess(t.steps, query)
}
