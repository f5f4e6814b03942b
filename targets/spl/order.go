package spl

import (
	"slices"
	"strconv"

	"github.com/sigproof/sigproof/compiler/ir"
)

// ordered carries the latest start of each chain from input to input. A chain
// lies in the window if its start does.
func (c *correlating) ordered() []string {
	lines := c.order()
	var without []int
	for _, chain := range c.c.Chains {
		without = append(without, chain.Without...)
	}
	if len(without) > 0 {
		slices.Sort(without)
		lines = append(lines, c.remember(slices.Compact(without))...)
	}
	var holds []cond
	for n, chain := range c.c.Chains {
		steps, hold := c.chain(n, chain)
		lines, holds = append(lines, steps...), append(holds, hold)
	}
	return append(append(lines, c.lastOfInstant()...), "| where "+anyOf(holds).text)
}

// chain writes the steps of one chain, and what tells that it holds. The events
// of one instant may stand in any order, so that each of them knows what all of
// them do.
func (c *correlating) chain(number int, chain ir.Chain) (steps []string, holds cond) {
	var terms []cond
	start := "_time"
	for i, input := range chain.Inputs {
		field := c.chainField(number, i)
		steps = append(steps,
			"| eval "+field+"=if("+c.is(input)+", "+start+", null())",
			"| streamstats max("+field+") as "+field+c.by(),
			"| eventstats max("+field+") as "+field+c.by("_time"))
		start = field
	}
	if len(chain.Inputs) > 0 {
		terms = append(terms, c.recent(start))
	}
	for _, input := range chain.Without {
		terms = append(terms, not(c.occurs(input, true)))
	}
	return steps, allOf(terms...)
}

// chainField names the field that holds the latest start of a chain of the
// first inputs, each no earlier than the one before.
func (c *correlating) chainField(number, step int) string {
	field := "sigproof_chain_" + strconv.Itoa(step+1)
	if len(c.c.Chains) > 1 {
		field += "_" + strconv.Itoa(number+1)
	}
	return field
}
