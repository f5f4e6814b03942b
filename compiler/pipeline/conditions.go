package pipeline

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/pipeline/internal/tree"
	"github.com/sigproof/sigproof/sigma"
)

// A fieldUse is a field's name where it is used: by an item, or without one in
// a list of fields or a reference.
type fieldUse struct {
	name     string
	keywords bool // the item has no field
	item     *tree.Item
}

// The conditions, by what they are asked about. The step is the one that asks,
// for messages.
type (
	ruleCondition interface {
		holds(r *run, s *step) bool
	}
	itemCondition interface {
		matches(r *run, s *step, i *tree.Item) bool
	}
	fieldCondition interface {
		names(r *run, s *step, use fieldUse) bool
	}
)

func ruleConditions() []kind[ruleCondition] {
	return []kind[ruleCondition]{
		{"logsource", readLogsource},
		{"contains_detection_item", func(p *params) ruleCondition {
			return containsItem{p.text("field").Value, p.value("value")}
		}},
		{"contains_field", func(p *params) ruleCondition { return containsField{p.text("field").Value} }},
		{"processing_item_applied", func(p *params) ruleCondition { return itemApplied{p.text("processing_item_id").Value} }},
		{"processing_state", func(p *params) ruleCondition { return readState(p) }},
		{"is_sigma_rule", func(*params) ruleCondition { return isKind{correlation: false} }},
		{"is_sigma_correlation_rule", func(*params) ruleCondition { return isKind{correlation: true} }},
		{"rule_attribute", readAttribute},
		{"tag", readTag},
	}
}

func itemConditions() []kind[itemCondition] {
	return []kind[itemCondition]{
		{"match_string", readMatchString},
		{"match_value", func(p *params) itemCondition {
			return valueCondition{readAll(p), matchValue{p.value("value")}}
		}},
		{"contains_wildcard", func(p *params) itemCondition { return valueCondition{readAll(p), containsWildcard{}} }},
		{"is_null", func(p *params) itemCondition { return valueCondition{readAll(p), isNull{}} }},
		{"processing_item_applied", func(p *params) itemCondition { return itemApplied{p.text("processing_item_id").Value} }},
		{"processing_state", func(p *params) itemCondition { return readState(p) }},
	}
}

func fieldConditions() []kind[fieldCondition] {
	return []kind[fieldCondition]{
		{"include_fields", func(p *params) fieldCondition { return readFields(p, false) }},
		{"exclude_fields", func(p *params) fieldCondition { return readFields(p, true) }},
		{"processing_item_applied", func(p *params) fieldCondition { return itemApplied{p.text("processing_item_id").Value} }},
		{"processing_state", func(p *params) fieldCondition { return readState(p) }},
	}
}

// logsource holds for a rule of this log, and for a correlation of which one
// rule is.
type logsource struct{ category, product, service string }

func readLogsource(p *params) ruleCondition {
	l := logsource{p.optional("category", "").Value, p.optional("product", "").Value, p.optional("service", "").Value}
	if l == (logsource{}) {
		p.errorAt("missing", p.at, `%s names no log; it needs a "category", "product" or "service"`, p.what)
	}
	return l
}

func (c logsource) holds(r *run, _ *step) bool {
	if r.rule != nil {
		return c.covers(r.rule)
	}
	return c.among(r.refs)
}

func (c logsource) covers(rule *sigma.Rule) bool {
	l := rule.Logsource
	if l == nil {
		return false
	}
	return (c.category == "" || c.category == l.Category.Value) &&
		(c.product == "" || c.product == l.Product.Value) &&
		(c.service == "" || c.service == l.Service.Value)
}

func (c logsource) among(refs []*Rewrite) bool {
	return slices.ContainsFunc(refs, func(w *Rewrite) bool {
		if rule, ok := w.Doc.(*sigma.Rule); ok {
			return c.covers(rule)
		}
		return c.among(w.run.refs)
	})
}

// containsField holds if an item tests the field.
type containsField struct{ field string }

func (c containsField) holds(r *run, _ *step) bool {
	return r.anyItem(func(i *tree.Item) bool { return !i.Keywords && i.Field.Value == c.field })
}

func (r *run) anyItem(test func(*tree.Item) bool) bool {
	for _, sec := range r.sections {
		for _, x := range sec.searches {
			if slices.ContainsFunc(tree.Items(x.body), test) {
				return true
			}
		}
	}
	return false
}

// containsItem holds if an item tests the field for the value.
type containsItem struct {
	field string
	value sigma.Value
}

func (c containsItem) holds(r *run, _ *step) bool {
	return r.anyItem(func(i *tree.Item) bool {
		return !i.Keywords && i.Field.Value == c.field &&
			slices.ContainsFunc(i.Values, func(v tree.Value) bool { return !v.Has("cased") && matchValue{c.value}.matchesValue(&v) })
	})
}

// itemApplied holds where the step of an id has changed something.
type itemApplied struct{ id string }

func (c itemApplied) holds(r *run, _ *step) bool { return slices.Contains(r.applied, c.id) }
func (c itemApplied) matches(_ *run, _ *step, i *tree.Item) bool {
	return slices.Contains(i.Applied, c.id)
}
func (c itemApplied) names(r *run, _ *step, u fieldUse) bool {
	if u.item != nil && slices.Contains(u.item.Applied, c.id) {
		return true
	}
	return slices.Contains(r.names[u.name], c.id)
}

// isKind holds for rules, or for correlations.
type isKind struct{ correlation bool }

func (c isKind) holds(r *run, _ *step) bool { return c.correlation == (r.corr != nil) }

// tag holds for a document that has the tag.
type tag struct{ name string }

func readTag(p *params) ruleCondition {
	t := p.text("tag")
	if t.Value != "" && !strings.Contains(t.Value, ".") {
		p.errorAt("tag", t.At, "tag %q has no namespace; tags look like attack.t1059", t.Value)
	}
	return tag{t.Value}
}

func (c tag) holds(r *run, _ *step) bool {
	return slices.ContainsFunc(r.head.Tags, func(t sigma.Text) bool { return t.Value == c.name })
}

// fieldNames holds for names of a list, or for all others.
type fieldNames struct {
	plain    []string
	patterns []*regexp.Regexp
	not      bool
}

func readFields(p *params, not bool) fieldCondition {
	fields := p.texts("fields")
	if p.choice("mode", "plain", "plain", "re") == "plain" {
		return fieldNames{plain: values(fields), not: not}
	}
	c := fieldNames{not: not}
	for _, f := range fields {
		c.patterns = append(c.patterns, p.pattern(f, true))
	}
	return c
}

func (c fieldNames) names(_ *run, _ *step, use fieldUse) bool {
	listed := !use.keywords && (slices.Contains(c.plain, use.name) ||
		slices.ContainsFunc(c.patterns, func(re *regexp.Regexp) bool { return re.MatchString(use.name) }))
	return listed != c.not
}

// valueCondition asks one, or each, of an item's values.
type valueCondition struct {
	all  bool
	test valueTest
}

type valueTest interface{ matchesValue(*tree.Value) bool }

func readAll(p *params) bool { return p.choice("cond", "", "any", "all") == "all" }

func (c valueCondition) matches(_ *run, _ *step, i *tree.Item) bool {
	for k := range i.Values {
		if c.test.matchesValue(&i.Values[k]) != c.all {
			return !c.all
		}
	}
	return c.all
}

// matchString holds for texts that the pattern finds at their start.
type matchString struct {
	pattern *regexp.Regexp
	not     bool
}

func readMatchString(p *params) itemCondition {
	return valueCondition{readAll(p), matchString{p.pattern(p.text("pattern"), true), p.flag("negate")}}
}

func (c matchString) matchesValue(v *tree.Value) bool {
	parts, ok := v.Parts()
	return (ok && c.pattern.MatchString(parts.Plain())) != c.not
}

// matchValue holds for values of the same type that say the same.
type matchValue struct{ want sigma.Value }

func (c matchValue) matchesValue(v *tree.Value) bool {
	parts, isText := v.Parts()
	switch want := c.want.(type) {
	case *sigma.String:
		return isText && slices.Equal(parts.Joined(), tree.Read(want.Text.Value).Joined())
	case *sigma.Number:
		n, ok := v.V.(*sigma.Number)
		return ok && !isText && len(v.Mods) == 0 && tree.NumberText(n) == tree.NumberText(want)
	case *sigma.Bool:
		b, ok := v.V.(*sigma.Bool)
		return ok && len(v.Mods) == 0 && b.Value == want.Value
	case *sigma.Null:
		return isNull{}.matchesValue(v)
	}
	return false
}

type containsWildcard struct{}

func (containsWildcard) matchesValue(v *tree.Value) bool {
	parts, ok := v.Parts()
	return ok && parts.HasWildcard()
}

type isNull struct{}

func (isNull) matchesValue(v *tree.Value) bool {
	_, ok := v.V.(*sigma.Null)
	return ok
}

// stateCondition compares what set_state has set.
type stateCondition struct {
	key, op string
	want    datum
}

var comparisons = []string{"eq", "ne", "gte", "gt", "lte", "lt"}

func readState(p *params) stateCondition {
	return stateCondition{key: p.text("key").Value, want: p.datum("val"), op: p.choice("op", "eq", comparisons...)}
}

func (c stateCondition) holds(r *run, s *step) bool {
	got, ok := r.state[c.key]
	if !ok {
		return false
	}
	holds, ok := compare(got, c.op, c.want)
	if !ok {
		r.errorAt(s, r.head.File, r.titleAt(), "state", fmt.Sprintf("state %q is %q, which can't be compared with %q by %q", c.key, got, c.want, c.op))
	}
	return holds
}

func (c stateCondition) matches(r *run, s *step, _ *tree.Item) bool { return c.holds(r, s) }
func (c stateCondition) names(r *run, s *step, _ fieldUse) bool     { return c.holds(r, s) }
