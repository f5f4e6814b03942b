// Package sigmago is the border to the sigma-go library, for programs that
// hold its rules and want to compile, test or export them here, and the other
// way round. It knows both trees and nothing else.
//
// Neither tree is a part of the other: sigma-go keeps no order of searches and
// no places of values, which no conversion brings back. What else the other
// side has no place for is named by a Loss.
package sigmago

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	sigmago "github.com/bradleyjkemp/sigma-go"

	"github.com/sigproof/sigproof/sigma"
)

// A Loss is something that the other side has no place for, so that it was
// left out or changed.
type Loss struct {
	At   sigma.Span // in the file of our rule; zero if the rule was sigma-go's
	What string
}

func (l Loss) String() string { return l.What }

// FromRule makes a rule of one of sigma-go. The rule is written as text and
// read again, so that it has places, and diagnostics that point into its text.
func FromRule(r sigmago.Rule) (*sigma.Rule, []Loss, []*sigma.Diagnostic) {
	c := &importer{}
	text := sigma.Print(c.rule(r))
	docs, diags := sigma.Parse("sigma-go", []byte(text))
	if len(docs) == 1 {
		if rule, ok := docs[0].(*sigma.Rule); ok {
			return rule, c.losses, diags
		}
	}
	return nil, c.losses, diags
}

type importer struct{ losses []Loss }

func (c *importer) lose(format string, args ...any) {
	c.losses = append(c.losses, Loss{What: fmt.Sprintf(format, args...)})
}

func text(s string) sigma.Text { return sigma.Text{Value: s} }

func texts(list []string) []sigma.Text {
	var out []sigma.Text
	for _, s := range list {
		out = append(out, text(s))
	}
	return out
}

func (c *importer) rule(r sigmago.Rule) *sigma.Rule {
	rule := &sigma.Rule{
		Head: sigma.Head{
			Title: text(r.Title), ID: text(r.ID), Status: text(r.Status), Level: text(r.Level),
			Description: text(r.Description), Author: text(r.Author),
			References: texts(r.References), Tags: texts(r.Tags),
			Custom: c.entries("the rule", r.AdditionalFields),
		},
		Logsource: &sigma.Logsource{
			Category: text(r.Logsource.Category), Product: text(r.Logsource.Product),
			Service: text(r.Logsource.Service), Definition: text(r.Logsource.Definition),
			Custom: c.entries("the logsource", r.Logsource.AdditionalFields),
		},
		Detection: &sigma.Detection{},
	}
	for _, x := range r.Related {
		rule.Related = append(rule.Related, sigma.Relation{ID: text(x.ID), Type: text(x.Type)})
	}
	d := rule.Detection
	for _, name := range slices.Sorted(maps.Keys(r.Detection.Searches)) {
		if body := c.search(name, r.Detection.Searches[name]); body != nil {
			d.Searches = append(d.Searches, &sigma.Search{Name: text(name), Body: body})
		}
	}
	for _, x := range r.Detection.Conditions {
		if condition := c.condition(x); condition != nil {
			d.Conditions = append(d.Conditions, condition)
		}
	}
	if t := r.Detection.Timeframe; t > 0 {
		d.Timeframe = &sigma.Timespan{Text: text(fmt.Sprintf("%ds", int64(math.Ceil(t.Seconds()))))}
	}
	return rule
}

func (c *importer) search(name string, s sigmago.Search) sigma.Block {
	if len(s.Keywords) > 0 {
		item := &sigma.Item{Keywords: true, List: true}
		for _, k := range s.Keywords {
			item.Values = append(item.Values, &sigma.String{Text: text(k)})
		}
		return item
	}
	list := &sigma.Any{}
	for _, m := range s.EventMatchers {
		all := &sigma.All{}
		for _, f := range m {
			all.Items = append(all.Items, c.item(name, f))
		}
		list.Blocks = append(list.Blocks, all)
	}
	switch len(list.Blocks) {
	case 0:
		c.lose("search %q is empty; sigma-go lets it match everything, and a Sigma rule can't", name)
		return nil
	case 1:
		return list.Blocks[0]
	}
	return list
}

func (c *importer) item(search string, f sigmago.FieldMatcher) *sigma.Item {
	item := &sigma.Item{Field: text(f.Field), Keywords: f.Field == "", List: len(f.Values) != 1}
	for _, m := range f.Modifiers {
		item.Modifiers = append(item.Modifiers, sigma.Modifier{Name: m})
	}
	for _, v := range f.Values {
		if value := c.value(fmt.Sprintf("field %q of search %q", f.Field, search), v); value != nil {
			item.Values = append(item.Values, value)
		}
	}
	return item
}

// value types what sigma-go took from YAML. It reads dates as times, whose
// text in the rule is gone.
func (c *importer) value(where string, v any) sigma.Value {
	switch v := v.(type) {
	case nil:
		return &sigma.Null{}
	case string:
		return &sigma.String{Text: text(v)}
	case bool:
		return &sigma.Bool{Value: v, Text: text(strconv.FormatBool(v))}
	case int, int64, uint64:
		return &sigma.Number{Text: text(fmt.Sprint(v))}
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return &sigma.Number{Text: text(strconv.FormatFloat(v, 'g', -1, 64))}
		}
	case time.Time:
		c.lose("%s held a date, which sigma-go keeps as a time; its text may have been another", where)
		if v.Equal(v.Truncate(24 * time.Hour)) {
			return &sigma.String{Text: text(v.Format(time.DateOnly))}
		}
		return &sigma.String{Text: text(v.Format(time.RFC3339Nano))}
	}
	c.lose("%s holds a %T, which is no value of Sigma", where, v)
	return nil
}

func (c *importer) condition(x sigmago.Condition) *sigma.Condition {
	expr := c.expr(x.Search)
	if expr == nil {
		return nil
	}
	if x.Aggregation == nil {
		return &sigma.Condition{Expr: expr}
	}
	// An aggregation is refused when the text is read, with the correlation
	// that says the same as a fix.
	if written, err := x.MarshalYAML(); err == nil {
		return &sigma.Condition{Text: text(fmt.Sprint(written))}
	}
	c.lose("an aggregation can't be written")
	return &sigma.Condition{Expr: expr}
}

func (c *importer) expr(x sigmago.SearchExpr) sigma.Expr {
	switch x := x.(type) {
	case sigmago.And:
		return c.joined(x, func(list []sigma.Expr) sigma.Expr { return &sigma.And{X: list} })
	case sigmago.Or:
		return c.joined(x, func(list []sigma.Expr) sigma.Expr { return &sigma.Or{X: list} })
	case sigmago.Not:
		if inner := c.expr(x.Expr); inner != nil {
			return &sigma.Not{X: inner}
		}
		return nil
	case sigmago.SearchIdentifier:
		return &sigma.Ref{Name: x.Name}
	case sigmago.OneOfIdentifier:
		return &sigma.Quantified{N: 1, Pattern: x.Ident.Name}
	case sigmago.AllOfIdentifier:
		return &sigma.Quantified{All: true, Pattern: x.Ident.Name}
	case sigmago.OneOfPattern:
		return &sigma.Quantified{N: 1, Pattern: x.Pattern}
	case sigmago.AllOfPattern:
		return &sigma.Quantified{All: true, Pattern: x.Pattern}
	case sigmago.OneOfThem:
		return &sigma.Quantified{N: 1, Pattern: "them"}
	case sigmago.AllOfThem:
		return &sigma.Quantified{All: true, Pattern: "them"}
	}
	c.lose("the condition holds a %T, which is no part of one", x)
	return nil
}

func (c *importer) joined(list []sigmago.SearchExpr, join func([]sigma.Expr) sigma.Expr) sigma.Expr {
	var out []sigma.Expr
	for _, x := range list {
		inner := c.expr(x)
		if inner == nil {
			return nil
		}
		out = append(out, inner)
	}
	switch len(out) {
	case 0:
		c.lose("the condition joins nothing")
		return nil
	case 1:
		return out[0]
	}
	return join(out)
}

// entries turns additional fields into data, sorted by key.
func (c *importer) entries(where string, fields map[string]any) []sigma.Entry {
	var out []sigma.Entry
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		out = append(out, sigma.Entry{Key: text(name), Data: c.data(fmt.Sprintf("%q of %s", name, where), fields[name])})
	}
	return out
}

func (c *importer) data(where string, v any) sigma.Data {
	switch v := v.(type) {
	case []any:
		l := &sigma.List{}
		for _, x := range v {
			l.Of = append(l.Of, c.data(where, x))
		}
		return l
	case map[string]any:
		return &sigma.Map{Entries: c.entries(where, v)}
	}
	switch v := c.value(where, v).(type) {
	case *sigma.String:
		return &sigma.Scalar{Text: v.Text, Quoted: true}
	case nil:
		return &sigma.Scalar{}
	default:
		return &sigma.Scalar{Text: v.Written()}
	}
}
