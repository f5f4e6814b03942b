package compiler

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// placeholder is %name% in a value of an item with expand, or an escaped
// percent sign. Spec, Placeholders: "A plain percent character can be used by
// escaping it with a backslash."
var placeholder = regexp.MustCompile(`\\%|%([A-Za-z0-9_.-]+)%`)

// expand gives the texts that a value stands for: itself, or with the modifier
// expand one for each combination of its placeholders' values. The values may
// hold wildcards, as if they stood in the rule, and no placeholders: what they
// hold is the environment's business, not the rule's.
func (l *lowering) expand(item *sigma.Item, v sigma.Value) []string {
	text := v.Written().Value
	if !item.Has("expand") {
		return []string{text}
	}
	t := readTemplate(text)
	given := make([][]string, len(t.names))
	count := 1
	for i, name := range t.names {
		values, ok := l.opts.Define[name]
		if !ok {
			l.undefined(v, name)
			return nil
		}
		if count *= len(values); count > MaxExpanded {
			l.errorAt(l.file, v.Span(), "placeholder/too-many", fmt.Sprintf("the placeholders of %q stand for more than %d texts", text, MaxExpanded))
			return nil
		}
		given[i] = l.asValues(item, values)
	}
	if !l.unfolds(count, v.Span()) {
		return nil
	}
	return t.fill(given, make([]string, len(given)), nil)
}

// A template is a value with expand: texts with placeholders between them.
type template struct {
	names []string // each once
	texts []string // one more than holes
	holes []int    // of names
}

func readTemplate(text string) *template {
	t := &template{texts: []string{""}}
	last := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		t.texts[len(t.texts)-1] += text[last:m[0]]
		if last = m[1]; m[2] < 0 {
			t.texts[len(t.texts)-1] += "%"
			continue
		}
		name := text[m[2]:m[3]]
		n := slices.Index(t.names, name)
		if n < 0 {
			n = len(t.names)
			t.names = append(t.names, name)
		}
		t.holes, t.texts = append(t.holes, n), append(t.texts, "")
	}
	t.texts[len(t.texts)-1] += text[last:]
	return t
}

// fill adds the texts for all combinations of values that are still open. One
// name has one value in all its places.
func (t *template) fill(open [][]string, chosen []string, out []string) []string {
	if len(open) == 0 {
		var b strings.Builder
		for i, text := range t.texts {
			b.WriteString(text)
			if i < len(t.holes) {
				b.WriteString(chosen[t.holes[i]])
			}
		}
		return append(out, b.String())
	}
	for _, v := range open[0] {
		chosen[len(chosen)-len(open)] = v
		out = t.fill(open[1:], chosen, out)
	}
	return out
}

// asValues makes the values safe where they land: a regular expression takes
// them as text.
func (l *lowering) asValues(item *sigma.Item, values []string) []string {
	if !item.Has("re") {
		return values
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = regexp.QuoteMeta(v)
	}
	return quoted
}

func (l *lowering) undefined(v sigma.Value, name string) {
	d := l.errorAt(l.file, v.Span(), "placeholder/undefined", fmt.Sprintf("nothing defines the placeholder %%%s%%", name))
	d.Label = fmt.Sprintf("--define %s=value gives it a value, --define %s=@file a list", name, name)
}
