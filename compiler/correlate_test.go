package compiler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
)

// fourRules are a, b, c and d; the correlation follows.
func fourRules() string {
	src := ""
	for i, name := range []string{"a", "b", "c", "d"} {
		src += fmt.Sprintf("title: Rule %s\nid: %d1111111-1111-4111-8111-11111111111A\nname: %s\nlogsource: {category: x}\ndetection: {s: {e: %s}, condition: s}\n---\n", name, i, name, name)
	}
	return src + "title: Correlation\nid: 41111111-1111-4111-8111-111111111111\ncorrelation:\n  timespan: 1m\n  "
}

// compiled gives the correlation behind the four rules, and the errors.
func compiled(t *testing.T, body string) (*ir.Correlation, []string) {
	t.Helper()
	programs, diags := generic(t, "rules.yml", []byte(fourRules()+strings.ReplaceAll(body, "\n", "\n  ")+"\n"))
	var errors []string
	for _, d := range diags {
		if d.Severity == sigma.Error {
			errors = append(errors, fmt.Sprintf("%s [%s]", d.Message, d.Code))
		}
	}
	i := slices.IndexFunc(programs, func(p *ir.Program) bool { return p.Correlation != nil })
	if i < 0 {
		return nil, errors
	}
	return programs[i].Correlation, errors
}

func TestOrders(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		body string
		want string   // chains: "a b -c" is a, then b, without c
		errs []string // instead
	}{
		{body: "rules: [b, a]", want: "b a"},
		{body: "condition: b and a", want: "b a"},
		{body: "rules: [a, b]\ncondition: b and a", want: "a b"},
		{body: "rules: [0111111-x]\n", errs: nil}, // dangling, which the collection reports
		{body: "condition: 01111111-1111-4111-8111-11111111111a and b", want: "a b"},
		{body: "condition: (a or b) and c", want: "a c; b c"},
		{body: "condition: a and not (b or c)", want: "a -b -c"},
		{body: "condition: a and not (b and c)", want: "a -b; a -c"},
		{body: "condition: a and b or a and not b or b and a", want: "a b; a -b"},
		{body: "rules: [a, b, c]\ncondition: 2 of them", want: "a b; a c; b c"},
		{body: "rules: [a, b, c]\ncondition: not 2 of them", want: "-a -b; -a -c; -b -c"},
		{body: "rules: [a, b]\ncondition: all of *", want: "a b"},
		{body: "rules: [a, b, c]\ncondition: {gt: 1}", want: "a b; a c; b c"},
		{body: "rules: [a, b]\ncondition: {gte: 2}", want: "a b"},
		{body: "rules: [a, b]\ncondition: {gte: 3}", errs: []string{"there are 2 rules; the condition must ask for 1 to 2 of them [correlation/condition]"}},
		{body: "rules: [a, b]\ncondition: {lt: 2}", errs: []string{`temporal_ordered asks that rules follow each other: at least so many of them, by "gte" or "gt" and a whole number [correlation/condition]`}},
		{body: "condition: a and not a", errs: []string{"the condition never holds: it asks for a rule that it rules out [correlation/condition]"}},
	} {
		t.Run(test.body, func(t *testing.T) {
			t.Parallel()
			c, errs := compiled(t, "type: temporal_ordered\n"+test.body)
			if diff := cmp.Diff(test.errs, errs); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, chainsText(c)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func chainsText(c *ir.Correlation) string {
	if c == nil {
		return ""
	}
	var chains []string
	for _, chain := range c.Chains {
		var words []string
		for _, i := range chain.Inputs {
			words = append(words, c.Inputs[i].Name)
		}
		for _, i := range chain.Without {
			words = append(words, "-"+c.Inputs[i].Name)
		}
		chains = append(chains, strings.Join(words, " "))
	}
	return strings.Join(chains, "; ")
}

// TestTooManyOrders bounds what a condition is written out to.
func TestTooManyOrders(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 12 {
		fmt.Fprintf(&b, "title: r%d\nname: r%d\nlogsource: {category: x}\ndetection: {s: {e: x}, condition: s}\n---\n", i, i)
	}
	for _, condition := range []string{
		"(r0 or r1) and (r2 or r3) and (r4 or r5) and (r6 or r7) and (r8 or r9) and (r10 or r11)",
		"rules",
	} {
		src := b.String() + "title: c\ncorrelation:\n  type: temporal_ordered\n  timespan: 1m\n"
		if condition == "rules" {
			src += "  rules: [r0, r1, r2, r3, r4, r5, r6, r7]\n  condition: 4 of them\n"
		} else {
			src += "  condition: " + condition + "\n"
		}
		_, diags := generic(t, "rules.yml", []byte(src))
		if !slices.ContainsFunc(diags, func(d *sigma.Diagnostic) bool { return d.Code == "correlation/too-many" }) {
			t.Errorf("%s: not refused: %s", condition, render(diags))
		}
	}
}

// TestInputsByAnyReference holds that rules are found by id in any case, by
// name, and across files.
func TestInputsByAnyReference(t *testing.T) {
	t.Parallel()
	c, errs := compiled(t, "type: event_count\nrules: [a, 11111111-1111-4111-8111-11111111111a, Rule c]\ncondition: {gte: 2}")
	if len(errs) > 0 || c == nil {
		t.Fatal(errs)
	}
	var names []string
	for _, in := range c.Inputs {
		names = append(names, in.Name)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
