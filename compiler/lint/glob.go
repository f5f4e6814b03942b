package lint

import (
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/sigma"
)

// A glob is the texts that a value of an item asks for: runes, and the
// wildcards below. Two stars never stand side by side.
type glob []rune

const (
	anyRun rune = -1 - iota // any run of characters, also none
	anyOne                  // exactly one character
)

// globOf gives the texts that a value asks for. It knows parts and wildcards;
// encodings, expressions and comparisons are not text, nor is a number or
// boolean that stands alone: those compare by value.
func globOf(item *sigma.Item, v sigma.Value) (glob, bool) {
	s, ok := textOf(item, v)
	if !ok {
		return nil, false
	}
	var g glob
	if open(item, "contains") || open(item, "endswith") {
		g = append(g, anyRun)
	}
	cased := item.Has("cased")
	for _, run := range s.Runs() {
		switch run.Kind {
		case sigma.AnyRun:
			g = g.star()
		case sigma.AnyOne:
			g = append(g, anyOne)
		default:
			for _, r := range run.Text {
				if !cased {
					r = eval.Fold(r)
				}
				g = append(g, r)
			}
		}
	}
	if open(item, "contains") || open(item, "startswith") {
		g = g.star()
	}
	return g, true
}

// open tells whether the item leaves an end of the text open: a keyword stands
// anywhere.
func open(item *sigma.Item, modifier string) bool {
	return item.Has(modifier) || item.Keywords && modifier == "contains"
}

func (g glob) star() glob {
	if len(g) > 0 && g[len(g)-1] == anyRun {
		return g
	}
	return append(g, anyRun)
}

// textOf gives a value as the text that it is compared as, if it is.
func textOf(item *sigma.Item, v sigma.Value) (*sigma.String, bool) {
	if !comparesText(item) {
		return nil, false
	}
	switch v := v.(type) {
	case *sigma.String:
		return v, true
	case *sigma.Number:
		return &sigma.String{Text: v.Text}, item.Keywords || item.Has("contains") || item.Has("startswith") || item.Has("endswith")
	}
	return nil, false
}

// comparesText tells whether no modifier makes something else of the values
// than text with wildcards.
func comparesText(item *sigma.Item) bool {
	for _, m := range item.Modifiers {
		switch m.Name {
		case "contains", "startswith", "endswith", "all", "neq", "cased":
		default:
			return false
		}
	}
	return true
}

// A letterSet holds the letters of a glob, several to a bit: a glob that lacks
// a letter of another is not within it, which is nearly always the answer.
type letterSet uint64

func (g glob) letters() (set letterSet) {
	for _, r := range g {
		if r >= 0 {
			set |= 1 << (r % 64)
		}
	}
	return set
}

func (s letterSet) has(all letterSet) bool { return all&^s == 0 }

// mostSteps is how long within looks at two texts: a star may try each place of
// a text for each letter of the other.
const mostSteps = 10_000

// within tells whether every text of g is one of wide: whether wide matches g
// letter by letter, where only a star matches a star. It may miss some that
// are, such as ?* in *?, or long ones, and never errs the other way.
func (g glob) within(wide glob) bool {
	i, j := 0, 0
	star, back := -1, 0
	for steps := 0; i < len(g); steps++ {
		switch {
		case steps == mostSteps:
			return false
		case j < len(wide) && wide[j] == anyRun:
			star, back = j, i
			j++
		case j < len(wide) && (wide[j] == g[i] || wide[j] == anyOne && g[i] != anyRun):
			i, j = i+1, j+1
		case star >= 0:
			back++
			i, j = back, star+1
		default:
			return false
		}
	}
	for j < len(wide) && wide[j] == anyRun {
		j++
	}
	return j == len(wide)
}
