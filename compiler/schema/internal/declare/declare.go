// Package declare reads the declarations of logs in logs/*.yml. Package schema
// does not read them when a program starts, as that takes as long as compiling
// a hundred rules: go generate writes them down as Go, and a test sees to it
// that both say the same.
package declare

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/sigproof/sigproof/compiler/schema"
)

//go:embed logs/*.yml
var files embed.FS

// order is the order of the logs: of two that serve a logsource as closely,
// or that an event may be of, the first one is meant.
var order = []string{
	"entra_audit", "entra_signin", "activity", "tenant_activity", "pim_alert", "pim_policy",
	"m365_audit", "risk_detection", "workload_risk", "keyvault_audit",
	"aws_cloudtrail", "gcp_audit", "okta", "github_audit", "kubernetes_audit",
	"onelogin", "opencanary", "bitbucket_audit", "office_activity",
	"windows_sysmon", "windows_security", "windows_event", "windows_xml_sysmon", "windows_xml_event",
	"linux_sysmon", "linux_auditd", "linux_syslog",
	"webserver", "proxy", "dns", "firewall", "fortigate_event", "network_syslog",
	"zeek_http", "zeek_dns", "zeek_smb_files", "zeek_dce_rpc", "zeek_kerberos", "zeek_rdp", "zeek_x509",
	"xdr_process", "xdr_network", "xdr_file", "xdr_registry", "xdr_image", "xdr_event", "xdr_logon",
	"cim_web", "cim_dns", "cim_network", "cim_malware", "cim_process", "cim_file", "cim_registry",
}

// Logs reads all declarations.
func Logs() ([]*schema.Log, error) {
	var logs []*schema.Log
	for _, name := range order {
		data, err := files.ReadFile("logs/" + name + ".yml")
		if err != nil {
			return nil, err
		}
		l, err := parse(data, logs)
		if err != nil {
			return nil, fmt.Errorf("logs/%s.yml: %w", name, err)
		}
		logs = append(logs, l)
	}
	return logs, nil
}

// A logFile is a log as logs/*.yml declare it.
type logFile struct {
	Name, Title, Doc string
	Like             string // a log whose fields, lists, aliases and shapes it shares
	Fielded          string // a log whose fields it shares, and whose sources if it names none
	Origin           string // of the fields that name none
	Where            where  // holds for every source
	Sources          []*servingFile
	Time, ID         string
	Table            string // of Log Analytics
	Columns          string // a line each: name, type, and the path that it holds
	Parts            []schema.Part
	Macro            string
	Sourcetypes      []string // of Splunk, whose fields are those of a shape of another one
	Find             string   // what narrows the sourcetypes
	Extracted        bool     // by Splunk's add-on: the fields
	Prefixes         []schema.Alias
	Aliases          []aliasFile
	Fields           []*fieldFile
	Lists            []*listFile
	Shapes           []*shapeFile
}

type servingFile struct {
	Product, Service, Category string

	Where where
	Names map[string]string // what rules say: what the log says, or several of it
}

type fieldFile struct {
	Name, Doc, Origin string

	Type     schema.Type
	Path     string
	Aliases  map[string][]string // by origin
	First    []string
	Computed bool
	Join     []string // texts with {a field} each
	With     string   // between them
	Starts   where    // beginnings for which words stand
	Of       string   // the field for whose values words are
	Kind     string   // the field that tells what of holds, if words are for its values
	Words    where
	Find     string // finds the part of the text of a field
	Put      string // a text with the part where %s stands
	Unquote  bool
	Open     bool
	Control  string
}

type listFile struct {
	Name, By, Value, Doc string
	Map                  bool
	Fields               []*fieldFile
	Lists                []*listFile
}

type aliasFile struct {
	Name, For, Origin, Warn string
}

type shapeFile struct {
	Name, Title, Sourcetype, Base, Form, Times string

	Table, Text, Computed bool

	Like  string // a shape of the log that this one is, but for what it says itself
	Under string // where that one stands in it

	Moved []addressFile
	Lacks []string
	Marks []markFile
	Fixed []schema.Fixed
}

type addressFile struct {
	Path       string
	At, Copies []string
	Times      string
	Type       schema.Type
}

type markFile struct {
	At     []string
	Is     []string
	Absent bool
}

// parse reads the declaration of a log. Logs that it is like are among known.
func parse(data []byte, known []*schema.Log) (*schema.Log, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	var f logFile
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	l, err := f.log(known)
	if err != nil {
		return nil, fmt.Errorf("log %s: %w", f.Name, err)
	}
	return l, nil
}

func (f *logFile) log(known []*schema.Log) (*schema.Log, error) {
	l, err := f.begun(known)
	if err != nil {
		return nil, err
	}
	l.Name, l.Title, l.Doc, l.Sources = f.Name, f.Title, f.Doc, f.servings(l.Sources)
	l.Time, l.ID = or(f.Time, l.Time), or(f.ID, l.ID)
	l.KQL = schema.Table{Name: f.Table, Parts: f.Parts}
	l.SPL.Macro, l.SPL.Find, l.SPL.Fields = or(f.Macro, l.SPL.Macro), or(f.Find, l.SPL.Find), f.Extracted || l.SPL.Fields
	l.Prefixes = append(l.Prefixes, f.Prefixes...)
	l.Fields = f.fields(l.Fields)
	l.Lists = lists(f.Lists, l.Lists)
	for _, err := range []error{f.derive(l), f.columns(l), f.shapes(l), checkNames(l), check(l), f.aliases(l), checkAliases(l)} {
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}

// begun is a log with what it shares with another one.
func (f *logFile) begun(known []*schema.Log) (*schema.Log, error) {
	name := or(f.Like, f.Fielded)
	if name == "" {
		return &schema.Log{}, nil
	}
	i := slices.IndexFunc(known, func(l *schema.Log) bool { return l.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("no log %q to be like", name)
	}
	l := *known[i]
	if f.Like == "" {
		return &schema.Log{Sources: l.Sources, Time: l.Time, ID: l.ID, Fields: l.Fields}, nil
	}
	l.Aliases, l.Shapes = nil, withoutTables(l.Shapes)
	return &l, nil
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func withoutTables(shapes []*schema.Shape) []*schema.Shape {
	return slices.DeleteFunc(slices.Clone(shapes), func(s *schema.Shape) bool { return s.Table })
}

// fields makes the fields of the log; their origin is the log's if they have
// none of their own.
func (f *logFile) fields(inherited []*schema.Field) []*schema.Field {
	for _, own := range f.Fields {
		own.Origin = or(own.Origin, f.Origin)
	}
	return fields(f.Fields, inherited)
}

// fields makes fields; those of the log that this one is like stand before
// them, but for those that are declared anew.
func fields(own []*fieldFile, inherited []*schema.Field) []*schema.Field {
	out := slices.DeleteFunc(slices.Clone(inherited), func(f *schema.Field) bool {
		return slices.ContainsFunc(own, func(o *fieldFile) bool { return o.Name == f.Name })
	})
	for _, f := range own {
		out = append(out, f.field())
	}
	return out
}

func (f *fieldFile) field() *schema.Field {
	out := &schema.Field{
		Name: f.Name, Type: f.Type, Doc: f.Doc, Origin: f.Origin, Computed: f.Computed, Unquote: f.Unquote, Open: f.Open, Control: f.Control,
		Made: f.made(),
	}
	out.Computed = out.Computed || out.Made != nil
	if out.Type == "" {
		out.Type = schema.String
	}
	if f.First == nil {
		out.Path = schema.Keys(or(f.Path, f.Name))
	}
	for _, origin := range sorted(f.Aliases) {
		for _, name := range f.Aliases[origin] {
			out.Aliases = append(out.Aliases, schema.Alias{Name: name, For: f.Name, Origin: origin})
		}
	}
	return out
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func lists(own []*listFile, inherited []*schema.List) []*schema.List {
	out := slices.Clone(inherited)
	for _, l := range own {
		out = append(out, &schema.List{
			Name: l.Name, By: l.By, Map: l.Map, Value: l.Value, Doc: l.Doc,
			Fields: fields(l.Fields, nil), Lists: lists(l.Lists, nil),
		})
	}
	return out
}

// derive finds the paths of derived fields, which are written as rules write
// them.
func (f *logFile) derive(l *schema.Log) error {
	for _, own := range f.Fields {
		if own.First == nil {
			continue
		}
		field := fieldOf(l, own.Name)
		for _, name := range own.First {
			r := canonical(l, name)
			switch {
			case r != nil && r.Path != nil:
				field.First = append(field.First, r.Path)
			case strings.Contains(name, ".["):
				field.First = append(field.First, schema.Keys(name))
			default:
				return fmt.Errorf("field %s: no path %q", own.Name, name)
			}
		}
	}
	return nil
}

func fieldOf(l *schema.Log, name string) *schema.Field {
	for _, f := range l.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

func (f *logFile) columns(l *schema.Log) error {
	for line := range strings.Lines(f.Columns) {
		w := strings.Fields(line)
		if len(w) < 2 || len(w) > 4 {
			return fmt.Errorf("column %q: write a name, a type, a path and a form", strings.TrimSpace(line))
		}
		c := schema.Column{Name: w[0], Type: w[1]}
		if len(w) > 2 {
			c.From = w[2]
		}
		if len(w) > 3 {
			c.Form = w[3]
		}
		if column, key, inside := strings.Cut(c.Name, "."); inside {
			l.KQL.Parts = append(l.KQL.Parts, schema.Part{Column: column, Key: key, From: c.From})
			continue
		}
		l.KQL.Columns = append(l.KQL.Columns, c)
	}
	return nil
}

func (f *logFile) shapes(l *schema.Log) error {
	for _, own := range f.Shapes {
		s, err := own.shape(l)
		if err != nil {
			return fmt.Errorf("shape %s: %w", own.Name, err)
		}
		l.Shapes = append(l.Shapes, s)
	}
	l.SPL.Sourcetypes = f.Sourcetypes
	for _, s := range l.Shapes {
		if s.Sourcetype != "" && !slices.Contains(l.SPL.Sourcetypes, s.Sourcetype) {
			l.SPL.Sourcetypes = append(l.SPL.Sourcetypes, s.Sourcetype)
		}
	}
	return nil
}

func (f *shapeFile) shape(l *schema.Log) (*schema.Shape, error) {
	s := &schema.Shape{}
	if f.Like != "" {
		like := l.Shape(f.Like)
		if like == nil {
			return nil, fmt.Errorf("no shape %q to be like", f.Like)
		}
		s = under(like, f.Under)
		s.Sourcetype = ""
	}
	s.Name, s.Title, s.Sourcetype = f.Name, or(f.Title, s.Title), f.Sourcetype
	s.Base, s.Form, s.Times = or(f.Base, s.Base), or(f.Form, s.Form), or(f.Times, s.Times)
	s.Table, s.Text, s.Computed = f.Table || s.Table, f.Text || s.Text, f.Computed || s.Computed
	for _, a := range f.Moved {
		s.Moved = append(s.Moved, schema.Address(a))
	}
	for _, m := range f.Marks {
		s.Marks = append(s.Marks, schema.Mark(m))
	}
	s.Lacks, s.Fixed = append(s.Lacks, f.Lacks...), append(slices.Clone(f.Fixed), s.Fixed...)
	return s, nil
}

// under copies a shape to where it stands in a wrapper.
func under(s *schema.Shape, at string) *schema.Shape {
	out := *s
	if at == "" {
		out.Moved, out.Marks, out.Fixed = slices.Clone(s.Moved), slices.Clone(s.Marks), slices.Clone(s.Fixed)
		out.Lacks = slices.Clone(s.Lacks)
		return &out
	}
	below := func(addresses []string) []string {
		var moved []string
		for _, a := range addresses {
			moved = append(moved, at+"."+a)
		}
		return moved
	}
	out.Base = strings.TrimSuffix(at+"."+s.Base, ".")
	out.Moved, out.Marks, out.Fixed = nil, nil, nil
	for _, a := range s.Moved {
		a.At, a.Copies = below(a.At), below(a.Copies)
		out.Moved = append(out.Moved, a)
	}
	for _, m := range s.Marks {
		m.At = below(m.At)
		out.Marks = append(out.Marks, m)
	}
	for _, f := range s.Fixed {
		f.At = at + "." + f.At
		out.Fixed = append(out.Fixed, f)
	}
	out.Lacks = slices.Clone(s.Lacks)
	return &out
}

// aliases gathers every other spelling, the declared ones first: of two that
// are alike the first one counts.
func (f *logFile) aliases(l *schema.Log) error {
	seen := map[string]string{}
	add := func(a schema.Alias) {
		if seen[a.Name] == "" && a.Name != a.For && !declared(l, a.Name) {
			seen[a.Name] = a.For
			l.Aliases = append(l.Aliases, a)
		}
	}
	own := make([]schema.Alias, 0, len(f.Aliases))
	for _, a := range f.Aliases {
		own = append(own, schema.Alias{Name: a.Name, For: a.For, Origin: a.Origin, Warn: a.Warn})
	}
	for _, field := range l.Fields {
		own = append(own, field.Aliases...)
	}
	for _, a := range own {
		if known := seen[a.Name]; known != "" && known != a.For {
			return fmt.Errorf("alias %s stands for %s and for %s", a.Name, known, a.For)
		}
		add(a)
	}
	for _, c := range l.KQL.Columns {
		if c.From != "" && c.From != schema.Rest {
			add(schema.Alias{Name: c.Name, For: c.From, Origin: "Log Analytics"})
		}
	}
	for _, s := range l.Shapes {
		for _, m := range s.Moved {
			for _, at := range append(slices.Clone(m.At), m.Copies...) {
				add(schema.Alias{Name: at, For: m.Path, Origin: s.Title})
			}
		}
	}
	return nil
}

func declared(l *schema.Log, name string) bool { return canonical(l, name) != nil }

// canonical finds a name that is written as the log declares it.
func canonical(l *schema.Log, name string) *schema.Ref {
	if r := l.Resolve(name); r != nil && r.Alias == nil {
		return r
	}
	return nil
}
