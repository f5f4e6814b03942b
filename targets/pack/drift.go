package pack

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/sigma/display"
)

// An Object is a rule as a product holds it, or as a pack wants it: its fields
// in one form, whatever form it was written in.
type Object struct {
	ID, Title string // the id is empty if an export does not tell it
	Fields    []Field
}

// A Field of an object, as text.
type Field struct{ Name, Value string }

// A Drift is how a product differs from a pack.
type Drift struct {
	Changed []Changed
	Missing []Object // in the product
	Extra   []Object // in the product
}

// A Changed field.
type Changed struct {
	ID, Title, Field string
	Want, Got        string
}

// Compare holds what a product has against what a pack wants. An object is
// found by its id, else by its title: whoever made it by hand could choose no
// id. Of several that have one id, the one of the title is meant, and the others
// are copies; several files may tell of one object.
func Compare(want, have []Object) *Drift {
	d := &Drift{}
	left := slices.Clone(have)
	take := func(same func(Object) bool) (found []Object) {
		left = slices.DeleteFunc(left, func(o Object) bool {
			if !same(o) || len(found) > 0 && (o.ID != found[0].ID || o.Title != found[0].Title) {
				return false
			}
			found = append(found, o)
			return true
		})
		return found
	}
	var byID, byTitle []Object
	for _, w := range want {
		if !d.fields(w, take(func(o Object) bool { return strings.EqualFold(o.ID, w.ID) && o.Title == w.Title })) {
			byID = append(byID, w)
		}
	}
	for _, w := range byID {
		if !d.fields(w, take(func(o Object) bool { return strings.EqualFold(o.ID, w.ID) })) {
			byTitle = append(byTitle, w)
		}
	}
	for _, w := range byTitle {
		if !d.fields(w, take(func(o Object) bool { return o.Title == w.Title })) {
			d.Missing = append(d.Missing, w)
		}
	}
	d.Extra = left
	d.order()
	return d
}

// fields compares those that both have: a product adds some of its own, and
// not every form of an export has a place for all. It tells whether the product
// has the object, of which several files may tell.
func (d *Drift) fields(want Object, have []Object) bool {
	changed := func(field, wanted, got string) {
		if c := (Changed{want.ID, want.Title, field, wanted, got}); !slices.Contains(d.Changed, c) {
			d.Changed = append(d.Changed, c)
		}
	}
	for _, h := range have {
		if h.ID != "" && !strings.EqualFold(h.ID, want.ID) {
			changed("id", want.ID, h.ID)
		}
		for _, f := range want.Fields {
			i := slices.IndexFunc(h.Fields, func(x Field) bool { return x.Name == f.Name })
			if i >= 0 && h.Fields[i].Value != f.Value {
				changed(f.Name, f.Value, h.Fields[i].Value)
			}
		}
	}
	return len(have) > 0
}

func (d *Drift) order() {
	objects := func(a, b Object) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID)) }
	slices.SortStableFunc(d.Changed, func(a, b Changed) int {
		return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	slices.SortStableFunc(d.Missing, objects)
	slices.SortStableFunc(d.Extra, objects)
}

// Empty tells whether the product is as the pack wants it.
func (d *Drift) Empty() bool { return len(d.Changed)+len(d.Missing)+len(d.Extra) == 0 }

// Text writes a drift for people.
func (d *Drift) Text(w io.Writer) error {
	var b strings.Builder
	for _, c := range d.Changed {
		fmt.Fprintf(&b, "changed %s\n", display.Line(c.ID+": "+c.Title+": "+c.Field))
		for _, line := range lineDiff(c.Want, c.Got) {
			b.WriteString("    " + display.Log(line) + "\n")
		}
	}
	for _, o := range d.Missing {
		fmt.Fprintf(&b, "missing %s\n", display.Line(o.ID+": "+o.Title))
	}
	for _, o := range d.Extra {
		fmt.Fprintf(&b, "extra   %s\n", display.Line(strings.TrimPrefix(o.ID+": "+o.Title, ": ")))
	}
	fmt.Fprintf(&b, "%d changed, %d missing, %d extra\n", len(d.Changed), len(d.Missing), len(d.Extra))
	_, err := io.WriteString(w, b.String())
	return err
}

// JSON writes one object a line.
func (d *Drift) JSON(w io.Writer) error {
	type line struct {
		Status  string  `json:"status"`
		ID      string  `json:"id"`
		Title   string  `json:"title"`
		Field   string  `json:"field,omitempty"`
		Pack    *string `json:"pack,omitempty"`
		Product *string `json:"product,omitempty"`
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	var lines []line
	for _, c := range d.Changed {
		lines = append(lines, line{"changed", c.ID, c.Title, c.Field, &c.Want, &c.Got})
	}
	for _, o := range d.Missing {
		lines = append(lines, line{Status: "missing", ID: o.ID, Title: o.Title})
	}
	for _, o := range d.Extra {
		lines = append(lines, line{Status: "extra", ID: o.ID, Title: o.Title})
	}
	for _, l := range lines {
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

// Markdown writes a table.
func (d *Drift) Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| rule | | field | pack | product |\n| --- | --- | --- | --- | --- |\n")
	row := func(cells ...string) {
		for _, c := range cells {
			b.WriteString("| " + cell(c) + " ")
		}
		b.WriteString("|\n")
	}
	for _, c := range d.Changed {
		want, got := sides(c.Want, c.Got)
		row(c.Title, "changed", c.Field, want, got)
	}
	for _, o := range d.Missing {
		row(o.Title, "missing", "", "", "")
	}
	for _, o := range d.Extra {
		row(o.Title, "extra", "", "", "")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell keeps a text in the cell of a table.
func cell(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = display.Markdown(line)
	}
	return strings.Join(lines, "<br>")
}

// sides gives of two texts the lines in which they differ.
func sides(want, got string) (string, string) {
	var a, b []string
	for _, line := range lineDiff(want, got) {
		if rest, ok := strings.CutPrefix(line, "- "); ok {
			a = append(a, rest)
		} else {
			b = append(b, strings.TrimPrefix(line, "+ "))
		}
	}
	return strings.Join(a, "\n"), strings.Join(b, "\n")
}

// lineDiff lists the lines of two texts between those that they begin and end
// with alike.
func lineDiff(want, got string) []string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var out []string
	for _, line := range a {
		out = append(out, "- "+line)
	}
	for _, line := range b {
		out = append(out, "+ "+line)
	}
	return out
}
