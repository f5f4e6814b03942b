package main

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/products"
	"github.com/sigproof/sigproof/cmd/sigproof/queries"
	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/pipeline"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/aql"
	"github.com/sigproof/sigproof/targets/arcsight"
	"github.com/sigproof/sigproof/targets/gomatch"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/spl"
	"github.com/sigproof/sigproof/targets/sumo"
	"github.com/sigproof/sigproof/targets/xdr"
)

// emitters are the languages, in the order of the help text.
var emitters = []targets.Emitter{&kql.Emitter{}, &spl.Emitter{}, &gomatch.Emitter{}, &xdr.Emitter{}, &aql.Emitter{}, &sumo.Emitter{}, &arcsight.Emitter{}}

type compileFlags struct {
	meaning
	to    []string
	after string
	names *targets.Names
}

func (a *app) compileCommand() *cobra.Command {
	var f compileFlags
	cmd := &cobra.Command{
		Use:     "compile [path...]",
		Short:   "Write rules as queries",
		Example: "  sigproof compile --to kql entra:roles/pim_alert_disabled\n  sigproof compile --to spl --log generic rules/ -o out/",
		RunE: func(_ *cobra.Command, args []string) error {
			if err := f.check(a); err != nil {
				return err
			}
			return a.compile(args, &f)
		},
	}
	a.meaningFlags(cmd, &f.meaning)
	cmd.Flags().StringSliceVar(&f.to, "to", []string{"kql"}, "languages: "+strings.Join(languages(), ", "))
	products.NamesFlag(cmd, &f.names)
	cmd.Flags().StringVar(&f.after, "after", "", "print the ir after this pass: "+strings.Join(compiler.PassNames(), ", "))
	return cmd
}

func languages() []string {
	var names []string
	for _, e := range emitters {
		names = append(names, e.Language())
	}
	return names
}

func (f *compileFlags) check(a *app) error {
	if err := a.formats("text", "json", "jsonl"); err != nil {
		return err
	}
	for _, to := range f.to {
		if err := oneOf("--to", to, languages()...); err != nil {
			return err
		}
	}
	if f.after != "" {
		return oneOf("--after", f.after, compiler.PassNames()...)
	}
	return nil
}

func (a *app) compile(args []string, f *compileFlags) error {
	opts, err := a.meaningOf(&f.meaning, args)
	if err != nil {
		return err
	}
	opts.After = f.after
	if err := a.checkLanguages(opts.Pipeline, f.to); err != nil {
		return err
	}
	r, err := a.loadRules(args)
	if err != nil {
		return err
	}
	r.pipeline = opts.Pipeline
	programs, diags := compiler.Compile(r.docs, opts)
	r.diags = sigma.SortDiagnostics(append(r.diags, diags...))
	if f.after != "" {
		return a.printIR(r, programs)
	}
	return a.writeCompiled(r, a.compileAll(r, programs, f))
}

// checkLanguages refuses a pipeline that is not meant for the languages.
func (a *app) checkLanguages(p *pipeline.Pipeline, to []string) error {
	if p == nil {
		return nil
	}
	for _, language := range to {
		if diags := p.For(language); len(diags) > 0 {
			fmt.Fprint(a.stderr, diags[0].Render())
			return fmt.Errorf("--to %s: a pipeline is not for it", language)
		}
	}
	return nil
}

func (a *app) printIR(r *rules, programs []*ir.Program) error {
	err := a.emit(func(w io.Writer) error {
		for _, p := range programs {
			if _, err := io.WriteString(w, ir.Print(p)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.reportErrors(r.diags)
}

// reportErrors writes the errors to stderr; any of them is a finding.
func (a *app) reportErrors(diags []*sigma.Diagnostic) error {
	for _, d := range diags {
		if d.Severity == sigma.Error {
			fmt.Fprint(a.stderr, d.Render())
		}
	}
	if sigma.HasErrors(diags) {
		return errFindings
	}
	return nil
}

// compileAll writes every document in every language, in the order of the
// documents. It does so while they are taken: in Go they are ten times as long
// as the rules.
func (a *app) compileAll(r *rules, programs []*ir.Program, f *compileFlags) iter.Seq[queries.Query] {
	byDoc := map[sigma.Document]*ir.Program{}
	for _, p := range programs {
		byDoc[p.Doc] = p
	}
	outside := errorOutside(r)
	var work []queries.Query
	add := func(path string, doc sigma.Document, diags []*sigma.Diagnostic) {
		for _, language := range f.to {
			work = append(work, queries.Query{Path: path, Tree: r.tree[path], Doc: doc, Language: language, Diags: diags, Outside: outside})
		}
	}
	for _, f := range r.files {
		for _, d := range f.docs {
			if _, filter := d.(*sigma.Filter); !filter { // a filter is part of the rules that it names
				add(f.path, d, diagnosticsOf(d, r.diags))
			}
		}
		if len(f.docs) == 0 {
			add(f.path, nil, diagnosticsIn(f.path, r.diags))
		}
	}
	return inTurn(a.jobs, work, func(q queries.Query) queries.Query {
		if p := byDoc[q.Doc]; p != nil { // of no document there is none
			var diags []*sigma.Diagnostic
			q.Query, diags = targets.Write(emitterOf(q.Language, f.names), p)
			q.Log, q.Silent, q.Diags = p.Log.Name, p.Silent, slices.Concat(q.Diags, diags)
		}
		return q
	})
}

// errorOutside gives the first error that is in no rule file.
func errorOutside(r *rules) *sigma.Diagnostic {
	for _, d := range r.diags {
		if d.Severity == sigma.Error && d.File != nil && !slices.ContainsFunc(r.files, func(f ruleFile) bool { return f.path == d.File.Name }) {
			return d
		}
	}
	return nil
}

// emitterOf finds the emitter of a language, which says what the site calls
// things.
func emitterOf(language string, names *targets.Names) targets.Emitter {
	for _, e := range emitters {
		if e.Language() != language {
			continue
		}
		switch e.(type) {
		case *aql.Emitter:
			return aql.Emitter{Names: names}
		case *sumo.Emitter:
			return sumo.Emitter{Names: names}
		case *arcsight.Emitter:
			return arcsight.Emitter{Names: names}
		}
		return e
	}
	panic("sigproof: unknown language " + language)
}

// diagnosticsOf gives what is said of one document of a file.
func diagnosticsOf(d sigma.Document, diags []*sigma.Diagnostic) []*sigma.Diagnostic {
	var out []*sigma.Diagnostic
	for _, x := range diags {
		if x.File == d.Info().File && (d.Span().Contains(x.At) || d.Info().Broken && x.Severity == sigma.Error) {
			out = append(out, x)
		}
	}
	return out
}

// diagnosticsIn gives what is said of a file.
func diagnosticsIn(path string, diags []*sigma.Diagnostic) []*sigma.Diagnostic {
	var out []*sigma.Diagnostic
	for _, x := range diags {
		if x.File != nil && x.File.Name == path {
			out = append(out, x)
		}
	}
	return out
}

func (a *app) writeCompiled(r *rules, all iter.Seq[queries.Query]) error {
	final := r.pipeline != nil && r.pipeline.Finalizes()
	if final && (a.output != "" || a.format != "text") {
		final = false
		a.note("each query is written by itself: the finalizers of the pipeline, which make one text of all, are left out")
	}
	var wrong, failed []*sigma.Diagnostic
	all = queries.Watched(all, &failed)
	write := func(w io.Writer) (err error) {
		switch {
		case final:
			wrong, err = queries.Final(w, all, r.pipeline)
			return err
		case a.format == "text":
			return queries.Text(w, all)
		}
		return queries.JSON(w, all)
	}
	if a.output != "" && a.format == "text" {
		if err := queries.Folder(a.output, all); err != nil {
			return err
		}
	} else if err := a.emit(write); err != nil {
		return err
	}
	return a.reportErrors(sigma.SortDiagnostics(slices.Concat(failed, wrong, r.diags)))
}

func writeJSONLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
