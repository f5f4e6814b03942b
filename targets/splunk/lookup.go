package splunk

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/targets/pack"
)

// A Lookup is a list of values under the name of their placeholder.
type Lookup struct {
	Name   string
	Values []string
}

// A Role is a privileged one: of the directory, or of Azure's resources.
type Role struct {
	ID, Name, Scope string
}

// rolesName is that of the lookup of roles. A list of values that a site gives
// under this name takes its place.
const rolesName = prefix + "privileged_roles"

// A table is a lookup as an app has it: a file, and a stanza of the same name.
type table struct {
	name string
	rows [][]string // the first one names the columns
}

// tablesOf lists the tables that rules have a use for.
func tablesOf(rules []*rule, opts *Options) []table {
	var names []string
	var out []table
	for _, l := range opts.Lookups {
		if slices.ContainsFunc(rules, func(r *rule) bool { return pack.Names(r.documents, l.Name) }) {
			names = append(names, l.Name)
			out = append(out, table{rows: valueRows(l)})
		}
	}
	for i, name := range pack.Distinct(names, nameForm) {
		out[i].name = prefix + name
	}
	named := func(r Role) bool {
		return slices.ContainsFunc(rules, func(x *rule) bool {
			source := pack.Source(x.documents)
			return bytes.Contains(source, []byte(r.ID)) || bytes.Contains(source, []byte(r.Name))
		})
	}
	taken := slices.ContainsFunc(out, func(t table) bool { return strings.EqualFold(t.name, rolesName) })
	if slices.ContainsFunc(opts.Roles, named) && !taken {
		out = append(out, table{rolesName, roleRows(opts.Roles)})
	}
	return out
}

var nameForm = regexp.MustCompile(`[^A-Za-z0-9_]`)

// valueRows are the values of a list, each once.
func valueRows(l Lookup) [][]string {
	rows := [][]string{{"value", "list"}}
	var seen []string
	for _, v := range l.Values {
		if !slices.Contains(seen, v) {
			seen = append(seen, v)
			rows = append(rows, []string{v, l.Name})
		}
	}
	return rows
}

func roleRows(roles []Role) [][]string {
	rows := [][]string{{"role_id", "role_name", "scope"}}
	for _, r := range roles {
		rows = append(rows, []string{r.ID, r.Name, r.Scope})
	}
	return rows
}

func (t table) csv() []byte {
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(t.rows); err != nil {
		panic(err) // a buffer takes all
	}
	return b.Bytes()
}

// transforms name the tables for searches.
func (a *app) transforms() []byte {
	var out []stanza
	for _, t := range a.tables {
		s := stanza{name: t.name}
		s.set("filename", t.name+".csv")
		s.set("case_sensitive_match", "0")
		s.set("max_matches", "1")
		out = append(out, s)
	}
	return conf(out...)
}
