package compiler

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// placeholder is %name% in a value of an item with expand.
var placeholder = regexp.MustCompile(`%([A-Za-z0-9_.-]+)%`)

// mostExpanded bounds how many texts the placeholders of one value stand for.
const mostExpanded = 10_000

// expand gives the texts that a value stands for: itself, or with the modifier
// expand one for each combination of its placeholders' values. The values may
// hold wildcards, as if they stood in the rule.
func (l *lowering) expand(item *sigma.Item, v sigma.Value) []string {
	text := v.Written().Value
	if !item.Has("expand") {
		return []string{text}
	}
	texts := []string{text}
	for _, name := range placeholders(text) {
		values, ok := l.opts.Define[name]
		if !ok {
			l.undefined(v, name)
			return nil
		}
		if len(texts)*len(values) > mostExpanded {
			l.errorAt(l.file, v.Span(), "placeholder/too-many", fmt.Sprintf("the placeholders of %q stand for more than %d texts", text, mostExpanded))
			return nil
		}
		texts = replaceAll(texts, "%"+name+"%", l.asValues(item, values))
	}
	return texts
}

func placeholders(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
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

func replaceAll(texts []string, old string, values []string) []string {
	out := make([]string, 0, len(texts)*len(values))
	for _, t := range texts {
		for _, v := range values {
			out = append(out, strings.ReplaceAll(t, old, v))
		}
	}
	return out
}

func (l *lowering) undefined(v sigma.Value, name string) {
	d := l.errorAt(l.file, v.Span(), "placeholder/undefined", fmt.Sprintf("nothing defines the placeholder %%%s%%", name))
	d.Label = fmt.Sprintf("--define %s=value gives it a value, --define %s=@file a list", name, name)
}
