package declare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/schema"
)

var (
	fieldTypes  = []schema.Type{schema.Any, schema.String, schema.Number, schema.Bool, schema.Time, schema.Object}
	columnTypes = []string{"bool", "datetime", "dynamic", "int", "long", "real", "string"}
	forms       = map[string][]string{"string": {"xml", "pairs", "extensions"}, "dynamic": {""}}
	timeFormats = []string{"", "z", "offset", "bare", "us", "ms", "s"}
)

// checkNames looks for names that are declared twice, and for types that there
// are not.
func checkNames(l *schema.Log) error {
	for _, err := range []error{checkFields(l.Fields), checkLists(l.Lists), checkServings(l), checkMade(l)} {
		if err != nil {
			return err
		}
	}
	return nil
}

func checkFields(fields []*schema.Field) error {
	seen := map[string]bool{}
	for _, f := range fields {
		if seen[f.Name] {
			return fmt.Errorf("field %s is declared twice", f.Name)
		}
		seen[f.Name] = true
		if !slices.Contains(fieldTypes, f.Type) {
			return fmt.Errorf("field %s: no type %q", f.Name, f.Type)
		}
		if f.Open && (f.Type != schema.Object || f.Path == nil) {
			return fmt.Errorf("field %s: only an object of the event can be open", f.Name)
		}
		if f.Doc == "" {
			return fmt.Errorf("field %s: no doc", f.Name)
		}
	}
	return nil
}

func checkLists(lists []*schema.List) error {
	for _, list := range lists {
		if err := checkFields(list.Fields); err != nil {
			return fmt.Errorf("list %s: %w", list.Name, err)
		}
		if err := checkLists(list.Lists); err != nil {
			return fmt.Errorf("list %s: %w", list.Name, err)
		}
	}
	return nil
}

// check holds what tables and shapes say against the fields of the log.
func check(l *schema.Log) error {
	for _, c := range l.KQL.Columns {
		if !slices.Contains(columnTypes, c.Type) {
			return fmt.Errorf("column %s: no type %q", c.Name, c.Type)
		}
		if c.From != "" && c.From != schema.Rest && !reaches(l, c.From) {
			return fmt.Errorf("column %s: no path %q", c.Name, c.From)
		}
		if (c.From == schema.Rest || c.Form != "") && !slices.Contains(forms[c.Type], c.Form) {
			return fmt.Errorf("column %s: no form %q of type %s", c.Name, c.Form, c.Type)
		}
	}
	for _, p := range l.KQL.Parts {
		i := slices.IndexFunc(l.KQL.Columns, func(c schema.Column) bool { return c.Name == p.Column })
		if i < 0 || l.KQL.Columns[i].Type != "dynamic" && l.KQL.Columns[i].Form == "" || !reaches(l, p.From) {
			return fmt.Errorf("column %s.%s: no column that holds parts, or no path %q", p.Column, p.Key, p.From)
		}
	}
	for _, s := range l.Shapes {
		if err := checkShape(l, s); err != nil {
			return fmt.Errorf("shape %s: %w", s.Name, err)
		}
	}
	for _, name := range []string{l.Time, l.ID} {
		if name != "" && fieldOf(l, name) == nil {
			return fmt.Errorf("no field %q", name)
		}
	}
	return nil
}

func checkAliases(l *schema.Log) error {
	for _, a := range l.Aliases {
		if !reaches(l, a.For) {
			return fmt.Errorf("alias %s: no path %q", a.Name, a.For)
		}
	}
	return nil
}

func checkShape(l *schema.Log, s *schema.Shape) error {
	if len(s.Marks) == 0 {
		return fmt.Errorf("no marks")
	}
	if !slices.Contains(timeFormats, s.Times) {
		return fmt.Errorf("no way %q to write times", s.Times)
	}
	for _, a := range s.Moved {
		if !reaches(l, a.Path) {
			return fmt.Errorf("moved: no path %q", a.Path)
		}
		if !slices.Contains(timeFormats, a.Times) {
			return fmt.Errorf("moved %s: no way %q to write times", a.Path, a.Times)
		}
	}
	for _, p := range s.Lacks {
		if !reaches(l, p) {
			return fmt.Errorf("lacks: no path %q", p)
		}
	}
	return nil
}

// reaches tells whether a canonical path leads to a field or a list, or to an
// object that holds some.
func reaches(l *schema.Log, path string) bool {
	if canonical(l, path) != nil {
		return true
	}
	for _, f := range l.Fields {
		if strings.HasPrefix(f.Name, path+".") {
			return true
		}
	}
	return false
}
