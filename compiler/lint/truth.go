package lint

import (
	"fmt"

	"github.com/sigproof/sigproof/sigma"
)

// truthChecks ask what a condition says for each answer that its searches can
// give, as if they had nothing to do with each other.
var truthChecks = []*Check{conditionConstant, conditionIdle}

// mostAnswers bounds the searches of a condition whose answers are tried: the
// work doubles with each.
const mostAnswers = 12

// A truth is a condition with the searches that it names. An answer is a set
// of bits, one a search.
type truth struct {
	detection *sigma.Detection
	expr      sigma.Expr
	names     []string
	bits      map[string]int
}

func newTruth(d *sigma.Detection, x sigma.Expr) *truth {
	t := &truth{detection: d, expr: x, bits: map[string]int{}}
	for _, u := range uses(d, x) {
		for _, name := range u.names {
			if _, ok := t.bits[name]; !ok {
				t.bits[name] = len(t.names)
				t.names = append(t.names, name)
			}
		}
	}
	return t
}

func (t *truth) holds(x sigma.Expr, answer int) bool {
	switch x := x.(type) {
	case *sigma.And:
		for _, y := range x.X {
			if !t.holds(y, answer) {
				return false
			}
		}
		return true
	case *sigma.Or:
		for _, y := range x.X {
			if t.holds(y, answer) {
				return true
			}
		}
		return false
	case *sigma.Not:
		return !t.holds(x.X, answer)
	case *sigma.Ref:
		return answer>>t.bits[x.Name]&1 == 1
	case *sigma.Quantified:
		found := matching(t.detection, x.Pattern)
		n := 0
		for _, s := range found {
			n += answer >> t.bits[s.Name.Value] & 1
		}
		return x.All && n == len(found) || !x.All && n >= x.N
	default:
		panic(fmt.Sprintf("lint: unknown expression %T", x))
	}
}

// truths gives a function each condition whose answers can be tried, with what
// it says for each.
func (p *Pass) truths(f func(t *truth, c *sigma.Condition, says []bool)) {
	p.conditions(func(d *sigma.Detection, c *sigma.Condition) {
		if _, plain := c.Expr.(*sigma.Ref); plain {
			return
		}
		t := newTruth(d, c.Expr)
		if len(t.names) > mostAnswers {
			return
		}
		says := make([]bool, 1<<len(t.names))
		for answer := range says {
			says[answer] = t.holds(t.expr, answer)
		}
		f(t, c, says)
	})
}

// decides tells whether some answer changes with a search.
func (t *truth) decides(says []bool, name string) bool {
	for answer := range says {
		if says[answer] != says[answer^1<<t.bits[name]] {
			return true
		}
	}
	return false
}

func constant(says []bool) bool {
	for _, s := range says {
		if s != says[0] {
			return false
		}
	}
	return true
}

var conditionConstant = &Check{
	Code:     "condition/constant",
	Severity: sigma.Warning,
	Title:    "condition says the same of every event",
	Why:      "Whatever its searches find, the rule fires on all events or on none.",
	Before:   deciding("selection and not selection"),
	After:    deciding("selection and not filter"),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.truths(func(_ *truth, c *sigma.Condition, says []bool) {
			switch {
			case !constant(says):
			case says[0]:
				p.report(c.Text.At, "whatever the searches find, the condition holds")
			default:
				p.report(c.Text.At, "whatever the searches find, the condition never holds")
			}
		})
	},
}

var conditionIdle = &Check{
	Code:     "condition/idle-search",
	Severity: sigma.Warning,
	Title:    "search that the condition names decides nothing",
	Why:      "The others say the same with it and without. A not, or parentheses, are missing.",
	Before:   deciding("selection or (selection and filter)"),
	After:    deciding("selection and filter"),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.truths(func(t *truth, c *sigma.Condition, says []bool) {
			if constant(says) {
				return
			}
			for _, name := range t.names {
				if !t.decides(says, name) {
					p.report(c.Text.At, "the condition says the same whether %q holds or not", name)
				}
			}
		})
	},
}
