// Package pack is what the packs for all products share: files with a manifest
// that says what they hold and how it was proved, in archives that are the same
// to the byte whenever they are made; versions and a changelog against the pack
// before; signatures; and the table of what a product runs otherwise.
//
// It knows no product and no language. What a rule is there, and how an export
// of it reads, a product's package says in Objects.
package pack

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// The files that every pack has. The signature is there if the pack is signed.
const (
	ManifestName  = "manifest.json"
	SignatureName = "manifest.json.minisig"
	ChangelogName = "CHANGELOG.md"
)

// A File of a pack. Its path has forward slashes.
type File struct {
	Path string
	Data []byte
}

// A Pack is a manifest and the files that it lists, ordered by path.
type Pack struct {
	Manifest  Manifest
	Files     []File
	Signature []byte // of the manifest as it is written; nil if there is none

	// Folder is the one that holds all files in an archive that a product
	// installs; empty in others.
	Folder string

	manifest []byte // as it was read
}

// A Manifest says what a pack holds. It lists all files but itself and its
// signature, so that a signature of it is one of the pack. Its own sum tells
// that it was changed where nobody signed.
type Manifest struct {
	Name     string `json:"name"`
	Product  string `json:"product"`
	Version  string `json:"version"`
	Sigproof string `json:"sigproof"`           // the version that made it
	Revision string `json:"revision,omitempty"` // of the rules; empty if it is not known
	Rules    []Rule `json:"rules"`
	Files    []Sum  `json:"files"`
	Sum      string `json:"sha256"` // of the manifest with this one empty
}

// A Rule is one document as the pack holds it.
type Rule struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Artifact string `json:"artifact"` // id or name in the product
	Kind     string `json:"kind"`     // as the product calls it
	Version  string `json:"version"`

	// Rule is the hash of the document with those that it refers to, Query of
	// the query's text, and Content of all that the product gets but for the
	// version.
	Rule    string `json:"rule_sha256"`
	Query   string `json:"query_sha256"`
	Content string `json:"content_sha256"`

	Files  []string `json:"files"` // that hold nothing else
	Limits []string `json:"limits,omitempty"`

	Suite  *Suite `json:"suite"`            // nil if the document has none
	Forced bool   `json:"forced,omitempty"` // packed though its suite fails
}

// A Suite is how the cases of a document went, on each engine.
type Suite struct {
	Cases   int      `json:"cases"`
	Engines []Engine `json:"engines"`
}

// Fails tells whether the suite does not pass on an engine.
func (s *Suite) Fails(engine string) bool {
	return s != nil && slices.ContainsFunc(s.Engines, func(e Engine) bool {
		return e.Name == engine && (e.Status == "fail" || e.Status == "error")
	})
}

// An Engine is the worst that a suite met on one engine: pass, unsupported,
// fail or error.
type Engine struct {
	Name   string `json:"name"`
	Status string `json:"status"`
}

// A Sum is the hash of a file.
type Sum struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int    `json:"size"`
}

// Hash is how manifests write the hash of data.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Seal orders the files of a pack and lists them in its manifest. Two files of
// one path, and a path that leads out, are mistakes of whoever made them.
func (p *Pack) Seal() {
	slices.SortFunc(p.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	p.Manifest.Files = nil
	seen := map[string]bool{}
	for _, f := range p.Files {
		if seen[strings.ToLower(f.Path)] {
			panic(fmt.Sprintf("pack: two files %s", f.Path))
		}
		if !staysIn(f.Path) {
			panic(fmt.Sprintf("pack: %q does not stay in the pack", f.Path))
		}
		seen[strings.ToLower(f.Path)] = true
		p.Manifest.Files = append(p.Manifest.Files, Sum{f.Path, Hash(f.Data), len(f.Data)})
	}
	p.Manifest = p.Manifest.read()
	p.Manifest.Sum = p.Manifest.sum()
	p.manifest = JSON(p.Manifest)
}

// read is the manifest as who reads it has it: JSON keeps no text that is not
// UTF-8.
func (m Manifest) read() Manifest {
	var out Manifest
	if err := json.Unmarshal(JSON(m), &out); err != nil {
		panic(fmt.Sprintf("pack: %v", err)) // it is ours
	}
	return out
}

// sum is the hash of the manifest but for its own.
func (m Manifest) sum() string {
	m.Sum = ""
	return Hash(JSON(m))
}

// JSON writes a value as packs do: indented, without HTML escapes, with a line
// break at the end.
func JSON(v any) []byte {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("pack: %v", err)) // values of ours, which all have a JSON
	}
	return []byte(b.String())
}

// File gives the data of a file; nil if the pack has none of that path.
func (p *Pack) File(path string) []byte {
	for _, f := range p.Files {
		if f.Path == path {
			return f.Data
		}
	}
	return nil
}

// all lists every file as it is written.
func (p *Pack) all() []File {
	files := append(slices.Clone(p.Files), File{ManifestName, p.manifest})
	if p.Signature != nil {
		files = append(files, File{SignatureName, p.Signature})
	}
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return files
}
