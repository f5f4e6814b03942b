package pack

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// DocumentID identifies a document over time. One without an id is known by
// its title.
func DocumentID(d sigma.Document) string {
	return strings.ToLower(cmp.Or(d.Info().ID.Value, d.Info().Label()))
}

// Apart leaves out the programs that a product can't tell from one before: it
// knows what they become by the ids of their documents.
func Apart(product string, programs []*ir.Program) ([]*ir.Program, []*sigma.Diagnostic) {
	var out []*ir.Program
	var diags []*sigma.Diagnostic
	first := map[string]sigma.Document{}
	for _, p := range programs {
		id := DocumentID(p.Doc)
		if before := first[id]; before != nil && !p.Silent {
			diags = append(diags, Refuse(product, p.Doc, "id", "%q is the id of a rule of %s too (or its title, which stands for one); each rule of a pack needs an id of its own",
				id, before.Info().File.Name))
			continue
		}
		if !p.Silent {
			first[id] = p.Doc
		}
		out = append(out, p)
	}
	return out, diags
}

// OneLine puts a text on one line.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Documents lists the documents that a program is made of, each once.
func Documents(p *ir.Program) []sigma.Document {
	docs := []sigma.Document{p.Doc}
	if p.Correlation == nil {
		return docs
	}
	for _, in := range p.Correlation.Inputs {
		for _, d := range Documents(in.Program) {
			if !slices.Contains(docs, d) {
				docs = append(docs, d)
			}
		}
	}
	return docs
}

// placeholderForm is that of the names that stand between percent signs.
var placeholderForm = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// Names tells whether documents name a placeholder. Values may be given to
// names that are none: no document has those.
func Names(docs []sigma.Document, placeholder string) bool {
	return placeholderForm.MatchString(placeholder) && bytes.Contains(Source(docs), []byte("%"+placeholder+"%"))
}

// Distinct gives names as a product takes them: what it does not take in one
// becomes an underscore. Those that would be one, in a product or a folder where
// case does not count, end with a mark that depends on nothing but the name.
func Distinct(names []string, untaken *regexp.Regexp) []string {
	out := make([]string, len(names))
	count := map[string]int{}
	for i, name := range names {
		out[i] = untaken.ReplaceAllString(name, "_")
		count[strings.ToLower(out[i])]++
	}
	for i, name := range names {
		if count[strings.ToLower(out[i])] > 1 {
			out[i] += "_" + Hash([]byte(name))[:8]
		}
	}
	return out
}

// TellApart tells names apart that are one, in a product or a folder where case does
// not count: each gets the mark of its rule, or only the beginning of it if that
// will do. A name that another one would become gets its mark too. The names do
// not depend on their order.
func TellApart(names, marks []string, join func(name, mark string) string) []string {
	out := slices.Clone(names)
	for length := shortMark; ; length = math.MaxInt {
		count := map[string]int{}
		for _, name := range out {
			count[strings.ToLower(name)]++
		}
		changed := false
		for i, name := range out {
			if count[strings.ToLower(name)] > 1 {
				out[i] = join(names[i], marks[i][:min(length, len(marks[i]))])
				changed = changed || out[i] != name
			}
		}
		if !changed {
			return out
		}
	}
}

// shortMark is how much of a mark tells names apart if nobody means harm.
const shortMark = 8

// Source is the text of documents, one after the other.
func Source(docs []sigma.Document) []byte {
	var b bytes.Buffer
	for _, d := range docs {
		at := d.Span()
		b.Write(d.Info().File.Src[at.Start:at.End])
		b.WriteByte(0)
	}
	return b.Bytes()
}

// Logs lists the logs that a program reads, each once.
func Logs(p *ir.Program) []*schema.Log {
	if p.Correlation == nil {
		return []*schema.Log{p.Log}
	}
	var logs []*schema.Log
	for _, in := range p.Correlation.Inputs {
		for _, log := range Logs(in.Program) {
			if !slices.Contains(logs, log) {
				logs = append(logs, log)
			}
		}
	}
	return logs
}

// Describe is what analysts read: what the document finds, what else may look
// like it, and where it comes from.
func Describe(d sigma.Document) string {
	head := d.Info()
	parts := []string{OneLine(cmp.Or(OneLine(head.Description.Value), head.Label()))}
	if len(head.FalsePositives) > 0 {
		lines := "False positives:"
		for _, t := range head.FalsePositives {
			lines += "\n- " + OneLine(t.Value)
		}
		parts = append(parts, lines)
	}
	if guide := guideOf(head); guide != "" {
		parts = append(parts, guide)
	}
	return strings.Join(append(parts, "Sigma rule "+DocumentID(d)+"."), "\n\n")
}

// guideOf says which monitored items of a guide the document answers to: its
// attribute "guide".
func guideOf(head *sigma.Head) string {
	for _, e := range head.Custom {
		m, ok := e.Data.(*sigma.Map)
		if e.Key.Value != "guide" || !ok {
			continue
		}
		items := []sigma.Data{m.Get("item")}
		if list, ok := items[0].(*sigma.List); ok {
			items = list.Of
		}
		var numbers []string
		for _, i := range items {
			numbers = append(numbers, scalar(i))
		}
		return fmt.Sprintf("Monitored item %s of the guide (%s), risk %s.", strings.Join(numbers, " and "), scalar(m.Get("section")), scalar(m.Get("risk")))
	}
	return ""
}

func scalar(d sigma.Data) string {
	if s, ok := d.(*sigma.Scalar); ok {
		return s.Text.Value
	}
	return ""
}

// String tells in a few words how a suite went.
func (s *Suite) String() string {
	if s == nil {
		return "none"
	}
	parts := []string{fmt.Sprintf("%d cases", s.Cases)}
	for _, e := range s.Engines {
		parts = append(parts, e.Name+" "+e.Status)
	}
	return strings.Join(parts, ", ")
}
