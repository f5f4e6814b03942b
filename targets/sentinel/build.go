package sentinel

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
)

// Options say what a pack is made of beside its rules. The zero value is an
// unnamed first pack of rules that no suite speaks of.
type Options struct {
	Emitter Emitter
	Name    string // of the pack and its solution
	Since   *pack.Pack

	Sigproof string // the version that makes it
	Revision string // of the rules; empty if it is not known

	// Suites are the results of documents, whose engine "kql" replayed what
	// Emitter writes.
	Suites map[sigma.Document]*pack.Suite

	// Force packs rules whose suites fail on their query.
	Force bool

	// Watchlists are the values of placeholders. Those come into the pack that
	// one of its rules names.
	Watchlists []Watchlist
}

// Build makes the pack of programs. What Sentinel does not take is left out,
// with an error that says why. Rules that report only through a correlation
// are part of its query.
func Build(programs []*ir.Program, opts *Options) (*pack.Pack, []*sigma.Diagnostic) {
	var rules []*rule
	var logs []*schema.Log
	programs, diags := pack.Apart("sentinel", programs)
	for _, p := range programs {
		if p.Silent {
			continue
		}
		r, found := makeRule(p, opts)
		diags = append(diags, found...)
		if r == nil {
			continue
		}
		rules = append(rules, r)
		for _, log := range pack.Logs(p) {
			if isCustom(log) && !slices.Contains(logs, log) {
				logs = append(logs, log)
			}
		}
	}
	diags = append(diags, tooManyNRT(rules)...)
	nameFiles(rules)
	slices.SortFunc(logs, func(a, b *schema.Log) int { return cmp.Compare(a.KQL.Name, b.KQL.Name) })
	named := *opts
	named.Watchlists = slices.DeleteFunc(slices.Clone(opts.Watchlists), func(w Watchlist) bool {
		return !slices.ContainsFunc(rules, func(r *rule) bool { return pack.Names(r.documents, w.Name) })
	})
	nameWatchlists(named.Watchlists)
	return assemble(rules, logs, &named), sigma.SortDiagnostics(diags)
}

// makeRule makes the rule of one program; nil if it can't be packed.
func makeRule(p *ir.Program, opts *Options) (*rule, []*sigma.Diagnostic) {
	refuse := func(code, format string, args ...any) *sigma.Diagnostic {
		return &sigma.Diagnostic{Code: code, Severity: sigma.Error, File: p.File(), At: p.Doc.Span(), Message: fmt.Sprintf(format, args...)}
	}
	for _, log := range pack.Logs(p) {
		if log.Open {
			return nil, []*sigma.Diagnostic{refuse("sentinel/log", "log %s is no table of a workspace; the rule must name a log that is", log.Name)}
		}
	}
	q, diags := opts.Emitter.Emit(p)
	if q == nil {
		return nil, diags
	}
	diags = slices.DeleteFunc(diags, func(d *sigma.Diagnostic) bool { return d.Code == "kql/too-long" }) // check says it
	r, err := newRule(p, q, opts.Emitter.Kind(p))
	if err != nil {
		return nil, append(diags, refuse("sentinel/query", "the query of the rule does not run: %v", err))
	}
	r.suite = opts.Suites[p.Doc]
	if r.forced = opts.Force && r.suite.Fails("kql"); r.forced {
		r.description = "Packed although its suite fails on this query.\n\n" + r.description
	}
	if wrong := r.check(); len(wrong) > 0 {
		return nil, append(diags, wrong...)
	}
	return r, diags
}

// tooManyNRT warns of what a workspace would refuse when it is deployed.
func tooManyNRT(rules []*rule) []*sigma.Diagnostic {
	n := 0
	for _, r := range rules {
		if r.kind != NRT {
			continue
		}
		if n++; n == maxNRT+1 {
			return []*sigma.Diagnostic{{
				Code: "sentinel/nrt", Severity: sigma.Warning, File: r.doc.Info().File, At: r.doc.Span(),
				Message: fmt.Sprintf("this is the NRT rule number %d of the pack, and a workspace takes %d; --no-nrt makes them scheduled rules", n, maxNRT),
			}}
		}
	}
	return nil
}

// nameFiles gives rules of one title different file names.
func nameFiles(rules []*rule) {
	names, ids := make([]string, len(rules)), make([]string, len(rules))
	for i, r := range rules {
		names[i], ids[i] = r.name, r.id
	}
	for i, name := range pack.TellApart(names, ids, pack.MarkFile) {
		rules[i].name = name
	}
}

// assemble numbers the rules and writes all files.
func assemble(rules []*rule, logs []*schema.Log, opts *Options) *pack.Pack {
	p := &pack.Pack{Manifest: pack.Manifest{Name: opts.Name, Product: "sentinel", Sigproof: opts.Sigproof, Revision: opts.Revision}}
	entries := make([]pack.Rule, len(rules))
	for i, r := range rules {
		entries[i] = r.entry()
	}
	var since *pack.Manifest
	var changelog []byte
	if opts.Since != nil {
		since, changelog = &opts.Since.Manifest, opts.Since.File(pack.ChangelogName)
	}
	version, changes := pack.Number(entries, since)
	p.Manifest.Version = version
	for i, r := range rules {
		r.version = entries[i].Version
		p.Files = append(p.Files, pack.File{Path: r.yamlPath(), Data: r.yaml()}, pack.File{Path: r.armPath(), Data: deploy(r.resource())})
	}
	p.Manifest.Rules = entries
	p.Files = append(p.Files, tableFiles(logs)...)
	for _, w := range opts.Watchlists {
		p.Files = append(p.Files, pack.File{Path: w.path(), Data: deploy(watchlistResource(w))})
	}
	p.Files = append(p.Files, solutionFiles(rules, version, changes, opts)...)
	p.Files = append(p.Files, pack.File{Path: pack.ChangelogName, Data: pack.Changelog(version, changes, changelog)})
	p.Seal()
	return p
}

func (r *rule) folder() string {
	if r.kind == Hunting {
		return "Hunting Queries"
	}
	return "Analytic Rules"
}

func (r *rule) yamlPath() string { return r.folder() + "/" + r.name + ".yaml" }

func (r *rule) armPath() string { return "ARM/" + r.folder() + "/" + r.name + ".json" }

// entry is what the manifest says of a rule; the version comes later.
func (r *rule) entry() pack.Rule {
	return pack.Rule{
		ID: pack.DocumentID(r.doc), Title: r.title, Artifact: r.id, Kind: r.kind,
		Rule: pack.Hash(pack.Source(r.documents)), Query: pack.Hash([]byte(r.query)), Content: pack.Hash(append(r.yaml(), deploy(r.resource())...)),
		Files: []string{r.yamlPath(), r.armPath()}, Limits: r.limits, Suite: r.suite, Forced: r.forced,
	}
}
