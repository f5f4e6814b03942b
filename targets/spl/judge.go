package spl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
)

// judge writes the lines that keep the rows at which the condition holds.
func (c *correlating) judge() []string {
	switch {
	case c.c.Extended != nil:
		return c.temporal(c.extended(c.c.Extended, false).text)
	case c.c.Chains != nil:
		return c.ordered()
	case c.c.Type == "temporal":
		return c.temporal(c.inputCount())
	case c.c.Type == "event_count":
		return c.eventCount()
	case c.c.Type == "value_count":
		return c.valueCount()
	}
	return c.numbers()
}

// eventCount tells from the oldest of the last N rows of the group whether the
// window has at least N: every bound on a count of events is made of such
// questions, so that no window has to be gathered. Manual, streamstats: with
// global=false "a separate window is used for each group".
func (c *correlating) eventCount() []string {
	lines := c.order()
	var asked []int64
	var conds []cond
	for _, b := range c.c.Where {
		conds = append(conds, c.countBound(b, &asked))
	}
	for _, n := range asked {
		lines = append(lines, fmt.Sprintf("| streamstats global=f window=%d count as %s min(_time) as %s%s", n, sizeField(n), startField(n), c.by()))
	}
	return append(append(lines, c.lastOfInstant()...), "| where "+allOf(conds...).text)
}

func sizeField(n int64) string  { return "sigproof_size_" + strconv.FormatInt(n, 10) }
func startField(n int64) string { return "sigproof_start_" + strconv.FormatInt(n, 10) }

// countBound makes a bound on a count of questions "at least n".
func (c *correlating) countBound(b ir.Bound, asked *[]int64) cond {
	atLeast := func(n int64) cond { return c.atLeast(n, asked) }
	low, high := around(b.Value)
	whole := low == high
	switch b.Op {
	case ir.Gte:
		return atLeast(high)
	case ir.Gt:
		return atLeast(low + 1)
	case ir.Lt:
		return not(atLeast(high))
	case ir.Lte:
		return not(atLeast(low + 1))
	case ir.Eq:
		if !whole {
			return call("false", "")
		}
		return allOf(atLeast(low), not(atLeast(low+1)))
	case ir.Neq:
		if !whole {
			return call("true", "")
		}
		return anyOf([]cond{not(atLeast(low)), atLeast(low + 1)})
	}
	panic("spl: unknown comparison " + string(b.Op))
}

// mostCounted bounds the counts that are told apart: no search holds more.
const mostCounted = 1_000_000_000

// around gives the whole numbers next to a number: the greatest that is not
// greater, and the least that is not less.
func around(d ir.Decimal) (low, high int64) {
	for low, high = int64(-1), int64(mostCounted); high-low > 1; {
		if mid := (low + high) / 2; d.Compare(ir.DecimalOf(mid)) < 0 {
			high = mid
		} else {
			low = mid
		}
	}
	if d.Compare(ir.DecimalOf(low)) == 0 {
		return low, low
	}
	return low, high
}

func (c *correlating) atLeast(n int64, asked *[]int64) cond {
	if n <= 1 {
		return call("true", "") // the event itself
	}
	if n > 10_000 {
		c.limit("spl/window-size", c.c.At)
	}
	if !slices.Contains(*asked, n) {
		*asked = append(*asked, n)
	}
	return allOf(compare(fmt.Sprintf("%s=%d", sizeField(n), n)), compare("_time-"+startField(n)+"<="+seconds(c.c.Window)))
}

// seen names the field that holds when an input last occurred in the group.
func seen(input int) string { return "sigproof_seen_" + strconv.Itoa(input+1) }

// is tells whether the row is of an input.
func (c *correlating) is(input int) string {
	if len(c.c.Inputs) == 1 {
		return "true()"
	}
	return ruleField + "=" + text(c.c.Inputs[input].Name)
}

// temporal remembers when each input last occurred: it is in the window if that
// is no longer ago.
func (c *correlating) temporal(condition string) []string {
	all := make([]int, len(c.c.Inputs))
	for i := range all {
		all[i] = i
	}
	return append(append(append(c.order(), c.remember(all)...), c.lastOfInstant()...), "| where "+condition)
}

func (c *correlating) remember(inputs []int) []string {
	var evals, stats []string
	for _, i := range inputs {
		evals = append(evals, seen(i)+"=if("+c.is(i)+", _time, null())")
		stats = append(stats, "max("+seen(i)+") as "+seen(i))
	}
	return []string{"| eval " + strings.Join(evals, ", "), "| streamstats " + strings.Join(stats, " ") + c.by()}
}

func (c *correlating) recent(field string) cond {
	return compare(field + ">=_time-" + seconds(c.c.Window))
}

// inputCount is the condition on how many inputs occur; all, if there is none.
func (c *correlating) inputCount() string {
	var all []cond
	var terms []string
	for i := range c.c.Inputs {
		all = append(all, c.recent(seen(i)))
		terms = append(terms, "if("+c.recent(seen(i)).text+", 1, 0)")
	}
	if len(c.c.Where) == 0 {
		return allOf(all...).text
	}
	return c.bounds("(" + strings.Join(terms, "+") + ")")
}

// extended is a condition over the names of the inputs. An input that never
// occurred has no time; under a NOT that must be said.
func (c *correlating) extended(e sigma.Expr, negated bool) cond {
	switch e := e.(type) {
	case *sigma.And:
		return allOf(c.extendeds(e.X, negated)...)
	case *sigma.Or:
		return anyOf(c.extendeds(e.X, negated))
	case *sigma.Not:
		return not(c.extended(e.X, true))
	case *sigma.Ref:
		i := slices.IndexFunc(c.c.Inputs, func(in ir.Input) bool { return in.Name == e.Name })
		return c.occurs(i, negated)
	case *sigma.Quantified:
		return c.quantified(e, negated)
	default:
		panic(fmt.Sprintf("spl: unknown expression %T", e))
	}
}

func (c *correlating) extendeds(x []sigma.Expr, negated bool) []cond {
	out := make([]cond, len(x))
	for i, e := range x {
		out[i] = c.extended(e, negated)
	}
	return out
}

func (c *correlating) occurs(input int, negated bool) cond {
	if input < 0 {
		return call("false", "")
	}
	if negated {
		return allOf(call("isnotnull", seen(input)), c.recent(seen(input)))
	}
	return c.recent(seen(input))
}

func (c *correlating) quantified(q *sigma.Quantified, negated bool) cond {
	var all []cond
	var terms []string
	for i, in := range c.c.Inputs {
		if sigma.MatchesPattern(q.Pattern, in.Name) {
			all = append(all, c.occurs(i, negated))
			terms = append(terms, "if("+c.recent(seen(i)).text+", 1, 0)")
		}
	}
	switch {
	case len(all) == 0:
		return call(strconv.FormatBool(q.All || q.N <= 0), "")
	case q.All:
		return allOf(all...)
	case q.N == 1:
		return anyOf(all)
	}
	return compare(strings.Join(terms, "+") + ">=" + strconv.Itoa(q.N))
}

// gather makes each row hold the points of its window: their times and values.
// values() keeps each point once, so that points which count on their own have
// the order of their row as well. streamstats gathers a second too much, for the
// manual does not say which end of time_window is in it; then the exact window
// is taken. Manual, streamstats: "The time_window argument is limited by the
// value of max_stream_window".
func (c *correlating) gather(point string) []string {
	c.limit("spl/window-size", c.c.At)
	lines := append(c.order(),
		"| eval "+pointField+"="+point,
		fmt.Sprintf("| streamstats time_window=%ds values(%s) as %s%s", c.c.Window+1, pointField, windowField, c.by()))
	lines = append(lines, c.lastOfInstant()...)
	inside := `tonumber(mvindex(split(` + windowField + `, "|"), 0))>=_time-` + seconds(c.c.Window)
	return append(lines, "| eval "+windowField+"=mvmap("+windowField+", if("+inside+", "+windowField+", null()))")
}

func (c *correlating) valueCount() []string {
	lines := c.gather(`_time . "|" . ` + valueField)
	values := "mvdedup(mvmap(" + windowField + ", replace(" + windowField + `, "^[^|]*\\|", "")))`
	return append(lines,
		"| eval "+valueField+"=coalesce(mvcount("+values+"), 0)",
		"| where "+c.bounds(valueField))
}

// numbers adds up, or sorts, the numbers of each window: a row for each number
// of each window, and then one for each window again. The median of stats is
// "approximated to the higher of the two values", and its percentiles are
// estimates, so that ranks are counted.
func (c *correlating) numbers() []string {
	lines := append(c.gather(`_time . "|" . `+orderField+` . "|" . `+valueField),
		"| mvexpand "+windowField,
		"| eval "+valueField+"=tonumber(mvindex(split("+windowField+`, "|"), 2))`)
	function := "avg"
	switch c.c.Type {
	case "value_sum":
		function = "sum"
	case "value_avg":
	case "value_median":
		lines = append(lines, c.ranked("rank=floor((size+1)/2) OR rank=floor(size/2)+1")...)
	case "value_percentile":
		lines = append(lines, c.ranked("rank=max(1, ceiling("+c.c.Percent.String()+"/100*size))")...)
	default:
		panic("spl: unknown correlation " + c.c.Type)
	}
	stats := "| stats " + function + "(" + valueField + ") as " + valueField
	for _, column := range c.columns() {
		stats += " first(" + column + ") as " + column // by would drop the rows that lack one
	}
	return append(lines,
		stats+" by "+orderField,
		"| where "+c.bounds(valueField))
}

// ranked keeps the numbers of a window that have a rank among its size.
func (c *correlating) ranked(condition string) []string {
	condition = strings.NewReplacer("rank", "sigproof_rank", "size", "sigproof_size").Replace(condition)
	return []string{
		"| sort 0 " + orderField + ", num(" + valueField + ")",
		"| streamstats count as sigproof_rank by " + orderField,
		"| eventstats count as sigproof_size by " + orderField,
		"| where " + condition,
	}
}
