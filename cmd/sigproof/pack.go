package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/products"
	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/fixtures/report"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
)

// signPassword names the variable that holds the password of a signing key:
// one on the command line is seen by all.
const signPassword = "SIGPROOF_SIGN_PASSWORD"

type packFlags struct {
	meaning
	name, revision, since, signKey string
	force                          bool
}

func (a *app) packCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "pack",
		Short:   "Make packs of rules for products, verify them, and find what a product runs otherwise",
		Example: "  sigproof pack sentinel -o pack.zip\n  sigproof pack verify pack.zip --key minisign.pub\n  sigproof pack drift exported.json --pack pack.zip",
	}
	for _, p := range products.All() {
		cmd.AddCommand(a.packProductCommand(p))
	}
	cmd.AddCommand(a.packVerifyCommand(), a.packDriftCommand())
	return cmd
}

func (a *app) packProductCommand(p *products.Product) *cobra.Command {
	var f packFlags
	cmd := &cobra.Command{
		Use:     p.Name + " [path...]",
		Short:   p.Short,
		Example: fmt.Sprintf("  sigproof pack %[1]s -o pack.zip\n  sigproof pack %[1]s rules/ -o pack/ --since last.zip --sign-key minisign.key", p.Name),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.formats("text", "json"); err != nil {
				return err
			}
			if err := packOutput(p, a.output); err != nil {
				return err
			}
			return a.pack(cmd.Context(), p, args, &f)
		},
	}
	a.meaningFlags(cmd, &f.meaning)
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "name of the pack (default: of the folder of the rules)")
	flags.StringVar(&f.revision, "revision", "", "revision of the rules (default: what git says)")
	flags.StringVar(&f.since, "since", "", "the pack before: versions and the changelog go on from it")
	flags.StringVar(&f.signKey, "sign-key", "", "sign with this key of minisign; its password is in "+signPassword)
	flags.BoolVar(&f.force, "force", false, "pack rules whose suites fail, and mark them")
	if p.Flags != nil {
		p.Flags(cmd)
	}
	return cmd
}

// pack loads, compiles and replays the rules, and writes what may be packed.
// What is refused is a finding.
func (a *app) pack(ctx context.Context, p *products.Product, args []string, f *packFlags) error {
	opts, err := a.meaningOf(&f.meaning, args)
	if err != nil {
		return err
	}
	in := &products.Input{Name: f.name, Revision: f.revision, Sigproof: version(), Force: f.force, Define: opts.Define}
	if in.Since, err = packBefore(p, f.since); err != nil {
		return err
	}
	r, err := a.loadRules(args)
	if err != nil {
		return err
	}
	programs, diags := compiler.Compile(r.docs, opts)
	diags = append(r.diags, diags...)
	report, err := a.replayPacked(ctx, p, args, &fixtures.Input{Documents: r.docs, Compile: opts, Jobs: a.jobs, ReadFile: a.readLog})
	if err != nil {
		return err
	}
	in.Suites = suiteResults(report)
	in.Name, in.Revision = packName(in.Name, args), packRevision(ctx, in.Revision, args)
	made, refused := p.Build(programs, in)
	diags = sigma.SortDiagnostics(slices.Concat(diags, report.Diags, refused))
	if len(made.Manifest.Rules) == 0 {
		if sigma.HasErrors(diags) {
			return a.reportPacked(diags)
		}
		return fmt.Errorf("%s: nothing to pack", strings.Join(args, " "))
	}
	if isInstalled(p, a.output) {
		made = p.Install(made)
	}
	if f.signKey != "" {
		key, err := pack.SigningKey(f.signKey, os.Getenv(signPassword))
		if err != nil {
			return err
		}
		made.Sign(key)
	}
	if err := writePack(p, made, a.output); err != nil {
		return err
	}
	if err := a.packed(made); err != nil {
		return err
	}
	return a.reportPacked(diags)
}

// reportPacked writes errors, each once: a rule that can't be compiled is told
// by the compiler and by the replay. Warnings of products come too.
func (a *app) reportPacked(diags []*sigma.Diagnostic) error {
	said := map[string]bool{}
	var errs []*sigma.Diagnostic
	for _, d := range diags {
		text := d.String()
		if said[text] {
			continue
		}
		said[text] = true
		if d.Severity == sigma.Error {
			errs = append(errs, d)
		} else if d.Severity == sigma.Warning && !a.quiet && isProductCode(d.Code) {
			fmt.Fprint(a.stderr, d.Render())
		}
	}
	return a.reportErrors(errs)
}

// isProductCode tells whether a product said it: what else is to be said of
// rules, check does.
func isProductCode(code string) bool {
	room, _, _ := strings.Cut(code, "/")
	return slices.ContainsFunc(products.All(), func(p *products.Product) bool { return p.Name == room })
}

// packed tells what was made: the manifest, or a line.
func (a *app) packed(p *pack.Pack) error {
	if a.format == "json" {
		_, err := a.stdout.Write(pack.JSON(p.Manifest))
		return err
	}
	if a.quiet {
		return nil
	}
	kinds := map[string]int{}
	forced := 0
	for _, r := range p.Manifest.Rules {
		kinds[r.Kind]++
		if r.Forced {
			forced++
		}
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		parts = append(parts, fmt.Sprintf("%d %s", kinds[kind], kind))
	}
	if forced > 0 {
		parts = append(parts, fmt.Sprintf("%d by force", forced))
	}
	_, err := fmt.Fprintf(a.stdout, "%s %s for %s: %s (%s)\n", p.Manifest.Name, p.Manifest.Version, p.Manifest.Product, report.Count(len(p.Manifest.Rules), "rule"), strings.Join(parts, ", "))
	return err
}

// replayPacked runs the suites that stand beside the rules. A rule needs none.
func (a *app) replayPacked(ctx context.Context, p *products.Product, args []string, in *fixtures.Input) (*fixtures.Report, error) {
	if len(args) == 0 {
		args = []string{packPrefix}
	}
	var diags []*sigma.Diagnostic
	for _, arg := range suitesOf(args) {
		if arg == "-" {
			continue
		}
		sources, err := a.find(arg, isSuiteFile)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, s := range sources {
			if !isSuiteFile(s.name) {
				continue
			}
			suites, more := fixtures.ParseSuitesFile(a.file(s))
			in.Suites = append(in.Suites, suites...)
			diags = append(diags, more...)
		}
	}
	in.Engines = p.Engines()
	report, err := fixtures.Run(ctx, in)
	if err != nil {
		return nil, err
	}
	report.Diags = append(report.Diags, diags...)
	return report, nil
}

// suiteResults gives the worst that happened to each document on each engine.
func suiteResults(r *fixtures.Report) map[sigma.Document]*pack.Suite {
	out := map[sigma.Document]*pack.Suite{}
	worst := map[sigma.Document]map[string]fixtures.Status{}
	for _, s := range r.Suites {
		if out[s.Doc] == nil {
			out[s.Doc], worst[s.Doc] = &pack.Suite{}, map[string]fixtures.Status{}
		}
		out[s.Doc].Cases += len(s.Cases)
		for _, engine := range r.Engines {
			status, ran := s.Status(engine)
			if before, ok := worst[s.Doc][engine]; ran && (!ok || status.Worse(before)) {
				worst[s.Doc][engine] = status
			}
		}
	}
	for doc, suite := range out {
		for _, engine := range r.Engines {
			if status, ok := worst[doc][engine]; ok {
				suite.Engines = append(suite.Engines, pack.Engine{Name: engine, Status: string(status)})
			}
		}
	}
	return out
}

// packName is what a pack is called if nobody says it.
func packName(name string, args []string) string {
	switch {
	case name != "":
		return pack.OneLine(name)
	case len(args) == 0 || strings.HasPrefix(args[0], packPrefix):
		return "Entra PIM"
	}
	base := filepath.Base(strings.TrimSuffix(args[0], "..."))
	if abs, err := filepath.Abs(args[0]); err == nil && (base == "." || base == "..") {
		base = filepath.Base(abs)
	}
	return pack.OneLine(strings.TrimSuffix(base, filepath.Ext(base)))
}
