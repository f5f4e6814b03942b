package pack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
)

// Options say what a pack is made of beside its rules. The zero value is an
// unnamed first pack of rules that no suite speaks of.
type Options struct {
	Name  string
	Since *Pack // the pack before; nil if this is the first

	Sigproof string // the version that makes it
	Revision string // of the rules; empty if it is not known

	// Suites are the results of documents.
	Suites map[sigma.Document]*Suite

	// Force packs rules whose suites fail on their query.
	Force bool
}

// A Maker makes the packs of a product that takes one object a rule: each has
// a file of its own, and one file holds all.
type Maker struct {
	Product string
	Emitter targets.Emitter

	// Engine replays what Emitter writes. A rule whose suite fails on it is
	// refused, unless that is forced. Empty means that none does.
	Engine string

	// Kind says what a rule becomes, as the product calls it.
	Kind func(*Artifact) string

	// Check says what the product would not take; nil if it takes all.
	Check func(*Artifact) []*sigma.Diagnostic

	// Path is where the file of a rule stands, and File what it holds.
	Path func(*Artifact) string
	File func(*Artifact) []byte

	// Whole makes the files that are of no single rule.
	Whole func([]*Artifact) []File
}

// An Artifact is what a document becomes in a product.
type Artifact struct {
	Program *ir.Program
	Query   *targets.Query

	ID          string // the same in each pack for the product
	Name        string // of its file, without an ending; no other rule of the pack has it
	Title       string
	Description string
	Kind        string
	Limits      []string // codes, each once

	Suite  *Suite
	Forced bool

	// Version is that of the rule in the pack. It is empty while the content
	// is hashed, which does not depend on it.
	Version string
}

// Build makes the pack of programs. What the product does not take is left out,
// with an error that says why. Rules that report only through a correlation are
// part of its query.
func (m *Maker) Build(programs []*ir.Program, opts *Options) (*Pack, []*sigma.Diagnostic) {
	var made []*Artifact
	programs, diags := Apart(m.Product, programs)
	for _, p := range programs {
		if p.Silent {
			continue
		}
		a, found := m.artifact(p, opts)
		diags = append(diags, found...)
		if a != nil {
			made = append(made, a)
		}
	}
	nameFiles(made)
	return m.assemble(made, opts), sigma.SortDiagnostics(diags)
}

// artifact makes what one program becomes; nil if it can't be packed.
func (m *Maker) artifact(p *ir.Program, opts *Options) (*Artifact, []*sigma.Diagnostic) {
	q, diags := targets.Write(m.Emitter, p)
	if q == nil {
		return nil, diags
	}
	head := p.Doc.Info()
	a := &Artifact{
		Program: p, Query: q, ID: m.id(p.Doc), Name: FileName(head.Label()),
		Title: OneLine(head.Label()), Description: Describe(p.Doc), Suite: opts.Suites[p.Doc],
	}
	for _, l := range q.Limits {
		if !slices.Contains(a.Limits, l.Code) {
			a.Limits = append(a.Limits, l.Code)
		}
	}
	if m.Engine != "" && a.Suite.Fails(m.Engine) {
		if !opts.Force {
			return nil, append(diags, Refuse(m.Product, p.Doc, "suite", "the suite of the rule fails on its query; --force packs it all the same, and marks it"))
		}
		a.Forced = true
		a.Description = "Packed although its suite fails on this query.\n\n" + a.Description
	}
	a.Kind = m.Kind(a)
	if m.Check != nil {
		if wrong := m.Check(a); len(wrong) > 0 {
			return nil, append(diags, wrong...)
		}
	}
	return a, diags
}

// Refuse says why a product does not take a document.
func Refuse(product string, d sigma.Document, code, format string, args ...any) *sigma.Diagnostic {
	return &sigma.Diagnostic{
		Code: product + "/" + code, Severity: sigma.Error, File: d.Info().File, At: d.Span(), Message: fmt.Sprintf(format, args...),
	}
}

// id is the id of what a document becomes: the same in each pack.
func (m *Maker) id(d sigma.Document) string {
	namespace := uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/sigproof/sigproof/"+m.Product))
	return uuid.NewSHA1(namespace, []byte(DocumentID(d))).String()
}

// FileName joins the words of a title.
func FileName(title string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(title, func(r rune) bool { return !isWordRune(r) }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	if b.Len() == 0 {
		return "Rule"
	}
	return b.String()[:min(b.Len(), 80)]
}

func isWordRune(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// nameFiles gives rules of one title different file names.
func nameFiles(made []*Artifact) {
	names, ids := make([]string, len(made)), make([]string, len(made))
	for i, a := range made {
		names[i], ids[i] = a.Name, a.ID
	}
	for i, name := range TellApart(names, ids, MarkFile) {
		made[i].Name = name
	}
}

// MarkFile joins the name of a file and the mark that tells it from others.
func MarkFile(name, mark string) string { return name + "_" + mark }

// assemble numbers the rules and writes all files.
func (m *Maker) assemble(made []*Artifact, opts *Options) *Pack {
	p := &Pack{Manifest: Manifest{Name: opts.Name, Product: m.Product, Sigproof: opts.Sigproof, Revision: opts.Revision}}
	entries := make([]Rule, len(made))
	for i, a := range made {
		entries[i] = m.entry(a)
	}
	var since *Manifest
	var changelog []byte
	if opts.Since != nil {
		since, changelog = &opts.Since.Manifest, opts.Since.File(ChangelogName)
	}
	version, changes := Number(entries, since)
	p.Manifest.Version, p.Manifest.Rules = version, entries
	for i, a := range made {
		a.Version = entries[i].Version
		p.Files = append(p.Files, File{m.Path(a), m.File(a)})
	}
	p.Files = append(p.Files, m.Whole(made)...)
	p.Files = append(p.Files, File{ChangelogName, Changelog(version, changes, changelog)})
	p.Seal()
	return p
}

// entry is what the manifest says of a rule; the version comes later.
func (m *Maker) entry(a *Artifact) Rule {
	return Rule{
		ID: DocumentID(a.Program.Doc), Title: a.Title, Artifact: a.ID, Kind: a.Kind,
		Rule: Hash(Source(Documents(a.Program))), Query: Hash([]byte(a.Query.Text)), Content: Hash(m.File(a)),
		Files: []string{m.Path(a)}, Limits: a.Limits, Suite: a.Suite, Forced: a.Forced,
	}
}

// VerifyQueries holds the queries of a pack, in the file that holds all and in
// that of each rule, against the hashes in its manifest: they are the ones that
// were replayed. Exported reads the objects of a file.
func VerifyQueries(p *Pack, whole string, exported func([]byte) ([]Object, error)) []error {
	objects, err := Whole(p, whole, exported)
	if err != nil {
		return []error{err}
	}
	var wrong []error
	hold := func(path string, o Object, r Rule) {
		if Hash([]byte(o.Field("query"))) != r.Query {
			wrong = append(wrong, fmt.Errorf("rule %s has another query in %s than the one that was replayed", r.ID, path))
		}
	}
	byID := map[string]Object{}
	for _, o := range objects {
		byID[o.ID] = o
	}
	for _, r := range p.Manifest.Rules {
		o, there := byID[r.Artifact]
		if !there {
			wrong = append(wrong, fmt.Errorf("rule %s is not in %s", r.ID, whole))
			continue
		}
		hold(whole, o, r)
		for _, path := range r.Files {
			own, err := exported(p.File(path))
			if err != nil || len(own) != 1 {
				wrong = append(wrong, fmt.Errorf("%s is not one rule of %s", path, p.Manifest.Product))
				continue
			}
			hold(path, own[0], r)
		}
	}
	return wrong
}

// Field gives the value of a field; empty if the object has none of that name.
func (o Object) Field(name string) string {
	for _, f := range o.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}
