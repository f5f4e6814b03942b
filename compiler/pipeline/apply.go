package pipeline

import (
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/sigma"
)

// A Result is what a pipeline made of documents, and what is left to do with
// their queries. It may be used by many goroutines at once.
type Result struct {
	pipeline *Pipeline
	vars     map[string][]string
	runs     map[sigma.Document]*run // by the document that came out
}

// Apply applies the pipeline to the documents. What it does not change is
// given back as it is; what it changes is a new document that shares the rest,
// and whose places are those of the rule's file. A document to which it can't
// be applied comes back Broken, and a diagnostic says why.
//
// Filters come back unchanged, since what a pipeline makes of one depends on
// the rule that it is added to: Result.Filters has them.
func (p *Pipeline) Apply(docs []sigma.Document, opts *Options) ([]sigma.Document, *Result, []*sigma.Diagnostic) {
	if opts == nil {
		opts = &Options{}
	}
	result := &Result{pipeline: p, vars: p.variables(opts), runs: map[sigma.Document]*run{}}
	if diags := p.checkBackend(opts.Backend); len(diags) > 0 {
		return nil, result, diags
	}
	collection, _ := sigma.NewCollection(docs)
	a := &application{Result: result, collection: collection, done: map[sigma.Document]sigma.Document{}}
	out := make([]sigma.Document, len(docs))
	for i, d := range docs {
		out[i] = a.document(d)
	}
	return out, result, sigma.SortDiagnostics(a.diags)
}

func (p *Pipeline) variables(opts *Options) map[string][]string {
	vars := map[string][]string{}
	for _, v := range p.vars {
		vars[v.name] = v.values
	}
	for name, values := range opts.Vars {
		vars[name] = values
	}
	return vars
}

// Filters gives the filters that apply to a rule that Apply gave back, as the
// pipeline rewrites them together with it.
func (r *Result) Filters(rule *sigma.Rule) []*sigma.Filter {
	run := r.runs[rule]
	if run == nil {
		return nil
	}
	return run.filters
}

// An application is one call of Apply.
type application struct {
	*Result
	collection *sigma.Collection
	done       map[sigma.Document]sigma.Document
	diags      []*sigma.Diagnostic
}

// document applies the pipeline to one document, after those that it refers
// to: a correlation has the logsources that its rules have got.
func (a *application) document(d sigma.Document) sigma.Document {
	if out := a.done[d]; out != nil {
		return out
	}
	a.done[d] = d // a circle of correlations ends here
	if d.Info().Broken {
		return d
	}
	r := &run{application: a, state: map[string]datum{}, vars: a.vars}
	switch d := d.(type) {
	case *sigma.Rule:
		r.startRule(d)
	case *sigma.Correlation:
		r.startCorrelation(d)
	case *sigma.Filter:
		return d
	default:
		panic(fmt.Sprintf("pipeline: unknown document %T", d))
	}
	r.steps(a.pipeline.steps)
	r.finish()
	a.done[d] = r.doc
	a.runs[r.doc] = r
	r.application = nil // the queries need only what the steps have left
	return r.doc
}

// A run applies the pipeline to one document.
type run struct {
	*application
	doc      sigma.Document
	head     *sigma.Head        // of the copy that is rewritten
	rule     *sigma.Rule        // the copy; nil for a correlation
	corr     *sigma.Correlation // the copy; nil for a rule
	refs     []sigma.Document   // of a correlation, as they came out
	sections []*section         // the rule's detection, then those of its filters
	filters  []*sigma.Filter

	changed bool
	failed  bool
	state   map[string]datum
	vars    map[string][]string
	applied []string            // ids of the steps whose conditions on the rule held
	names   map[string][]string // name of a field -> ids of the steps that made it
	mapped  map[string]bool     // names that a step has mapped, or mapped to
}

// A section is one detection while it is rewritten.
type section struct {
	file       *sigma.File
	detection  *sigma.Detection
	filter     *sigma.Filter // nil: the rule's own
	searches   []*search
	conditions []*sigma.Condition
	changed    bool
}

type search struct {
	src  *sigma.Search
	name sigma.Text
	body node // nil if all of it was dropped
	at   sigma.Span
}

func (r *run) startRule(d *sigma.Rule) {
	rule := *d
	r.doc, r.rule, r.head = d, &rule, &rule.Head
	r.addSection(rule.File, rule.Detection, nil)
	for _, f := range r.collection.Filters(d) {
		if !f.Broken {
			r.addSection(f.File, f.Detection, f)
		}
	}
}

func (r *run) startCorrelation(d *sigma.Correlation) {
	corr := *d
	r.doc, r.corr, r.head = d, &corr, &corr.Head
	for _, ref := range r.collection.References(d) {
		r.refs = append(r.refs, r.document(ref))
	}
}

func (r *run) addSection(file *sigma.File, d *sigma.Detection, f *sigma.Filter) {
	s := &section{file: file, detection: d, filter: f, conditions: d.Conditions}
	for _, x := range d.Searches {
		s.searches = append(s.searches, &search{src: x, name: x.Name, body: load(x.Body), at: x.At})
	}
	r.sections = append(r.sections, s)
}

// steps applies transformations one after the other, up to the first that
// fails.
func (r *run) steps(steps []*step) {
	for _, s := range steps {
		if r.failed {
			return
		}
		if s.rules.opens(func(c ruleCondition) bool { return c.holds(r, s) }) {
			r.mark(s)
			s.do.apply(r, s)
		}
	}
}

// mark notes that a step was applied to the document.
func (r *run) mark(s *step) {
	if s.id != "" && !slices.Contains(r.applied, s.id) {
		r.applied = append(r.applied, s.id)
	}
}

// errorAt reports that the step can't be applied to the document, at a place
// of a file of the document.
func (r *run) errorAt(s *step, file *sigma.File, at sigma.Span, code, message string) *sigma.Diagnostic {
	r.failed = true
	return r.report(s, sigma.Error, file, at, code, message)
}

func (r *run) report(s *step, severity sigma.Severity, file *sigma.File, at sigma.Span, code, message string) *sigma.Diagnostic {
	d := &sigma.Diagnostic{Code: "pipeline/" + code, Severity: severity, File: file, At: at, Message: message}
	if s != nil {
		d.Related = []sigma.Related{{File: s.file, At: s.at, Message: fmt.Sprintf("transformation %q stands here", s.kind)}}
	}
	r.diags = append(r.diags, d)
	return d
}

// titleAt is where to point for what concerns the whole document.
func (r *run) titleAt() sigma.Span {
	if at := r.head.Title.At; at.Len() > 0 {
		return at
	}
	return sigma.Span{Start: r.doc.Span().Start, End: r.doc.Span().Start}
}

// each gives every item whose conditions hold to edit, and notes the step at
// what comes back changed. edit gives false for an item that stays as it is.
func (r *run) each(s *step, edit func(sec *section, i *item) (node, bool)) {
	for _, sec := range r.sections {
		for _, x := range sec.searches {
			x.body = rewrite(x.body, func(i *item) node {
				if r.failed || !s.matches(r, i) {
					return i
				}
				n, ok := edit(sec, i)
				if !ok {
					return i
				}
				sec.changed, r.changed = true, true
				for _, made := range items(n) {
					made.changed = true
					if s.id != "" && !slices.Contains(made.applied, s.id) {
						made.applied = append(made.applied, s.id)
					}
				}
				return n
			})
		}
	}
}

// matches tells whether the conditions on items and on field names hold.
func (s *step) matches(r *run, i *item) bool {
	return s.items.opens(func(c itemCondition) bool { return c.matches(r, s, i) }) &&
		s.fields.opens(func(c fieldCondition) bool {
			return c.names(r, s, fieldUse{name: i.field.Value, keywords: i.keywords, item: i}) ||
				slices.ContainsFunc(i.references(), func(name string) bool { return c.names(r, s, fieldUse{name: name}) })
		})
}

// names tells whether the conditions on field names hold for one name.
func (s *step) names(r *run, use fieldUse) bool {
	return s.fields.opens(func(c fieldCondition) bool { return c.names(r, s, use) })
}

// references gives the fields that an item compares its own with.
func (i *item) references() []string {
	var names []string
	for _, v := range i.values {
		if v.has("fieldref") {
			names = append(names, v.v.Written().Value)
		}
	}
	return names
}

// finish makes the document of what the steps have left.
func (r *run) finish() {
	r.finishSections()
	switch {
	case r.failed:
		r.head.Broken = true
	case !r.changed:
		return
	}
	if r.rule != nil {
		r.doc = r.rule
	} else {
		r.doc = r.corr
	}
}

func (r *run) finishSections() {
	for _, s := range r.sections {
		d := s.detection
		if s.changed && !r.failed {
			d = r.unloadSection(s)
		}
		switch {
		case r.failed:
			return
		case s.filter == nil:
			r.rule.Detection = d
		case d == nil: // nothing is left of the filter
		case !s.changed:
			r.filters = append(r.filters, s.filter)
		default:
			f := *s.filter
			f.Detection = d
			r.filters = append(r.filters, &f)
		}
	}
}

// unloadSection makes a detection of the section. It gives nil if a filter has
// lost all of its searches; a rule that has is refused.
func (r *run) unloadSection(s *section) *sigma.Detection {
	d := &sigma.Detection{Timeframe: s.detection.Timeframe, At: s.detection.At}
	var live []string
	for _, x := range s.searches {
		if x.body == nil {
			continue
		}
		live = append(live, x.name.Value)
		if x.src != nil && !x.body.touched() {
			d.Searches = append(d.Searches, x.src)
			continue
		}
		body := unload(x.body)
		if body == nil {
			r.errorAt(nil, s.file, x.name.At, "alternatives", fmt.Sprintf(
				"the fields of search %q are mapped to several names in more than %d ways", x.name.Value, mostAlternatives))
			return d
		}
		d.Searches = append(d.Searches, &sigma.Search{Name: x.name, Body: body, At: x.at})
	}
	d.Conditions = s.conditions
	if len(live) < len(s.searches) {
		d.Conditions = r.prune(s, live)
	}
	if len(d.Conditions) > 0 || r.failed {
		return d
	}
	if s.filter == nil {
		r.errorAt(nil, s.file, r.titleAt(), "nothing-left", "the pipeline drops all that the rule looks for; a rule without a test matches nothing")
	}
	return nil
}
