package kql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// ordered asks whether the inputs of a chain follow each other.
func (c *correlation) ordered(by string) []string {
	if len(c.Chains) == 1 && len(c.Chains[0].Without) == 0 {
		return c.oneOrder(c.Chains[0].Inputs, by)
	}
	return c.orders(by)
}

func (c *correlation) isRule(input int) string { return "Rule == " + quote(c.inputs[input]) }

// oneOrder takes each input as early as it can be: not before the one that
// goes before. The last one may be any that is late enough. Where one is
// missing no row is left.
func (c *correlation) oneOrder(chain []int, by string) []string {
	last := len(chain) - 1
	sums := []string{"Time1 = minif(Seen, " + c.isRule(chain[0]) + ")"}
	for i := 1; i < last; i++ {
		sums = append(sums, fmt.Sprintf("Times%d = make_list_if(Seen, %s)", i+1, c.isRule(chain[i])))
	}
	sums = append(sums, "Last = maxif(Seen, "+c.isRule(chain[last])+")")
	lines := []string{"summarize " + strings.Join(sums, ", ") + by}
	for i := 2; i <= last; i++ {
		lines = append(lines, fmt.Sprintf(
			"mv-apply Next = Times%d to typeof(datetime) on (summarize Time%d = minif(Next, Next >= Time%d))", i, i, i-1))
	}
	return append(lines, fmt.Sprintf("where Time%d <= Last", max(last, 1)))
}

// endOfTime stands at the end of each list of times, so that a row outlives a chain
// that does not hold: another one may.
const endOfTime = "datetime(9999-12-31)"

// orders is oneOrder for several chains, and for those that want a rule not to
// occur.
func (c *correlation) orders(by string) []string {
	var sums, lists []string
	for _, i := range c.chained() {
		times := fmt.Sprintf("Times%d", i+1)
		sums = append(sums, fmt.Sprintf("%s = make_list_if(Seen, %s)", times, c.isRule(i)))
		lists = append(lists, fmt.Sprintf("%s = array_concat(%s, dynamic([%s]))", times, times, endOfTime))
	}
	lines := []string{"summarize " + strings.Join(sums, ", ") + by, "extend " + strings.Join(lists, ",\n    ")}
	var holds []write.Expr
	for n, chain := range c.Chains {
		steps, hold := c.chain(n, chain)
		lines = append(lines, steps...)
		holds = append(holds, hold)
	}
	return append(lines, "where "+chain(holds, "or", levelOr).String())
}

// chained lists the inputs that a chain speaks of, each once.
func (c *correlation) chained() []int {
	var out []int
	for _, chain := range c.Chains {
		out = append(out, slices.Concat(chain.Inputs, chain.Without)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// chain writes the steps of one chain, and what tells that it holds.
func (c *correlation) chain(number int, x ir.Chain) (steps []string, holds write.Expr) {
	var terms []write.Expr
	before := ""
	for _, i := range x.Inputs {
		time := fmt.Sprintf("Time%d_%d", number+1, i+1)
		first := "min(Next)"
		if before != "" {
			first = "minif(Next, Next >= " + before + ")"
		}
		steps = append(steps, fmt.Sprintf("mv-apply Next = Times%d to typeof(datetime) on (summarize %s = %s)", i+1, time, first))
		before = time
	}
	if before != "" {
		terms = append(terms, compared(before+" < "+endOfTime))
	}
	for _, i := range x.Without {
		terms = append(terms, compared(fmt.Sprintf("array_length(Times%d) == 1", i+1)))
	}
	return steps, chain(terms, "and", levelAnd)
}
