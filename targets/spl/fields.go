package spl

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/schema"
)

// renames gives canonical names to the fields that the add-on takes out of the
// events under others.
func (m *macro) renames() []string {
	var lines []string
	for _, f := range m.log.Fields {
		if f.First != nil || f.Made != nil {
			continue
		}
		names := m.spellings(f)
		if slices.Equal(names, []string{f.Name}) {
			continue
		}
		for i := range names {
			names[i] = field(names[i])
		}
		lines = append(lines, searchField(f.Name)+"="+coalesce(names))
	}
	return evalLine(lines)
}

// unnamed takes the data of events that have no names out of their XML: the
// add-on takes out only those that have.
func (m *macro) unnamed() []string {
	if !keepsEntities(m.log) || !m.declares("Data") {
		return nil
	}
	return []string{`| rex field=EventData_Xml max_match=0 "<Data>(?<Data>[^<]*)</Data>"`}
}

// spellings lists the names that a field has in the shapes of Splunk.
func (m *macro) spellings(f *schema.Field) []string {
	var names []string
	for _, s := range m.shapes {
		own := []string{f.Name}
		for _, a := range s.Moved {
			if a.Path == f.Name {
				own = slices.Concat(a.At, a.Copies)
			}
		}
		for _, n := range own {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	return names
}

// made gives the fields that are made of others. Manual, mvappend: null
// arguments are left out.
func (m *macro) made() []string {
	var lines []string
	for _, f := range m.log.Fields {
		if f.Made == nil {
			continue
		}
		lines = append(lines, searchField(f.Name)+"="+makeOf(f.Made))
	}
	return evalLine(lines)
}

func makeOf(m *schema.Made) string {
	switch {
	case m.Find != "":
		return partOf(m)
	case m.Of != "":
		return wordOf(m)
	}
	return joinOf(m)
}

func evalLine(lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	return []string{"| eval " + strings.Join(lines, ",\n    ")}
}

// joinOf joins the texts that are not empty.
func joinOf(m *schema.Made) string {
	pieces := make([]string, len(m.Join))
	for i, p := range m.Join {
		value := field(p.Field)
		if p.Before != "" {
			value = text(p.Before) + " . " + value
		}
		pieces[i] = "if(" + field(p.Field) + `!="", ` + value + ", null())"
	}
	return "mvjoin(mvappend(" + strings.Join(pieces, ", ") + "), " + text(m.With) + ")"
}

// partOf gives the part of a text that an expression finds, which fits the
// whole text. Manual, replace: where nothing fits the text stays as it is.
func partOf(m *schema.Made) string {
	find := field(m.Of) + ", " + text(m.Find)
	return "nullif(if(match(" + find + "), replace(" + find + `, "\\1"), ""), "")`
}

// wordOf gives the word for the value of another field.
func wordOf(m *schema.Made) string {
	var cases []string
	for _, w := range m.Words {
		quoted := make([]string, len(w.Of))
		for i, v := range w.Of {
			quoted[i] = text(lower(v))
		}
		cases = append(cases, oneOf("lower("+field(m.Of)+")", quoted)[0].text+", "+text(w.Is))
	}
	return "case(" + strings.Join(cases, ", ") + ")"
}
