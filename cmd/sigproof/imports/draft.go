package imports

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/cmd/sigproof/binding"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/fixtures/foreign/data"
	"github.com/sigproof/sigproof/fixtures/foreign/suites"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/gomatch"
)

// What a draft holds at most: someone has to read it.
const (
	mostCases  = 40  // of a rule
	mostEvents = 200 // of a case of a correlation
)

// Events drafts suites of rules from the events of a file: a case for each
// event in which other parts of the rule hold, as far as it matches any, and one
// of all events for a correlation. It gives the number of suites.
func (r *Run) Events(name string, records []*event.Record, b *binding.Binding) int {
	d := &drafting{Run: r, file: name, from: cmp.Or(strings.TrimPrefix(filepath.Base(name), "-"), "stdin"), records: records, Binding: b}
	made := 0
	for _, doc := range b.Docs {
		s := &suites.Suite{Rule: ruleName(doc), Home: doc.Info().File.Name}
		if _, ok := doc.(*sigma.Correlation); ok {
			s.Cases = d.correlation(doc)
		} else if !b.Silent(doc) || len(b.Docs) == 1 {
			s.Cases = d.rule(doc)
		}
		if len(s.Cases) == 0 {
			continue
		}
		if bad := r.Homes.Place(sigma.NewFile(name, nil), s); bad != nil {
			r.Diags = append(r.Diags, bad)
			continue
		}
		made++
		home := doc.Info().File.Name
		if r.drafted == nil {
			r.drafted = map[string][]string{}
		}
		if !slices.Contains(r.drafted[home], d.from) {
			r.drafted[home] = append(r.drafted[home], d.from)
		}
	}
	return made
}

func ruleName(doc sigma.Document) sigma.Text {
	head := doc.Info()
	for _, t := range []sigma.Text{head.ID, head.Name, head.Title} {
		if t.Value != "" {
			return t
		}
	}
	return sigma.Text{}
}

// A drafting is the events of one file.
type drafting struct {
	*Run
	*binding.Binding
	file, from string
	records    []*event.Record
}

// rule gives the cases of a rule; none if it matches no event, unless it is the
// only one.
func (d *drafting) rule(doc sigma.Document) []*suites.Case {
	seen := map[string]bool{}
	var cases []*suites.Case
	matches, left := false, 0
	for _, rec := range d.records {
		p := d.Program(doc, rec.Event)
		if p == nil || p.Correlation != nil {
			continue
		}
		x := gomatch.Explain(p, rec.Event.Value)
		if key := parts(x); seen[key] {
			continue
		} else {
			seen[key] = true
		}
		if matches = matches || x.Holds; len(cases) == mostCases {
			left++
			continue
		}
		cases = append(cases, &suites.Case{
			Name: fmt.Sprintf("event %d of %s", rec.Number, d.from), Events: []*sigma.Map{canonical(rec)}, Match: x.Holds,
		})
	}
	if !matches && len(d.Docs) > 1 {
		return nil
	}
	if left > 0 {
		d.change("%s: %q would have %d cases; the first %d are taken", d.file, doc.Info().Label(), len(cases)+left, mostCases)
	}
	return cases
}

// parts tells which parts of a rule hold: events with the same ones are the same
// to it.
func parts(x *gomatch.Explanation) string {
	var b strings.Builder
	var walk func(*gomatch.Explanation)
	walk = func(x *gomatch.Explanation) {
		if x.Holds {
			b.WriteByte('+')
		} else {
			b.WriteByte('-')
		}
		for _, p := range x.Parts {
			walk(p)
		}
	}
	walk(x)
	return b.String()
}

// correlation gives a case of all events of its rules' logs, if there are any.
func (d *drafting) correlation(doc sigma.Document) []*suites.Case {
	programs := d.Correlations(d.logs())
	i := slices.IndexFunc(programs, func(p *ir.Program) bool { return p.Doc == doc })
	if i < 0 {
		return nil
	}
	p := programs[i]
	var events []gomatch.Event
	c := &suites.Case{Name: fmt.Sprintf("the events of %s", d.from)}
	for _, rec := range d.records {
		if e := rec.Event; reads(p, e.Log) {
			events = append(events, gomatch.Event{Value: e.Value, Time: e.Time, ID: e.ID, Log: e.Log})
			c.Events = append(c.Events, canonical(rec))
		}
	}
	set := gomatch.NewSet(programs)
	set.Route = len(d.logs()) > 1
	c.Match = len(set.Correlate(p, events)) > 0
	switch {
	case len(events) == 0, !c.Match && len(d.Docs) > 1 && !d.only(doc):
		return nil
	case len(events) > mostEvents:
		d.leave("%s: a case of %q would hold %d events; export at most %d", d.file, doc.Info().Label(), len(events), mostEvents)
		return nil
	}
	return []*suites.Case{c}
}

func (d *drafting) logs() []*schema.Log {
	var logs []*schema.Log
	for _, rec := range d.records {
		if !slices.Contains(logs, rec.Event.Log) {
			logs = append(logs, rec.Event.Log)
		}
	}
	return logs
}

// reads tells whether a program looks at the events of a log.
func reads(p *ir.Program, log *schema.Log) bool {
	if p.Correlation == nil {
		return p.Log == log
	}
	return slices.ContainsFunc(p.Correlation.Inputs, func(in ir.Input) bool { return reads(in.Program, log) })
}

// only tells whether a correlation is the one that its file is about.
func (d *drafting) only(doc sigma.Document) bool {
	return !slices.ContainsFunc(d.Docs, func(x sigma.Document) bool { return x != doc && !d.Silent(x) })
}

// canonical gives the event as a suite writes it: without what is computed of it.
func canonical(rec *event.Record) *sigma.Map {
	log := rec.Event.Log
	o := &eval.Object{}
	for _, m := range rec.Event.Value.Members {
		computed := slices.ContainsFunc(log.Fields, func(f *schema.Field) bool { return f.Computed && cmp.Or(f.Path.String(), f.Name) == m.Key })
		if !computed {
			o.Members = append(o.Members, m)
		}
	}
	return data.Event(o)
}
