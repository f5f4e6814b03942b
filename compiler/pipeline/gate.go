package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// A gate is the conditions of one kind that stand before a transformation.
type gate[C any] struct {
	conditions []C
	expr       boolean // over the conditions; nil: all of them, or any
	any        bool
	not        bool
}

// opens tells whether the conditions hold. Without any it is open.
func (g *gate[C]) opens(holds func(C) bool) bool {
	if len(g.conditions) == 0 {
		return true
	}
	ok := !g.any
	if g.expr != nil {
		ok = g.expr.eval(func(i int) bool { return holds(g.conditions[i]) })
	} else {
		for _, c := range g.conditions {
			if holds(c) == g.any {
				ok = g.any
				break
			}
		}
	}
	return ok != g.not
}

// readGate reads the keys of one kind of conditions: PREFIX_conditions,
// PREFIX_cond_op, PREFIX_cond_not and PREFIX_cond_expr.
func readGate[C any](p *params, prefix string, kinds []kind[C]) gate[C] {
	g := gate[C]{
		any: p.choice(prefix+"_cond_op", "and", "and", "or") == "or",
		not: p.flag(prefix + "_cond_not"),
	}
	names := readConditions(p, &g, prefix, kinds)
	if e, ok := p.entry(prefix + "_cond_expr"); ok && !isNothing(e.Data) {
		g.expr = p.conditionExpr(e, prefix, names)
	}
	if not, ok := p.entry(prefix + "_cond_not"); ok && g.not && len(names) == 0 {
		p.errorAt("condition", not.Key.At, "%q has nothing to negate; %q has no condition", not.Key.Value, prefix+"_conditions")
	}
	return g
}

// readConditions reads a list of conditions, or a map of them by name. It
// gives their names, empty in a list.
func readConditions[C any](p *params, g *gate[C], prefix string, kinds []kind[C]) []sigma.Text {
	e, ok := p.entry(prefix + "_conditions")
	if !ok || isNothing(e.Data) {
		return nil
	}
	var names []sigma.Text
	add := func(name sigma.Text, d sigma.Data) {
		var c C
		names = append(names, name)
		if q, ok := p.mapOf("a condition of "+prefix+"_conditions", d); ok {
			if k, t, ok := typed(q, kinds); ok {
				q.what, q.at = fmt.Sprintf("condition %q", t.Value), t.At
				c = k.read(q)
				q.done()
			}
		}
		g.conditions = append(g.conditions, c)
	}
	switch d := e.Data.(type) {
	case *sigma.List:
		for _, x := range d.Of {
			add(sigma.Text{}, x)
		}
	case *sigma.Map:
		for _, x := range d.Entries {
			add(x.Key, x.Data)
		}
	default:
		p.wrong(e, "a list of conditions, or a map of them")
	}
	return names
}

// conditionExpr reads an expression over named conditions. As in pySigma it
// must name each of them, and no operator may stand beside it.
func (p *params) conditionExpr(e sigma.Entry, prefix string, names []sigma.Text) boolean {
	s, ok := p.scalarOf(e, "text")
	if !ok {
		return nil
	}
	if op, ok := p.entry(prefix + "_cond_op"); ok {
		p.errorAt("condition", op.Key.At, "%q and %q exclude each other; one of them must go", op.Key.Value, e.Key.Value)
	}
	if conditions, ok := p.entry(prefix + "_conditions"); !ok || !isMap(conditions.Data) {
		p.errorAt("condition", e.Key.At, "%q needs %q to be a map of names to conditions", e.Key.Value, prefix+"_conditions")
		return nil
	}
	x := &exprReader{text: s.Text.Value, names: values(names), used: map[string]bool{}}
	expr := x.read()
	if x.wrong != "" {
		at := p.file.Within(s.Text, x.from, x.to)
		p.errorAt("condition", at, "%s", x.wrong).Label = x.label
		return nil
	}
	for _, n := range names {
		if !x.used[n.Value] {
			p.errorAt("condition", n.At, "%q does not name the condition %q", e.Key.Value, n.Value)
		}
	}
	return expr
}

func isMap(d sigma.Data) bool {
	_, ok := d.(*sigma.Map)
	return ok
}

// boolean is an expression over numbered conditions.
type boolean interface {
	eval(holds func(int) bool) bool
}

type (
	operand int
	negated struct{ x boolean }
	joined  struct {
		any  bool
		x, y boolean
	}
)

func (b operand) eval(holds func(int) bool) bool { return holds(int(b)) }
func (b negated) eval(holds func(int) bool) bool { return !b.x.eval(holds) }
func (b joined) eval(holds func(int) bool) bool {
	if b.any {
		return b.x.eval(holds) || b.y.eval(holds)
	}
	return b.x.eval(holds) && b.y.eval(holds)
}

// An exprReader reads an expression; after the first mistake it only returns.
//
//	or  = and { "or" and }
//	and = not { "and" not }
//	not = "not" not | "(" or ")" | name
type exprReader struct {
	text     string
	pos      int
	depth    int
	names    []string
	used     map[string]bool
	wrong    string
	label    string
	from, to int // of what is wrong
}

func (x *exprReader) read() boolean {
	b := x.or()
	if word := x.next(); x.wrong == "" && word != "" {
		x.fail(word, fmt.Sprintf(`unexpected %q; "and" or "or" must stand between two conditions`, word))
	}
	return b
}

func (x *exprReader) fail(word, message string) boolean {
	if x.wrong == "" {
		x.wrong, x.from, x.to = message, x.pos-len(word), x.pos
	}
	return operand(0)
}

// next reads a word or a parenthesis; empty at the end.
func (x *exprReader) next() string {
	for x.pos < len(x.text) && strings.IndexByte(" \t\r\n", x.text[x.pos]) >= 0 {
		x.pos++
	}
	start := x.pos
	for x.pos < len(x.text) && strings.IndexByte(" \t\r\n()", x.text[x.pos]) < 0 {
		x.pos++
	}
	if start == x.pos && x.pos < len(x.text) {
		x.pos++
	}
	return x.text[start:x.pos]
}

func (x *exprReader) peek(word string) bool {
	pos := x.pos
	if x.next() == word {
		return true
	}
	x.pos = pos
	return false
}

func (x *exprReader) or() boolean {
	b := x.and()
	for x.wrong == "" && x.peek("or") {
		b = joined{true, b, x.and()}
	}
	return b
}

func (x *exprReader) and() boolean {
	b := x.not()
	for x.wrong == "" && x.peek("and") {
		b = joined{false, b, x.not()}
	}
	return b
}

func (x *exprReader) not() boolean {
	x.depth++
	defer func() { x.depth-- }()
	switch word := x.next(); {
	case x.depth > 100:
		return x.fail(word, "the expression nests deeper than 100")
	case word == "not":
		return negated{x.not()}
	case word == "(":
		b := x.or()
		if x.wrong == "" && !x.peek(")") {
			return x.fail("", `")" is missing`)
		}
		return b
	case word == "" || word == ")" || word == "and" || word == "or":
		return x.fail(word, "a condition must stand here")
	default:
		i := slices.Index(x.names, word)
		if i < 0 {
			x.label = sigma.DidYouMean(word, x.names)
			return x.fail(word, fmt.Sprintf("no condition is named %q", word))
		}
		x.used[word] = true
		return operand(i)
	}
}
