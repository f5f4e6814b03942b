// Package drifttest holds what a drift says against what was planted, in each form
// that it is written in. It is not part of package packtest, which the tests of
// package pack import.
package drifttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/targets/pack"
)

// Told is what a drift must say: of each field that was changed, and of the
// titles of what is missing and extra.
type Told struct {
	Changed        []pack.Changed // without ids
	Missing, Extra []string
}

// Hold wants a drift to say just what was planted: as text, as JSON and as
// Markdown.
func Hold(t *testing.T, d *pack.Drift, want Told) {
	t.Helper()
	var text, lines, table bytes.Buffer
	for _, err := range []error{d.Text(&text), d.JSON(&lines), d.Markdown(&table)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want.sorted(), readLines(t, &lines).sorted()); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	if last := fmt.Sprintf("\n%d changed, %d missing, %d extra\n", len(want.Changed), len(want.Missing), len(want.Extra)); !strings.HasSuffix("\n"+text.String(), last) {
		t.Errorf("the text does not end with%s", last)
	}
	inText := func(lines ...string) {
		if s := strings.Join(lines, ""); !strings.Contains("\n"+text.String(), s) {
			t.Errorf("the text does not say %q", s)
		}
	}
	inTable := func(cells ...string) {
		if s := "\n| " + strings.Join(cells, " | ") + " |"; !strings.Contains(table.String(), s) {
			t.Errorf("the table has no row %q", s)
		}
	}
	for _, c := range want.Changed {
		inText(": ", c.Title, ": ", c.Field, "\n    ")
		inTable(c.Title, "changed", c.Field)
	}
	for _, title := range want.Missing {
		inText(": ", title, "\n")
		inTable(title, "missing", "")
	}
	for _, title := range want.Extra {
		inText(title, "\n")
		inTable(title, "extra", "")
	}
	if rows := strings.Count(table.String(), "\n") - 2; rows != len(want.Changed)+len(want.Missing)+len(want.Extra) {
		t.Errorf("the table has %d rows", rows)
	}
}

// readLines reads the lines of JSON.
func readLines(t *testing.T, r *bytes.Buffer) Told {
	t.Helper()
	var out Told
	for dec := json.NewDecoder(r); dec.More(); {
		var line struct{ Status, ID, Title, Field, Pack, Product string }
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		switch line.Status {
		case "changed":
			out.Changed = append(out.Changed, pack.Changed{Title: line.Title, Field: line.Field, Want: line.Pack, Got: line.Product})
		case "missing":
			out.Missing = append(out.Missing, line.Title)
		case "extra":
			out.Extra = append(out.Extra, line.Title)
		}
	}
	return out
}

func (d Told) sorted() Told {
	d = Told{slices.Clone(d.Changed), slices.Clone(d.Missing), slices.Clone(d.Extra)}
	slices.SortFunc(d.Changed, func(a, b pack.Changed) int { return strings.Compare(a.Title+a.Field, b.Title+b.Field) })
	slices.Sort(d.Missing)
	slices.Sort(d.Extra)
	return d
}
