package declare

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/sigproof/sigproof/compiler/schema"
)

// where is a map of fields to values, in the order of the file.
type where []schema.Gate

// UnmarshalYAML reads {field: value} and {field: [value, ...]}.
func (w *where) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a map of fields must stand here", n.Line)
	}
	for i := 0; i < len(n.Content); i += 2 {
		gate := schema.Gate{Field: n.Content[i].Value}
		values := n.Content[i+1]
		if values.Kind == yaml.ScalarNode {
			gate.Is = []string{values.Value}
		} else if err := values.Decode(&gate.Is); err != nil {
			return err
		}
		*w = append(*w, gate)
	}
	return nil
}

// servings makes the sources of the log, or takes those of the one that it is
// like if it names none.
func (f *logFile) servings(inherited []*schema.Serving) []*schema.Serving {
	if f.Sources == nil {
		return inherited
	}
	var out []*schema.Serving
	for _, own := range f.Sources {
		s := &schema.Serving{
			Source: schema.Source{Product: own.Product, Service: own.Service, Category: own.Category},
			Where:  slices.Concat(f.Where, own.Where),
		}
		for _, name := range sorted(own.Names) {
			for field := range strings.FieldsSeq(own.Names[name]) {
				s.Names = append(s.Names, schema.Alias{Name: name, For: field, Origin: "Sigma"})
			}
		}
		out = append(out, s)
	}
	return out
}

// made reads how the field is made of others.
func (f *fieldFile) made() *schema.Made {
	if f.Join == nil && f.Of == "" {
		return nil
	}
	m := &schema.Made{With: f.With, Of: f.Of, Kind: f.Kind, Find: f.Find, Put: f.Put, Starts: words(f.Starts), Words: words(f.Words)}
	for _, text := range f.Join {
		before, field, _ := strings.Cut(strings.TrimSuffix(text, "}"), "{")
		m.Join = append(m.Join, schema.Piece{Before: before, Field: field})
	}
	return m
}

func words(w where) []schema.Word {
	var out []schema.Word
	for _, g := range w {
		out = append(out, schema.Word{Is: g.Field, Of: g.Is})
	}
	return out
}

// checkServings holds what the sources say against the fields of the log.
func checkServings(l *schema.Log) error {
	for _, s := range l.Sources {
		for _, g := range s.Where {
			if fieldOf(l, g.Field) == nil || len(g.Is) == 0 {
				return fmt.Errorf("source %+v: where: no field %q, or no values", s.Source, g.Field)
			}
		}
		for _, a := range s.Names {
			if !reaches(l, a.For) {
				return fmt.Errorf("source %+v: names: no path %q", s.Source, a.For)
			}
		}
	}
	return nil
}

// checkMade holds what fields are made of against the fields of the log.
func checkMade(l *schema.Log) error {
	for _, f := range l.Fields {
		if f.Made == nil {
			continue
		}
		for _, name := range madeOf(f.Made) {
			if made := fieldOf(l, name); made == nil || made.Computed {
				return fmt.Errorf("field %s: no field %q that it can be made of", f.Name, name)
			}
		}
		if err := checkWay(l, f.Made); err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
	}
	return nil
}

// madeOf lists the fields that a field is made of.
func madeOf(m *schema.Made) []string {
	var of []string
	for _, p := range m.Join {
		of = append(of, p.Field)
	}
	return slices.DeleteFunc(append(of, m.Of, m.Kind), func(name string) bool { return name == "" })
}

func checkWay(l *schema.Log, m *schema.Made) error {
	if l.SPL.Macro != "" && (m.Kind != "" || m.Starts != nil) {
		return errors.New("the macro can't make it")
	}
	if m.Find != "" {
		return checkFind(m)
	}
	if m.Of != "" && len(m.Words) == 0 {
		return errors.New("no words")
	}
	return nil
}

// checkFind holds the expression that finds a part against what SPL needs of
// it, which replaces the whole text by the part.
func checkFind(m *schema.Made) error {
	compiled, err := regexp.Compile(m.Find)
	switch {
	case err != nil:
		return err
	case m.Of == "" || compiled.NumSubexp() != 1 || !strings.HasPrefix(m.Find, "^") || !strings.HasSuffix(m.Find, "$"):
		return fmt.Errorf("find %q: write an expression with one group that fits a whole text, and the field of the text", m.Find)
	case !slices.ContainsFunc([]string{"x", "/x"}, func(part string) bool {
		return compiled.ReplaceAllString(strings.Replace(m.Put, "%s", part, 1), "$1") == part
	}):
		return fmt.Errorf("put %q: the part is not found there", m.Put)
	}
	return nil
}
