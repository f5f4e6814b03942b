package sumo

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
)

// Product is the name of the product that packs are for.
const Product = "sumo"

// everything is the folder that holds all searches, as Sumo Logic imports it.
const everything = "folder.json"

// A folder is content as Sumo Logic imports it.
type folder struct {
	Type        string        `json:"type"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Children    []savedSearch `json:"children"`
}

// A savedSearch is a search as Sumo Logic imports it. What is exported is one, or
// a folder, which has children.
type savedSearch struct {
	Type        string        `json:"type"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Search      *search       `json:"search,omitempty"`
	Schedule    *schedule     `json:"searchSchedule"` // null if it is run by hand
	Children    []savedSearch `json:"children,omitempty"`
}

type search struct {
	Query      string   `json:"queryText"`
	Range      string   `json:"defaultTimeRange"`
	ByReceipt  bool     `json:"byReceiptTime"`
	View       string   `json:"viewName"`
	ViewStart  string   `json:"viewStartTime"`
	Parameters []string `json:"queryParameters"`
	Parsing    string   `json:"parsingMode"`
}

const (
	searchType = "SavedSearchWithScheduleSyncDefinition"
	folderType = "FolderSyncDefinition"
)

// Build makes a pack of searches. What the language can't say is left out, with
// an error that says why.
func Build(programs []*ir.Program, e Emitter, opts *pack.Options) (*pack.Pack, []*sigma.Diagnostic) {
	m := &pack.Maker{
		Product: Product, Emitter: e, Engine: "sumo",
		Kind:  func(*pack.Artifact) string { return "Search" },
		Check: taken,
		Path:  func(a *pack.Artifact) string { return "searches/" + a.Name + ".json" },
		File:  func(a *pack.Artifact) []byte { return pack.JSON(saved(a)) },
		Whole: func(all []*pack.Artifact) []pack.File {
			f := folder{Type: folderType, Name: opts.Name, Description: "Made by sigproof", Children: []savedSearch{}}
			for _, a := range all {
				f.Children = append(f.Children, saved(a))
			}
			return []pack.File{{Path: everything, Data: pack.JSON(f)}}
		},
	}
	return m.Build(programs, opts)
}

// saved is the search of a rule. Single messages are looked at by when they came
// in, so that a schedule misses none that are late; what is counted, by when it
// was. Informational rules are not scheduled: they are for people who look.
func saved(a *pack.Artifact) savedSearch {
	schedule := of(a.Query.Schedule)
	s := savedSearch{
		Type: searchType, Name: a.Title, Description: a.Mark(),
		Search: &search{
			Query: a.Query.Text, Range: schedule.Range, ByReceipt: a.Program.Correlation == nil,
			ViewStart: "1970-01-01T00:00:00Z", Parameters: []string{}, Parsing: "Manual",
		},
	}
	if a.Program.Level != "informational" {
		s.Schedule = schedule
	}
	return s
}

// taken says what Sumo Logic would not schedule.
func taken(a *pack.Artifact) []*sigma.Diagnostic {
	if back := a.Query.Schedule.Period; back > longest {
		return []*sigma.Diagnostic{pack.Refuse(Product, a.Program.Doc, "period", "a run would look back over %s, and Sumo Logic takes 30 days: the timespan must be shorter", back)}
	}
	return nil
}

// Verify holds the searches of a pack against the hashes in its manifest.
func Verify(p *pack.Pack) []error { return pack.VerifyQueries(p, everything, Exported) }

// Objects gives the searches of a pack as a library should hold them.
func Objects(p *pack.Pack) ([]pack.Object, error) {
	return pack.Whole(p, everything, Exported)
}

// Exported reads content that was exported: a search, or a folder with what is
// below it.
func Exported(data []byte) ([]pack.Object, error) { return exports.Read(data) }

var exports = &pack.Export{
	Wants: "JSON of the content API's export: a folder with its children, or a search",
	Object: func(data json.RawMessage) ([]pack.Object, bool, error) {
		var content savedSearch
		if !strings.HasSuffix(pack.Text(pack.Keys(data)["type"]), "SyncDefinition") {
			return nil, false, nil
		}
		if err := pack.Decode(data, &content); err != nil {
			return nil, true, err
		}
		return content.objects(), true, nil
	},
}

// objects gives the searches of content, in order.
func (s *savedSearch) objects() []pack.Object {
	var out []pack.Object
	if s.Search != nil && s.Search.Query != "" {
		id, description := pack.Marked(lines(s.Description))
		out = append(out, pack.Object{ID: id, Title: s.Name, Fields: []pack.Field{
			{Name: "name", Value: s.Name}, {Name: "description", Value: description}, {Name: "query", Value: lines(s.Search.Query)},
			{Name: "schedule", Value: s.Schedule.String()},
		}})
	}
	for _, child := range s.Children {
		out = slices.Concat(out, child.objects())
	}
	return out
}

func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
