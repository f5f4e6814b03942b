package pipeline

import (
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/compiler/pipeline/internal/tree"
	"github.com/sigproof/sigproof/sigma"
)

// A Rewrite is what a pipeline has made of one document. It may be used by
// many goroutines at once.
type Rewrite struct {
	// Doc is the document as it is to be compiled: the one that was given if
	// nothing has changed it, else one that shares the rest with it, and whose
	// places are those of its file. It is Broken if the pipeline refuses it.
	Doc sigma.Document

	// Filters of a rule are those that were given, as they are rewritten with
	// it, and what the pipeline adds to its condition.
	Filters []*sigma.Filter

	Diags []*sigma.Diagnostic

	run *run
}

// Rule applies the pipeline to a rule and to the filters that belong to it.
// The values of given variables win over the pipeline's own.
func (p *Pipeline) Rule(rule *sigma.Rule, filters []*sigma.Filter, vars map[string][]string) *Rewrite {
	c := *rule
	r := &run{pipeline: p, doc: rule, rule: &c, head: &c.Head, vars: p.variables(vars), state: map[string]datum{}}
	r.addSection(rule.File, rule.Detection, nil)
	for _, f := range filters {
		r.addSection(f.File, f.Detection, f)
	}
	return r.all()
}

// Correlation applies the pipeline to a correlation, of which it has rewritten
// the documents before: a correlation has the logs that its rules have got.
func (p *Pipeline) Correlation(c *sigma.Correlation, of []*Rewrite, vars map[string][]string) *Rewrite {
	d := *c
	r := &run{pipeline: p, doc: c, corr: &d, head: &d.Head, refs: of, vars: p.variables(vars), state: map[string]datum{}}
	return r.all()
}

// A run applies the pipeline to one document.
type run struct {
	pipeline *Pipeline
	doc      sigma.Document     // as it was given
	head     *sigma.Head        // of the copy that is rewritten
	rule     *sigma.Rule        // the copy; nil for a correlation
	corr     *sigma.Correlation // the copy; nil for a rule
	refs     []*Rewrite         // of a correlation
	sections []*section         // the rule's detection, then those of its filters

	changed bool
	failed  bool
	spent   int // bytes that steps have made
	diags   []*sigma.Diagnostic

	state   map[string]datum
	vars    map[string][]string
	applied []string            // ids of the steps whose conditions on the rule held
	names   map[string][]string // name of a field -> ids of the steps that made it
	mapped  map[string]bool     // names that a step has mapped, or mapped to

	language string // of the query that is rewritten
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
	body tree.Node // nil if all of it was dropped
}

func (r *run) addSection(file *sigma.File, d *sigma.Detection, f *sigma.Filter) *section {
	s := &section{file: file, detection: d, filter: f, conditions: d.Conditions}
	for _, x := range d.Searches {
		s.searches = append(s.searches, &search{x, tree.Load(x.Body)})
	}
	r.sections = append(r.sections, s)
	return s
}

func (r *run) all() *Rewrite {
	r.steps(r.pipeline.steps)
	w := &Rewrite{Doc: r.doc, run: r}
	if !r.failed {
		w.Filters = r.unload()
	}
	r.head.Broken = r.failed
	if r.failed || r.changed {
		w.Doc = r.copy()
	}
	w.Diags = sigma.SortDiagnostics(r.diags)
	return w
}

func (r *run) copy() sigma.Document {
	if r.rule != nil {
		return r.rule
	}
	return r.corr
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
		d.Related = []sigma.Related{{File: s.file, At: s.at, Message: fmt.Sprintf("%s stands here", s.what)}}
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
func (r *run) each(s *step, edit func(sec *section, i *tree.Item) (tree.Node, bool)) {
	for _, sec := range r.sections {
		for _, x := range sec.searches {
			x.body = tree.Rewrite(x.body, func(i *tree.Item) tree.Node {
				if r.failed || !s.matches(r, i) {
					return i
				}
				n, ok := edit(sec, i)
				if !ok {
					return i
				}
				sec.changed, r.changed = true, true
				for _, made := range tree.Items(n) {
					made.Changed = true
					r.spend(s, made.Size())
					if s.id != "" && !slices.Contains(made.Applied, s.id) {
						made.Applied = append(made.Applied, s.id)
					}
				}
				return n
			})
		}
	}
}

func (r *run) spend(s *step, n int) {
	if r.spent += n; r.spent > MaxMade && !r.failed {
		r.errorAt(s, r.head.File, r.titleAt(), "limit", fmt.Sprintf("the pipeline makes more than %d bytes of the document", MaxMade))
	}
}

// matches tells whether the conditions on items and on field names hold.
func (s *step) matches(r *run, i *tree.Item) bool {
	return s.items.opens(func(c itemCondition) bool { return c.matches(r, s, i) }) &&
		s.fields.opens(func(c fieldCondition) bool {
			return c.names(r, s, fieldUse{name: i.Field.Value, keywords: i.Keywords, item: i}) ||
				slices.ContainsFunc(i.References(), func(name string) bool { return c.names(r, s, fieldUse{name: name}) })
		})
}

// names tells whether the conditions on field names hold for one name.
func (s *step) names(r *run, use fieldUse) bool {
	return s.fields.opens(func(c fieldCondition) bool { return c.names(r, s, use) })
}

// unload makes detections of what the steps have left, and gives the filters.
func (r *run) unload() []*sigma.Filter {
	var filters []*sigma.Filter
	for _, s := range r.sections {
		switch {
		case !s.changed:
			if s.filter != nil {
				filters = append(filters, s.filter)
			}
		case s.filter == nil:
			r.rule.Detection = r.unloadSection(s)
		default:
			if d := r.unloadSection(s); d != nil {
				f := *s.filter
				f.Detection = d
				filters = append(filters, &f)
			}
		}
	}
	return filters
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
		live = append(live, x.src.Name.Value)
		if x.body.Touched() {
			d.Searches = append(d.Searches, &sigma.Search{Name: x.src.Name, Body: tree.Unload(x.body), At: x.src.At})
		} else {
			d.Searches = append(d.Searches, x.src)
		}
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

// prune takes the searches that are gone out of the conditions.
func (r *run) prune(s *section, live []string) []*sigma.Condition {
	var out []*sigma.Condition
	for _, c := range s.conditions {
		kept, few := tree.Prune(c, live)
		if few != nil {
			r.errorAt(nil, s.file, few.At, "nothing-left", fmt.Sprintf(
				"the condition asks for %d searches named like %q, and the pipeline leaves fewer", few.N, few.Pattern))
		}
		if kept != nil {
			out = append(out, kept)
		}
	}
	return out
}
