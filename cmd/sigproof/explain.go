package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/binding"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/display"
	"github.com/sigproof/sigproof/targets/gomatch"
)

func (a *app) explainCommand() *cobra.Command {
	var f matchFlags
	number := -1
	cmd := &cobra.Command{
		Use:     "explain -r rule [events]",
		Short:   "Say why a rule did or did not match an event, part by part",
		Example: "  sigproof explain -r entra:roles/pim_alert_disabled --event 3 audit.json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl"); err != nil {
				return err
			}
			return a.explain(append(args, "-")[0], &f, number)
		},
	}
	a.meaningFlags(cmd, &f.meaning)
	a.eventFlags(cmd, &f)
	cmd.Flags().IntVar(&number, "event", -1, "explain only the event of this number, counted from 0")
	return cmd
}

func (a *app) explain(name string, f *matchFlags, number int) error {
	opts, err := a.meaningOf(&f.meaning, f.rules)
	if err != nil {
		return err
	}
	r, err := a.loadRules(f.rules)
	if err != nil {
		return err
	}
	b, diags := binding.New(r.docs, opts, binding.Options{})
	records, err := a.readEvents(name, f.reading(opts.Log))
	switch {
	case err != nil:
		return err
	case len(records) == 0:
		return fmt.Errorf("%s: no events there", name)
	case number >= len(records):
		return fmt.Errorf("--event %d: %s has %d events, numbered from 0", number, name, len(records))
	}
	err = a.emit(func(w io.Writer) error {
		for i, record := range records {
			if number >= 0 && i != number {
				continue
			}
			if err := a.explainEvent(w, b, record, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.reportErrors(sigma.SortDiagnostics(append(r.diags, diags...)))
}

func (a *app) explainEvent(w io.Writer, b *binding.Binding, record *event.Record, index int) error {
	for _, doc := range b.Docs {
		if p := b.Program(doc, record.Event); p != nil && p.Pred != nil {
			if err := a.explainRule(w, p, record, index); err != nil {
				return err
			}
			continue
		}
		if _, rule := doc.(*sigma.Rule); rule && a.format == "text" {
			fmt.Fprintf(w, "%s: says nothing about event %d, which is of log %s\n", display.Line(doc.Info().Label()), index, record.Event.Log.Name)
		}
	}
	return nil
}

func (a *app) explainRule(w io.Writer, p *ir.Program, record *event.Record, index int) error {
	x := gomatch.Explain(p, record.Event.Value)
	if a.format != "text" {
		o := jsonExplanation(x)
		o.Members = append([]eval.Member{{Key: "rule", Value: eval.String(p.ID)}, {Key: "event", Value: eval.Number(fmt.Sprint(index))}}, o.Members...)
		return writeJSONLine(w, o)
	}
	shape := ""
	if s := record.Event.Shape; s != nil {
		shape = ", shape " + s.Name
	}
	fmt.Fprintf(w, "%s: %s event %d (log %s%s)\n", display.Line(p.Title), verb(x.Holds), index, record.Event.Log.Name, shape)
	writeExplanation(w, x, 1)
	return nil
}

func verb(holds bool) string {
	if holds {
		return "matches"
	}
	return "does not match"
}

// writeExplanation writes a line a part: whether it held, what it asks, where
// the rule says so, and what the event has there.
func writeExplanation(w io.Writer, x *gomatch.Explanation, depth int) {
	mark := "no "
	if x.Holds {
		mark = "yes"
	}
	fmt.Fprintf(w, "%s%s %s  (%s:%s)", strings.Repeat("  ", depth), mark, display.Line(x.Says), display.Line(x.In.Name), x.In.Position(x.At.Start))
	if x.Tested {
		fmt.Fprintf(w, ": %s", seen(x))
	}
	fmt.Fprintln(w)
	for _, part := range x.Parts {
		writeExplanation(w, part, depth+1)
	}
}

// seen says what the field holds.
func seen(x *gomatch.Explanation) string {
	if !x.Found {
		return "the event has no such field"
	}
	texts := make([]string, len(x.Values))
	for i, v := range x.Values {
		texts[i] = display.Line(eval.JSON(v))
	}
	return cmp.Or(strings.Join(texts, ", "), "empty")
}

func jsonExplanation(x *gomatch.Explanation) *eval.Object {
	at := x.In.Position(x.At.Start)
	o := &eval.Object{Members: []eval.Member{
		{Key: "holds", Value: eval.Bool(x.Holds)},
		{Key: "says", Value: eval.String(x.Says)},
		{Key: "line", Value: eval.Number(fmt.Sprint(at.Line))},
		{Key: "column", Value: eval.Number(fmt.Sprint(at.Column))},
	}}
	if x.Tested {
		o.Members = append(o.Members, eval.Member{Key: "found", Value: eval.Bool(x.Found)}, eval.Member{Key: "values", Value: eval.Array(x.Values)})
	}
	if len(x.Parts) > 0 {
		var parts eval.Array
		for _, p := range x.Parts {
			parts = append(parts, jsonExplanation(p))
		}
		o.Members = append(o.Members, eval.Member{Key: "parts", Value: parts})
	}
	return o
}
