// Package queries writes what was compiled: as text, as lines of JSON, as a
// file each, or as the one text that a pipeline makes of all. It knows nothing
// of flags.
package queries

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/cmd/sigproof/bounded"
	"github.com/sigproof/sigproof/compiler/pipeline"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/display"
	"github.com/sigproof/sigproof/targets"
)

// A Query is one document in one language, or what kept it from that.
type Query struct {
	Path     string         // of its file
	Tree     string         // of its file, below the folder that was named
	Doc      sigma.Document // nil for a file that holds none, since its YAML can't be read
	Language string
	Log      string
	Query    *targets.Query // nil if there is none
	Silent   bool           // part of a correlation's query
	Diags    []*sigma.Diagnostic

	// Outside is an error in no rule file: in a pipeline, which may be what
	// keeps the document from compiling. Nil if there is none.
	Outside *sigma.Diagnostic
}

// Failure is the first error of a document that did not compile.
func (q *Query) Failure() *sigma.Diagnostic {
	for _, d := range q.Diags {
		if d.Severity == sigma.Error {
			return d
		}
	}
	if q.Query != nil || q.Doc == nil { // a file of comments alone is no failure
		return nil
	}
	head := q.Doc.Info()
	what := "a document that it names, or a filter"
	if o := q.Outside; o != nil {
		what = fmt.Sprintf("%s:%s: %s", o.File.Name, o.File.Position(o.At.Start), o.Message)
	}
	return &sigma.Diagnostic{
		Code: "document/input", Severity: sigma.Error, File: head.File, At: q.Doc.Span(),
		Message: fmt.Sprintf("%q is built on what has errors: %s", head.Label(), what),
	}
}

// text is the query without the line break at its end.
func (q *Query) text() string { return strings.TrimSuffix(q.Query.Text, "\n") }

// Watched gives the queries as they are, and adds to failed what is said of
// documents that did not compile.
func Watched(all iter.Seq[Query], failed *[]*sigma.Diagnostic) iter.Seq[Query] {
	return func(yield func(Query) bool) {
		for q := range all {
			if d := q.Failure(); d != nil {
				*failed = append(append(*failed, q.Diags...), d)
			}
			if !yield(q) {
				return
			}
		}
	}
}

// Text writes the queries for people. Several have a comment each that names
// the document.
func Text(w io.Writer, all iter.Seq[Query]) error {
	var last *Query // that is not written yet: is it the only one?
	comments := false
	for q := range all {
		if last != nil {
			comments = true
			if _, err := io.WriteString(w, last.paragraph(comments, "\n")); err != nil {
				return err
			}
		}
		last = &q
	}
	if last == nil {
		return nil
	}
	_, err := io.WriteString(w, last.paragraph(comments, ""))
	return err
}

// paragraph is the query for people, with what stands below it.
func (q *Query) paragraph(comments bool, below string) string {
	switch {
	case q.Query == nil:
		return ""
	case comments:
		return comment(q.Language, q.Doc.Info().Label()) + "\n" + q.text() + "\n" + below
	}
	return q.text() + "\n" + below
}

// comment writes a line that the language skips.
func comment(language, text string) string {
	text = display.Line(text)
	if language == "spl" {
		return "``` " + strings.ReplaceAll(text, "```", "") + " ```"
	}
	return "// " + text
}

// Final writes one text of the queries of each language, as the pipeline makes
// it. Rules that report only through a correlation are part of its query.
func Final(w io.Writer, all iter.Seq[Query], p *pipeline.Pipeline) ([]*sigma.Diagnostic, error) {
	texts := map[string][]string{}
	var languages []string
	for q := range all {
		if !slices.Contains(languages, q.Language) {
			languages = append(languages, q.Language)
		}
		if q.Query != nil && !q.Silent {
			texts[q.Language] = append(texts[q.Language], q.Query.Text)
		}
	}
	var diags []*sigma.Diagnostic
	for _, language := range languages {
		text, wrong := p.Finalize(language, texts[language])
		if len(wrong) > 0 {
			diags = append(diags, wrong...)
			continue
		}
		if _, err := fmt.Fprintln(w, strings.TrimSuffix(text, "\n")); err != nil {
			return diags, err
		}
	}
	return diags, nil
}

// A line of `compile --format jsonl`.
type line struct {
	Path   string     `json:"path"`
	Doc    int        `json:"doc"`
	ID     string     `json:"id"`
	Title  string     `json:"title"`
	Target string     `json:"target"`
	Log    string     `json:"log,omitempty"`
	Query  *string    `json:"query,omitempty"`
	Error  *lineError `json:"error,omitempty"`
	Limits []string   `json:"limits,omitempty"`
}

type lineError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
}

// JSON writes a line for each document and language.
func JSON(w io.Writer, all iter.Seq[Query]) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for q := range all {
		if q.Doc == nil && q.Failure() == nil {
			continue
		}
		if err := enc.Encode(q.line()); err != nil {
			return err
		}
	}
	return nil
}

func (q *Query) line() *line {
	out := &line{Path: q.Path, Target: q.Language, Log: q.Log}
	if q.Doc != nil {
		head := q.Doc.Info()
		out.Doc, out.ID, out.Title = head.Index, head.ID.Value, head.Title.Value
	}
	if d := q.Failure(); d != nil {
		at := d.File.Position(d.At.Start)
		out.Log = ""
		out.Error = &lineError{d.Code, d.Message, at.Line, at.Column}
		return out
	}
	out.Query = &q.Query.Text
	for _, l := range q.Query.Limits {
		out.Limits = append(out.Limits, l.Code)
	}
	return out
}

// Folder writes a file a query, in the tree of the input. Two that would be one
// file are refused.
func Folder(dir string, all iter.Seq[Query]) error {
	written := map[string]string{} // where from, by path folded: file systems differ in that
	for q := range all {
		if q.Query == nil {
			continue
		}
		name := q.fileName()
		if other, ok := written[strings.ToLower(name)]; ok {
			return fmt.Errorf("%s would hold a query of %s and one of %s; a folder above both keeps them apart, or another name", filepath.Join(dir, name), other, q.Path)
		}
		written[strings.ToLower(name)] = q.Path
		if err := bounded.WriteBelow(dir, name, []byte(q.text()+"\n")); err != nil {
			return err
		}
	}
	return nil
}

// endings are of the files that Folder writes. Queries of Defender are KQL too.
var endings = map[string]string{"xdr": ".xdr.kql"}

// fileName is the rule's path with the language's ending; documents of one
// file are numbered from the second on.
func (q *Query) fileName() string {
	name := strings.TrimSuffix(q.Tree, filepath.Ext(q.Tree))
	if n := q.Doc.Info().Index; n > 0 {
		name = fmt.Sprintf("%s.%d", name, n)
	}
	return name + cmp.Or(endings[q.Language], "."+q.Language)
}
