package sigmago

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	sigmago "github.com/bradleyjkemp/sigma-go"

	"github.com/sigproof/sigproof/sigma"
)

// ToRule makes a rule of sigma-go. Keys that its type has no field for go
// where its own reader puts them, to the additional fields. A rule whose
// losses are not empty may match other events there.
func ToRule(r *sigma.Rule) (sigmago.Rule, []Loss) {
	c := &exporter{file: r.File}
	out := sigmago.Rule{
		Title: r.Title.Value, ID: r.ID.Value, Status: r.Status.Value, Level: r.Level.Value,
		Description: r.Description.Value, Author: r.Author.Value,
		References: strs(r.References), Tags: strs(r.Tags),
		AdditionalFields: c.additional(r),
	}
	for _, x := range r.Related {
		out.Related = append(out.Related, sigmago.RelatedRule{ID: x.ID.Value, Type: x.Type.Value})
	}
	if l := r.Logsource; l != nil {
		out.Logsource = sigmago.Logsource{
			Category: l.Category.Value, Product: l.Product.Value, Service: l.Service.Value,
			Definition: l.Definition.Value, AdditionalFields: c.fields(l.Custom),
		}
	}
	if r.Detection != nil {
		out.Detection = c.detection(r.Detection)
	}
	return out, c.losses
}

type exporter struct {
	file   *sigma.File
	losses []Loss
}

func (c *exporter) lose(at sigma.Span, format string, args ...any) {
	c.losses = append(c.losses, Loss{at, fmt.Sprintf(format, args...)})
}

func strs(list []sigma.Text) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.Value)
	}
	return out
}

// additional gathers the keys of the specification that sigma-go does not
// name, and the author's own.
func (c *exporter) additional(r *sigma.Rule) map[string]any {
	out := map[string]any{}
	for _, f := range []struct {
		name string
		text sigma.Text
	}{{"name", r.Name}, {"license", r.License}, {"date", r.Date}, {"modified", r.Modified}, {"taxonomy", r.Taxonomy}} {
		if f.text.Value != "" {
			out[f.name] = f.text.Value
		}
	}
	for _, f := range []struct {
		name  string
		texts []sigma.Text
	}{{"falsepositives", r.FalsePositives}, {"fields", r.Fields}, {"scope", r.Scope}} {
		if len(f.texts) > 0 {
			var list []any
			for _, t := range f.texts {
				list = append(list, t.Value)
			}
			out[f.name] = list
		}
	}
	for name, v := range c.fields(r.Custom) {
		out[name] = v
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (c *exporter) fields(entries []sigma.Entry) map[string]any {
	if len(entries) == 0 {
		return nil
	}
	out := make(map[string]any, len(entries))
	for _, e := range entries {
		out[e.Key.Value] = c.data(e.Data)
	}
	return out
}

func (c *exporter) data(d sigma.Data) any {
	switch d := d.(type) {
	case *sigma.Scalar:
		return c.value(d.Value())
	case *sigma.List:
		list := make([]any, len(d.Of))
		for i, x := range d.Of {
			list[i] = c.data(x)
		}
		return list
	case *sigma.Map:
		out := make(map[string]any, len(d.Entries))
		for _, e := range d.Entries {
			out[e.Key.Value] = c.data(e.Data)
		}
		return out
	default:
		panic(fmt.Sprintf("sigmago: unknown node %T", d))
	}
}

func (c *exporter) detection(d *sigma.Detection) sigmago.Detection {
	out := sigmago.Detection{Searches: map[string]sigmago.Search{}}
	for _, s := range d.Searches {
		if s.Body != nil {
			out.Searches[s.Name.Value] = c.search(s)
		}
	}
	for _, x := range d.Conditions {
		if x.Expr == nil {
			c.lose(x.Text.At, "the condition could not be read")
			continue
		}
		written := sigma.PrintExpr(x.Expr)
		if x.Aggregate != nil {
			written += " " + c.file.Text(x.Aggregate.At)
		}
		condition, err := sigmago.ParseCondition(written)
		if err != nil {
			c.lose(x.Text.At, "sigma-go has no form for the condition %q: %v", written, err)
			continue
		}
		out.Conditions = append(out.Conditions, condition)
	}
	if d.Timeframe != nil {
		out.Timeframe = time.Duration(d.Timeframe.Seconds) * time.Second
	}
	return out
}

// search fills the two forms that sigma-go has: a list of keywords, or a list
// of maps.
func (c *exporter) search(s *sigma.Search) sigmago.Search {
	if item, ok := s.Body.(*sigma.Item); ok {
		return sigmago.Search{Keywords: c.keywords(item)}
	}
	var out sigmago.Search
	c.block(&out, s.Body)
	return out
}

func (c *exporter) block(out *sigmago.Search, b sigma.Block) {
	switch b := b.(type) {
	case *sigma.All:
		var m sigmago.EventMatcher
		for _, item := range b.Items {
			m = append(m, c.item(item))
		}
		out.EventMatchers = append(out.EventMatchers, m)
	case *sigma.Any:
		for _, x := range b.Blocks {
			c.block(out, x)
		}
	case *sigma.Item:
		c.lose(b.At, "sigma-go has no place for keywords beside maps")
	default:
		panic(fmt.Sprintf("sigmago: unknown node %T", b))
	}
}

func (c *exporter) keywords(item *sigma.Item) []string {
	var out []string
	for _, v := range item.Values {
		out = append(out, v.Written().Value)
	}
	return out
}

func (c *exporter) item(item *sigma.Item) sigmago.FieldMatcher {
	f := sigmago.FieldMatcher{Field: item.Field.Value}
	for _, m := range item.Modifiers {
		f.Modifiers = append(f.Modifiers, m.Name)
	}
	for _, v := range item.Values {
		f.Values = append(f.Values, c.value(v))
	}
	return f
}

// value gives the Go value that sigma-go's reader would. It keeps no text of
// numbers, and what floating point can't hold is lost.
func (c *exporter) value(v sigma.Value) any {
	switch v := v.(type) {
	case *sigma.String:
		return v.Text.Value
	case *sigma.Bool:
		return v.Value
	case *sigma.Null:
		return nil
	case *sigma.Number:
		return c.number(v)
	default:
		panic(fmt.Sprintf("sigmago: unknown node %T", v))
	}
}

func (c *exporter) number(v *sigma.Number) any {
	written := v.Text.Value
	if n, err := strconv.ParseInt(strings.TrimPrefix(written, "+"), 10, strconv.IntSize); err == nil {
		if fmt.Sprint(n) != written {
			c.lose(v.Text.At, "sigma-go keeps %s as %d", written, n)
		}
		return int(n)
	}
	f := v.Float()
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		c.lose(v.Text.At, "sigma-go keeps %s as %d", written, int64(f))
		return int(f)
	}
	if strconv.FormatFloat(f, 'g', -1, 64) != written {
		c.lose(v.Text.At, "sigma-go keeps %s as %g", written, f)
	}
	return f
}
