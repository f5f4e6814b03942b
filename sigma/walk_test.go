package sigma

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oneOfEach holds a node of every type.
const oneOfEach = `title: t
id: 11111111-1111-4111-8111-111111111111
related: [{id: 11111111-1111-4111-8111-111111111111, type: derived}]
logsource: {product: p, extra: [a, {b: c}]}
detection:
    a: {f|contains: x, g: 1, h: true, i: null}
    b: [{f: x}, word]
    timeframe: 5m
    condition: a and not b or 1 of b* | count(x) by y > 5
---
title: c
correlation:
    type: event_count
    rules: [t]
    timespan: 5m
    condition: {gte: 4}
    aliases: {u: {t: f}}
---
title: f
logsource: {product: p}
filter: {rules: any, s: x, condition: not s}
`

func TestPreorder(t *testing.T) {
	t.Parallel()
	docs, _ := Parse("test.yml", []byte(oneOfEach))
	seen := map[string]bool{}
	for _, d := range docs {
		for n := range Preorder(d) {
			seen[fmt.Sprintf("%T", n)] = true
		}
	}
	want := []Node{
		&Rule{}, &Correlation{}, &Filter{}, &Relation{}, &Logsource{}, &Timespan{}, &Bound{}, &Alias{}, &AliasField{},
		&Detection{}, &Search{}, &All{}, &Any{}, &Item{}, &Condition{}, &And{}, &Or{}, &Not{}, &Ref{}, &Quantified{},
		&Aggregate{}, &Scalar{}, &List{}, &Map{}, &Entry{}, &String{}, &Number{}, &Bool{}, &Null{}, Modifier{}, Text{},
	}
	for _, n := range want {
		if !seen[fmt.Sprintf("%T", n)] {
			t.Errorf("no %T was walked", n)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d types were walked, want %d", len(seen), len(want))
	}
}

func TestPreorderStops(t *testing.T) {
	t.Parallel()
	docs, _ := Parse("test.yml", []byte(oneOfEach))
	n := 0
	for range Preorder(docs[0]) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("walked %d nodes after a break", n)
	}
}

// TestChildrenOrder holds that the parts of a document come as they stand in
// the file.
func TestChildrenOrder(t *testing.T) {
	t.Parallel()
	docs, _ := Parse("test.yml", []byte("level: low\ndetection: {s: x, condition: s}\ntitle: t\nlogsource: {product: p}\n"))
	var got []string
	for _, n := range Children(docs[0]) {
		got = append(got, fmt.Sprintf("%T", n))
	}
	if diff := cmp.Diff([]string{"sigma.Text", "*sigma.Detection", "sigma.Text", "*sigma.Logsource"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestModifierTable holds that the groups and rows of the table name each
// other, and that each modifier may stand somewhere.
func TestModifierTable(t *testing.T) {
	t.Parallel()
	for _, names := range modifierGroups {
		for _, name := range names {
			if modifierByName(name) == nil {
				t.Errorf("a group names %q, which is no modifier", name)
			}
		}
	}
	for _, name := range ModifierNames() {
		if ModifierAbout(name) == "" {
			t.Errorf("%q has no description", name)
		}
		grouped := false
		for group, names := range modifierGroups {
			grouped = grouped || group == name || slices.Contains(names, name)
		}
		if !grouped {
			t.Errorf("%q is in no group, so nothing may follow it", name)
		}
	}
}
