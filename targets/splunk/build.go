package splunk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/spl"
)

// Options say what a pack is made of beside its rules. The zero value is an
// unnamed first pack of rules that no suite speaks of.
type Options struct {
	Name  string // of the pack and its app
	Since *pack.Pack

	Sigproof string // the version that makes it
	Revision string // of the rules; empty if it is not known

	// NoES leaves out what only Enterprise Security takes.
	NoES bool

	// Suites are the results of documents, whose engine "spl" replayed what
	// spl.Emitter writes.
	Suites map[sigma.Document]*pack.Suite

	// Events are some that a query finds, by its text: the tests of the
	// repository for contentctl.
	Events map[string][]Event

	// Force packs rules whose suites fail on their query.
	Force bool

	// Lookups are the values of placeholders. Those come into the pack that one
	// of its rules names.
	Lookups []Lookup

	// Roles are the privileged ones. They come into the pack as a lookup if one
	// of its rules names one of them.
	Roles []Role
}

// Build makes the pack of programs. What Splunk does not take is left out, with
// an error that says why. Rules that report only through a correlation are part
// of its search.
func Build(programs []*ir.Program, opts *Options) (*pack.Pack, []*sigma.Diagnostic) {
	var rules []*rule
	programs, diags := pack.Apart("splunk", programs)
	for _, p := range programs {
		if p.Silent {
			continue
		}
		r, found := makeRule(p, opts)
		if diags = append(diags, found...); r != nil {
			rules = append(rules, r)
		}
	}
	nameSearches(rules, opts.Name)
	nameContent(rules, (&app{opts: opts}).label())
	return assemble(rules, opts), sigma.SortDiagnostics(diags)
}

// makeRule makes the rule of one program; nil if it can't be packed.
func makeRule(p *ir.Program, opts *Options) (*rule, []*sigma.Diagnostic) {
	for _, log := range pack.Logs(p) {
		if log.Open {
			return nil, []*sigma.Diagnostic{{
				Code: "splunk/log", Severity: sigma.Error, File: p.File(), At: p.Doc.Span(),
				Message: fmt.Sprintf("log %s has no sourcetypes to search in; the rule must name a log that has", log.Name),
			}}
		}
	}
	q, diags := targets.Write(spl.Emitter{}, p)
	if q == nil {
		return nil, diags
	}
	r := newRule(p, q)
	r.suite, r.events = opts.Suites[p.Doc], opts.Events[q.Text]
	if r.forced = opts.Force && r.suite.Fails("spl"); r.forced {
		r.description = "Packed although its suite fails on this query.\n\n" + r.description
	}
	if wrong := r.check(); len(wrong) > 0 {
		return nil, append(diags, wrong...)
	}
	return r, diags
}

// nameSearches names the searches as Enterprise Security wants it. Those of one
// title get names that do not depend on their order.
func nameSearches(rules []*rule, packName string) {
	titles, ids := make([]string, len(rules)), make([]string, len(rules))
	for i, r := range rules {
		titles[i], ids[i] = stanzaName(r.title), stanzaName(pack.DocumentID(r.doc))
	}
	mark := func(title, id string) string { return title + " (" + id + ")" }
	for i, title := range pack.TellApart(titles, ids, mark) {
		rules[i].name = stanzaName(cmp.Or(packName, "sigproof")) + " - " + title + " - Rule"
	}
}

// stanzaName makes a text one that can stand in the brackets of a stanza.
func stanzaName(s string) string {
	return strings.NewReplacer("[", "(", "]", ")", `\`, "-").Replace(pack.OneLine(s))
}

// assemble numbers the rules and writes all files.
func assemble(rules []*rule, opts *Options) *pack.Pack {
	p := &pack.Pack{Manifest: pack.Manifest{Name: opts.Name, Product: "splunk", Sigproof: opts.Sigproof, Revision: opts.Revision}}
	a := &app{id: appID(opts.Name), rules: rules, logs: logsOf(rules), tables: tablesOf(rules, opts), opts: opts}
	entries := make([]pack.Rule, len(rules))
	for i, r := range rules {
		entries[i] = a.entry(r)
	}
	var since *pack.Manifest
	var changelog []byte
	if opts.Since != nil {
		since, changelog = &opts.Since.Manifest, opts.Since.File(pack.ChangelogName)
	}
	version, changes := pack.Number(entries, since)
	p.Manifest.Version, p.Manifest.Rules = version, entries
	a.version = version
	p.Files = a.files()
	if !opts.NoES {
		p.Files = append(p.Files, a.contentctl()...)
		for i, r := range rules {
			r.version = entries[i].Version
			p.Files = append(p.Files, a.contentFiles(r)...)
		}
	}
	p.Files = append(p.Files, pack.File{Path: "README.md", Data: a.packReadme()},
		pack.File{Path: pack.ChangelogName, Data: pack.Changelog(version, changes, changelog)})
	p.Seal()
	return p
}

// logsOf lists the logs that rules read, by name.
func logsOf(rules []*rule) []*schema.Log {
	var logs []*schema.Log
	for _, r := range rules {
		for _, log := range r.logs {
			if !slices.Contains(logs, log) {
				logs = append(logs, log)
			}
		}
	}
	slices.SortFunc(logs, func(a, b *schema.Log) int { return cmp.Compare(a.Name, b.Name) })
	return logs
}

// entry is what the manifest says of a rule; the version comes later.
func (a *app) entry(r *rule) pack.Rule {
	content := slices.Concat(conf(r.savedSearch(a.opts.NoES)), macros(r.logs))
	files := []string{}
	if !a.opts.NoES {
		for _, f := range a.contentFiles(r) {
			files = append(files, f.Path)
			content = append(content, f.Data...)
		}
	}
	return pack.Rule{
		ID: pack.DocumentID(r.doc), Title: r.title, Artifact: r.name, Kind: r.kind,
		Rule: pack.Hash(pack.Source(r.documents)), Query: pack.Hash([]byte(r.query)), Content: pack.Hash(content),
		Files: files, Limits: r.limits, Suite: r.suite, Forced: r.forced,
	}
}
