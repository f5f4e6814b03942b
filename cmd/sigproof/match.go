package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/binding"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/display"
	"github.com/sigproof/sigproof/targets/gomatch"
)

type matchFlags struct {
	meaning
	rules []string
	shape string
	role  string
	route bool
	alert string
}

func (a *app) matchCommand() *cobra.Command {
	var f matchFlags
	cmd := &cobra.Command{
		Use:     "match [-r rules...] [events...]",
		Short:   "Run rules over events and print alerts, one a line",
		Example: "  sigproof match audit.json\n  sigproof match -r rules/ --log generic events.jsonl",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl"); err != nil {
				return err
			}
			if err := oneOf("--alert", f.alert, "short", "full"); err != nil {
				return err
			}
			return a.match(cmd.Context(), args, &f)
		},
	}
	a.meaningFlags(cmd, &f.meaning)
	a.eventFlags(cmd, &f)
	cmd.Flags().BoolVar(&f.route, "route", false, "apply a rule only to events of its logsource")
	cmd.Flags().StringVar(&f.alert, "alert", "short", "how much an alert says: short, full")
	return cmd
}

// eventFlags are those of the commands that read rules and events.
func (a *app) eventFlags(cmd *cobra.Command, f *matchFlags) {
	cmd.Flags().StringArrayVarP(&f.rules, "rules", "r", nil, "rule files or folders; without it the embedded pack")
	cmd.Flags().StringVar(&f.shape, "shape", "", "the shape that events are in; without it, the one that is recognised")
	cmd.Flags().StringVar(&f.role, "role", "", "the role of policy documents that name none")
}

func (f *matchFlags) reading(log *schema.Log) *event.Options {
	return &event.Options{Log: log, Shape: f.shape, Role: f.role}
}

func (a *app) match(ctx context.Context, args []string, f *matchFlags) error {
	opts, err := a.meaningOf(&f.meaning, f.rules)
	if err != nil {
		return err
	}
	r, err := a.loadRules(f.rules)
	if err != nil {
		return err
	}
	b, diags := binding.New(r.docs, opts, binding.Options{Route: f.route})
	m := &matching{app: a, flags: f, Binding: b, log: opts.Log, matchers: map[*ir.Program]*eval.Matcher{}, keep: hasCorrelation(r.docs)}
	err = a.emit(func(w io.Writer) error {
		m.out = w
		if err := m.readAll(ctx, args); err != nil {
			return err
		}
		return m.finish()
	})
	if err != nil {
		return err
	}
	if m.events == 0 {
		return fmt.Errorf("%s: no events there", strings.Join(args, " "))
	}
	return a.reportErrors(sigma.SortDiagnostics(append(r.diags, diags...)))
}

// A matching is one run of match.
type matching struct {
	*app
	*binding.Binding
	flags    *matchFlags
	log      *schema.Log // that a flag names
	matchers map[*ir.Program]*eval.Matcher
	out      io.Writer
	events   int

	// With correlations events are kept, and alerts wait for the end: a later
	// event may be earlier in time.
	keep    bool
	kept    []gomatch.Event
	records []*event.Record
	waiting []*alert
}

// readAll matches the events of all inputs; stdin if there are none.
func (m *matching) readAll(ctx context.Context, args []string) error {
	if len(args) == 0 {
		args = []string{"-"}
	}
	for _, arg := range args {
		err := m.eachEvent(&input{arg, m.flags.reading(m.log), m.keep}, func(r *event.Record) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return m.one(r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *matching) one(r *event.Record) error {
	index := m.events
	m.events++
	if m.keep {
		m.kept = append(m.kept, gomatch.Event{Value: r.Event.Value, Time: r.Event.Time, ID: r.Event.ID, Log: r.Event.Log})
		m.records = append(m.records, r)
	}
	for _, doc := range m.Docs {
		p := m.Program(doc, r.Event)
		if p == nil || p.Correlation != nil || m.Silent(doc) || !m.matcher(p).Match(r.Event.Value) {
			continue
		}
		if err := m.say(m.newAlert(p, index, r)); err != nil {
			return err
		}
	}
	return nil
}

func (m *matching) matcher(p *ir.Program) *eval.Matcher {
	if m.matchers[p] == nil {
		m.matchers[p] = eval.NewMatcher(p.Pred)
	}
	return m.matchers[p]
}

// say writes an alert, or keeps it until all are known.
func (m *matching) say(a *alert) error {
	if m.keep {
		m.waiting = append(m.waiting, a)
		return nil
	}
	return m.write(a)
}

func (m *matching) write(a *alert) error {
	if m.format == "text" {
		_, err := fmt.Fprintln(m.out, display.Line(a.String()))
		return err
	}
	return writeJSONLine(m.out, a.Fields())
}

// finish runs the correlations over what was kept, and writes what waits, in
// the order of events.
func (m *matching) finish() error {
	if !m.keep {
		return nil
	}
	var logs []*schema.Log
	for _, e := range m.kept {
		if !slices.Contains(logs, e.Log) {
			logs = append(logs, e.Log)
		}
	}
	programs := m.Correlations(logs)
	m.noteTimeless(programs)
	set := gomatch.NewSet(programs)
	set.Route = m.flags.route || len(logs) > 1
	for _, p := range programs {
		if p.Silent {
			continue
		}
		for _, found := range gomatch.RisingEdges(p, set.Correlate(p, m.kept), m.kept) {
			m.waiting = append(m.waiting, m.newCorrelationAlert(found))
		}
	}
	slices.SortStableFunc(m.waiting, func(a, b *alert) int { return cmp.Compare(a.event, b.event) })
	for _, a := range m.waiting {
		if err := m.write(a); err != nil {
			return err
		}
	}
	return nil
}

// noteTimeless says how many of the events that correlations look at have no
// place in a window of their own.
func (m *matching) noteTimeless(correlations []*ir.Program) {
	seen, timeless := 0, 0
	for _, e := range m.kept {
		if !slices.ContainsFunc(correlations, func(p *ir.Program) bool { return reads(p, e.Log) }) {
			continue
		}
		seen++
		if e.Time.IsZero() {
			timeless++
		}
	}
	if timeless > 0 {
		m.note("%d of %d events tell no time: correlations take them for one instant", timeless, seen)
	}
}

// reads tells whether a program looks at the events of a log.
func reads(p *ir.Program, log *schema.Log) bool {
	if p.Correlation == nil {
		return p.Log == log
	}
	return slices.ContainsFunc(p.Correlation.Inputs, func(in ir.Input) bool { return reads(in.Program, log) })
}

// An alert is a line of match.
type alert struct {
	event   int
	program *ir.Program
	found   *gomatch.Alert // of a correlation
	record  *event.Record  // with --alert full
}

func (m *matching) newAlert(p *ir.Program, index int, r *event.Record) *alert {
	a := &alert{event: index, program: p}
	if m.flags.alert == "full" {
		a.record = r
	}
	return a
}

func (m *matching) newCorrelationAlert(found gomatch.Alert) *alert {
	a := m.newAlert(found.Program, found.Event, m.records[found.Event])
	a.found = &found
	return a
}

// String is the form for people.
func (a *alert) String() string {
	s := fmt.Sprintf("event %d: %s: %s", a.event, cmp.Or(a.program.Level, "no level"), a.program.Title)
	if a.found != nil {
		s += " " + eval.JSON(a.group())
	}
	return s
}

func (a *alert) group() *eval.Object {
	o := &eval.Object{}
	for _, v := range a.found.Group {
		o.Members = append(o.Members, eval.Member{Key: v.Name, Value: v.Value})
	}
	return o
}

// Fields gives the members of the JSON form, in the order of the contract.
func (a *alert) Fields() *eval.Object {
	o := &eval.Object{}
	add := func(key string, v eval.Value) { o.Members = append(o.Members, eval.Member{Key: key, Value: v}) }
	add("event", number(a.event))
	add("rule", eval.String(a.program.ID))
	if a.found == nil {
		add("title", eval.String(a.program.Title))
		add("level", eval.String(a.program.Level))
	} else {
		add("correlation", eval.Bool(true))
		add("group", a.group())
		var events eval.Array
		for _, i := range a.found.Events() {
			events = append(events, number(i))
		}
		add("events", events)
	}
	if a.record != nil {
		add("time", eval.String(a.record.Event.Time.Format("2006-01-02T15:04:05.9999999Z07:00")))
		add("alert", eval.String(a.id().String()))
		add("matched", a.matched())
		add("source", a.record.Raw)
	}
	return o
}

func number(n int) eval.Value { return eval.Number(fmt.Sprint(n)) }

// id is the same for the same rule, version and event, or group and window.
func (a *alert) id() uuid.UUID {
	head := a.program.Doc.Info()
	key := []string{a.program.ID, cmp.Or(head.Modified.Value, head.Date.Value), cmp.Or(a.record.Event.ID, eval.JSON(a.record.Raw))}
	if a.found != nil {
		key = append(key, eval.JSON(a.group()), a.record.Event.Time.String())
	}
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(strings.Join(key, "\x00")))
}

// matched lists the tests that held.
func (a *alert) matched() eval.Array {
	out := eval.Array{}
	if a.program.Pred == nil {
		return out
	}
	for x := range gomatch.Explain(a.program, a.record.Event.Value).Held() {
		at := x.In.Position(x.At.Start)
		out = append(out, eval.String(fmt.Sprintf("%d:%d %s", at.Line, at.Column, x.Says)))
	}
	return out
}

func hasCorrelation(docs []sigma.Document) bool {
	return slices.ContainsFunc(docs, func(d sigma.Document) bool { _, ok := d.(*sigma.Correlation); return ok })
}
