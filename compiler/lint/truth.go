package lint

import (
	"fmt"
	"math/bits"
	"slices"

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
	names []string
	bits  map[string]int
	meant map[*sigma.Quantified]int // the bits of the searches that each "1 of" and "all of" names
	says  []bool                    // what the condition says for each answer
}

// newTruth tries the answers; nil if there are too many.
func newTruth(d *sigma.Detection, x sigma.Expr) *truth {
	t := &truth{bits: map[string]int{}, meant: map[*sigma.Quantified]int{}}
	for _, u := range uses(d, x) {
		for _, name := range u.names {
			if _, ok := t.bits[name]; !ok {
				t.bits[name] = len(t.names)
				t.names = append(t.names, name)
			}
		}
	}
	if len(t.names) > mostAnswers {
		return nil
	}
	for n := range sigma.Preorder(x) {
		if q, ok := n.(*sigma.Quantified); ok {
			for _, s := range matching(d, q.Pattern) {
				t.meant[q] |= 1 << t.bits[s.Name.Value]
			}
		}
	}
	t.says = make([]bool, 1<<len(t.names))
	for answer := range t.says {
		t.says[answer] = t.holds(x, answer)
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
		found := answer & t.meant[x]
		return x.All && found == t.meant[x] || !x.All && bits.OnesCount(uint(found)) >= x.N
	default:
		panic(fmt.Sprintf("lint: unknown expression %T", x))
	}
}

// truths gives a function each condition whose answers can be tried.
func (p *Pass) truths(f func(t *truth, c *sigma.Condition)) {
	p.conditions(func(d *sigma.Detection, c *sigma.Condition) {
		if _, plain := c.Expr.(*sigma.Ref); plain {
			return
		}
		t, known := p.read.truths[c]
		if !known {
			if p.read.truths == nil {
				p.read.truths = map[*sigma.Condition]*truth{}
			}
			t = newTruth(d, c.Expr)
			p.read.truths[c] = t
		}
		if t != nil {
			f(t, c)
		}
	})
}

// decides tells whether some answer changes with a search.
func (t *truth) decides(name string) bool {
	for answer, says := range t.says {
		if says != t.says[answer^1<<t.bits[name]] {
			return true
		}
	}
	return false
}

func (t *truth) constant() bool { return !slices.Contains(t.says, !t.says[0]) }

var conditionConstant = &Check{
	Code:     "condition/constant",
	Severity: sigma.Warning,
	Title:    "condition says the same of every event",
	Why:      "Whatever its searches find, the rule fires on all events or on none.",
	Before:   deciding("selection and not selection"),
	After:    deciding("selection and not filter"),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.truths(func(t *truth, c *sigma.Condition) {
			switch {
			case !t.constant():
			case t.says[0]:
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
		p.truths(func(t *truth, c *sigma.Condition) {
			if t.constant() {
				return
			}
			var idle []string
			for _, name := range t.names {
				if !t.decides(name) {
					idle = append(idle, name)
				}
			}
			switch len(idle) {
			case 0:
			case 1:
				p.report(c.Text.At, "the condition says the same whether %q holds or not", idle[0])
			default:
				p.report(c.Text.At, "the condition says the same whether %s hold or not", sigma.Choices(idle))
			}
		})
	},
}
