package sentinel

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/mitre"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/kql/kqleval"
	"github.com/sigproof/sigproof/targets/pack"
)

// A rule is a document as Sentinel has it, whatever file it is written to.
type rule struct {
	doc       sigma.Document
	documents []sigma.Document // with those that it refers to
	kind      string
	id        string // in Sentinel
	name      string // of its files

	title, description, severity string
	tactics, techniques          []string
	connectors                   []connector
	query                        string
	schedule                     targets.Schedule
	entities                     []entity
	details                      []detail
	display                      string // format of an alert's name; empty if it is the title
	limits                       []string

	suite   *pack.Suite
	forced  bool
	version string
}

// newRule makes the rule of a program and its query.
func newRule(p *ir.Program, q *targets.Query, kind string) (*rule, error) {
	head := p.Doc.Info()
	r := &rule{
		doc: p.Doc, documents: pack.Documents(p), kind: kind, id: artifactID(pack.DocumentID(p.Doc)), name: pack.FileName(head.Label()),
		title: pack.OneLine(head.Label()), description: pack.Describe(p.Doc), severity: severity(p.Level),
		query: q.Text, schedule: q.Schedule,
	}
	for _, l := range q.Limits {
		if !slices.Contains(r.limits, l.Code) {
			r.limits = append(r.limits, l.Code)
		}
	}
	r.tactics, r.techniques = mitre.Attack(texts(head.Tags))
	columns, err := resultOf(p, q.Text)
	if err != nil {
		return nil, err
	}
	r.connect(p)
	if p.Correlation != nil {
		r.showGroups(p.Correlation, columns)
	} else if v := viewOf(p.Log); v != nil {
		r.show(v, columns)
	}
	return r, nil
}

func texts(list []sigma.Text) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.Value
	}
	return out
}

// resultOf gives the columns of a query's result, with their types.
func resultOf(p *ir.Program, text string) ([]kqleval.Column, error) {
	tables := kqleval.Schema{}
	for _, log := range pack.Logs(p) {
		columns := []kqleval.Column{{Name: kqleval.IngestionColumn, Type: kqleval.TDateTime}}
		for _, c := range log.KQL.Columns {
			t, _ := kqleval.ParseType(c.Type)
			columns = append(columns, kqleval.Column{Name: c.Name, Type: t})
		}
		tables[log.KQL.Name] = columns
	}
	q, err := kqleval.Parse(text)
	if err != nil {
		return nil, err
	}
	plan, err := q.Bind(tables)
	if err != nil {
		return nil, err
	}
	return plan.Columns(), nil
}

// connect names the connectors of the tables that the query reads.
func (r *rule) connect(p *ir.Program) {
	for _, log := range pack.Logs(p) {
		v := viewOf(log)
		if v == nil || v.connector.ID == "" {
			continue
		}
		i := slices.IndexFunc(r.connectors, func(c connector) bool { return c.ID == v.connector.ID })
		if i < 0 {
			r.connectors = append(r.connectors, v.connector)
		} else {
			r.connectors[i].DataTypes = slices.Concat(r.connectors[i].DataTypes, v.connector.DataTypes)
		}
	}
}

// show maps the columns of a log's rows that the result has.
func (r *rule) show(v *view, columns []kqleval.Column) {
	for _, e := range v.entities {
		kept := entity{Type: e.Type}
		for _, f := range e.Fields {
			if has(columns, f.Column, kqleval.TString) {
				kept.Fields = append(kept.Fields, f)
			}
		}
		if len(kept.Fields) > 0 {
			r.entities = append(r.entities, kept)
		}
	}
	for _, d := range v.details {
		if has(columns, d.column, kqleval.TString, kqleval.TInt, kqleval.TLong, kqleval.TBool, kqleval.TDateTime) {
			r.details = append(r.details, d)
		}
	}
	if format := r.title + ": {{" + v.who + "}}"; v.who != "" && has(columns, v.who, kqleval.TString) &&
		len(format) <= maxName && !strings.Contains(r.title, "{{") {
		r.display = format
	}
}

// showGroups maps the columns of a correlation's result: its groups, and the
// event that completes it. An entity has each identifier once: a second group
// that would be the same is a detail.
func (r *rule) showGroups(c *ir.Correlation, columns []kqleval.Column) {
	of := map[string]int{} // entities by whom they are of
	for _, g := range c.GroupBy {
		column := kql.Column(g.Name)
		if !has(columns, column, kqleval.TString) {
			continue
		}
		field := g.Fields[0].Name
		i := slices.IndexFunc(groupEntities, func(e struct{ field, of, entity, identifier string }) bool { return e.field == field })
		if i < 0 {
			r.addDetail(column, column)
			continue
		}
		e := groupEntities[i]
		n, known := of[e.of]
		if known && slices.ContainsFunc(r.entities[n].Fields, func(f identifier) bool { return f.Identifier == e.identifier }) {
			r.addDetail(column, column)
			continue
		}
		if !known {
			n = len(r.entities)
			of[e.of] = n
			r.entities = append(r.entities, entity{Type: e.entity})
		}
		r.entities[n].Fields = append(r.entities[n].Fields, identifier{e.identifier, column})
	}
	if has(columns, "Id", kqleval.TString) {
		r.addDetail("LastEvent", "Id")
	}
}

// addDetail adds a detail under a key that no other has, while Sentinel takes
// one more.
func (r *rule) addDetail(name, column string) {
	key := detailKey(name)
	if key == "" || !detailColumnForm.MatchString(column) || len(r.details) == maxDetails {
		return
	}
	taken := func(d detail) bool { return strings.EqualFold(d.key, key) }
	for n := 2; slices.ContainsFunc(r.details, taken); n++ {
		key = detailKey(name)
		number := strconv.Itoa(n)
		key = key[:min(len(key), maxDetailKey-len(number))] + number
	}
	r.details = append(r.details, detail{key, column})
}

// detailKey is a key that Sentinel takes; empty if a name gives none.
func detailKey(name string) string {
	key := name[:min(len(name), maxDetailKey)]
	if !detailKeyForm.MatchString(key) {
		return ""
	}
	return key
}

func has(columns []kqleval.Column, name string, types ...kqleval.Type) bool {
	return slices.ContainsFunc(columns, func(c kqleval.Column) bool { return c.Name == name && slices.Contains(types, c.Type) })
}
