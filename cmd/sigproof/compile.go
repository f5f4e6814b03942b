package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/pipeline"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/gomatch"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/spl"
)

// emitters are the languages, in the order of the help text.
var emitters = []targets.Emitter{&kql.Emitter{}, &spl.Emitter{}, &gomatch.Emitter{}}

// endings are of the files that compile -o writes.
var endings = map[string]string{"kql": ".kql", "spl": ".spl", "go": ".go"}

type compileFlags struct {
	meaning
	to    []string
	after string
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
	return a.writeCompiled(r, a.compileAll(r, programs, f.to))
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

// A compiled is one document in one language, or what kept it from that. Of a
// file that holds no document, since its YAML can't be read, doc is nil.
type compiled struct {
	path  string
	doc   sigma.Document
	to    string
	log   string
	query *targets.Query
	diags []*sigma.Diagnostic

	silent bool // part of a correlation's query
}

// compileAll writes every document in every language, in the order of the
// documents.
func (a *app) compileAll(r *rules, programs []*ir.Program, to []string) []compiled {
	byDoc := map[sigma.Document]*ir.Program{}
	for _, p := range programs {
		byDoc[p.Doc] = p
	}
	var work []compiled
	add := func(path string, doc sigma.Document, diags []*sigma.Diagnostic) {
		for _, language := range to {
			work = append(work, compiled{path: path, doc: doc, to: language, diags: diags})
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
	return inParallel(a.jobs, work, func(c compiled) compiled {
		if p := byDoc[c.doc]; p != nil { // of no document there is none
			c.log = p.Log.Name
			var diags []*sigma.Diagnostic
			c.query, diags = targets.Write(emitterOf(c.to), p)
			c.silent = p.Silent
			c.diags = append(c.diags, diags...)
		}
		return c
	})
}

func emitterOf(language string) targets.Emitter {
	for _, e := range emitters {
		if e.Language() == language {
			return e
		}
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

// failure is the first error of a document that did not compile.
func (c *compiled) failure() *sigma.Diagnostic {
	for _, d := range c.diags {
		if d.Severity == sigma.Error {
			return d
		}
	}
	if c.query != nil || c.doc == nil { // a file of comments alone is no failure
		return nil
	}
	head := c.doc.Info()
	return &sigma.Diagnostic{
		Code: "document/input", Severity: sigma.Error, File: head.File, At: c.doc.Span(),
		Message: fmt.Sprintf("%q is built on what has errors: a document that it names, a filter, or a pipeline", head.Label()),
	}
}

func (a *app) writeCompiled(r *rules, all []compiled) error {
	write := func(w io.Writer) error { return a.writeQueries(w, all) }
	switch finalizes := r.pipeline != nil && r.pipeline.Finalizes(); {
	case finalizes && a.output == "" && a.format == "text":
		write = func(w io.Writer) error { return a.writeFinal(w, r, all) }
	case finalizes:
		a.note("each query is written by itself: the finalizers of the pipeline, which make one text of all, are left out")
	}
	if a.output != "" && a.format == "text" {
		if err := writeFolder(a.output, r, all); err != nil {
			return err
		}
	} else if err := a.emit(write); err != nil {
		return err
	}
	var failures []*sigma.Diagnostic
	for i := range all {
		if d := all[i].failure(); d != nil {
			failures = append(failures, all[i].diags...)
			failures = append(failures, d)
		}
	}
	failures = append(failures, r.diags...)
	return a.reportErrors(sigma.SortDiagnostics(failures))
}

func (a *app) writeQueries(w io.Writer, all []compiled) error {
	for i := range all {
		c := &all[i]
		if a.format != "text" {
			if c.doc == nil && c.failure() == nil {
				continue
			}
			if err := writeJSONLine(w, c.json()); err != nil {
				return err
			}
			continue
		}
		if c.query == nil {
			continue
		}
		if len(all) > 1 {
			fmt.Fprintln(w, comment(c.to, c.doc.Info().Label()))
		}
		fmt.Fprintln(w, strings.TrimSuffix(c.query.Text, "\n"))
		if i < len(all)-1 {
			fmt.Fprintln(w)
		}
	}
	return nil
}

// writeFinal writes one text of the queries of each language, as the pipeline
// makes it.
func (a *app) writeFinal(w io.Writer, r *rules, all []compiled) error {
	queries := map[string][]string{}
	var order []string
	for i := range all {
		c := &all[i]
		if !slices.Contains(order, c.to) {
			order = append(order, c.to)
		}
		if c.query != nil && !c.silent {
			queries[c.to] = append(queries[c.to], c.query.Text)
		}
	}
	for _, language := range order {
		text, diags := r.pipeline.Finalize(language, queries[language])
		r.diags = append(r.diags, diags...)
		if len(diags) > 0 {
			continue
		}
		if _, err := fmt.Fprintln(w, strings.TrimSuffix(text, "\n")); err != nil {
			return err
		}
	}
	return nil
}

// comment writes a line that the language skips.
func comment(language, text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if language == "spl" {
		return "``` " + strings.ReplaceAll(text, "```", "") + " ```"
	}
	return "// " + text
}

// A compiledJSON is a line of `compile --format jsonl`.
type compiledJSON struct {
	Path   string        `json:"path"`
	Doc    int           `json:"doc"`
	ID     string        `json:"id"`
	Title  string        `json:"title"`
	Target string        `json:"target"`
	Log    string        `json:"log,omitempty"`
	Query  *string       `json:"query,omitempty"`
	Error  *compileError `json:"error,omitempty"`
	Limits []string      `json:"limits,omitempty"`
}

type compileError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
}

func (c *compiled) json() *compiledJSON {
	out := &compiledJSON{Path: c.path, Target: c.to, Log: c.log}
	if c.doc != nil {
		head := c.doc.Info()
		out.Doc, out.ID, out.Title = head.Index, head.ID.Value, head.Title.Value
	}
	if d := c.failure(); d != nil {
		at := d.File.Position(d.At.Start)
		out.Log = ""
		out.Error = &compileError{d.Code, d.Message, at.Line, at.Column}
		return out
	}
	out.Query = &c.query.Text
	for _, l := range c.query.Limits {
		out.Limits = append(out.Limits, l.Code)
	}
	return out
}

func writeJSONLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// writeFolder writes a file a query, in the tree of the input.
func writeFolder(dir string, r *rules, all []compiled) error {
	for i := range all {
		c := &all[i]
		if c.query == nil {
			continue
		}
		name := filepath.Join(dir, outputName(r, c))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(strings.TrimSuffix(c.query.Text, "\n")+"\n"), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// outputName is the rule's path below the folder that was named, with the
// language's ending; documents of one file are numbered from the second on.
func outputName(r *rules, c *compiled) string {
	head := c.doc.Info()
	name := r.tree[head.File.Name]
	name = strings.TrimSuffix(name, filepath.Ext(name))
	if head.Index > 0 {
		name = fmt.Sprintf("%s.%d", name, head.Index)
	}
	return name + endings[c.to]
}
