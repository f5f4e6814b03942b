package gomatch

import (
	"fmt"
	"strconv"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// start begins the value of a variable.
func (g *generator) start(text string) { g.value = append(g.value[:0], text...) }

// add goes on with it.
func (g *generator) add(text string) { g.value = append(g.value, text...) }

// quote goes on with a literal.
func (g *generator) quote(text string) { g.value = strconv.AppendQuote(g.value, text) }

// variable declares the value once and gives its name.
func (g *generator) variable(prefix string) string {
	if name := g.names[string(g.value)]; name != "" {
		return name
	}
	v := variable{prefix + strconv.Itoa(len(g.vars)+1), string(g.value)}
	g.names[v.value] = v.name
	g.vars = append(g.vars, v)
	return v.name
}

func (g *generator) field(f *ir.Field) string {
	g.start(g.use("field"))
	switch {
	case f.First != nil:
		g.add("{first: [][]step{")
		for i, path := range f.First {
			g.separate(i)
			g.steps(path)
		}
		g.add("}")
	case f.Path != nil:
		g.add("{steps: []step")
		g.steps(f.Path)
	default:
		g.add("{name: ")
		g.quote(f.Name)
	}
	if f.Unquote {
		g.add(", unquote: true")
	}
	g.add("}")
	return g.variable("field")
}

// separate writes the comma before the item i of a list.
func (g *generator) separate(i int) {
	if i > 0 {
		g.add(", ")
	}
}

func (g *generator) steps(path schema.Path) {
	g.add("{")
	for i, s := range path {
		g.separate(i)
		g.step(s)
	}
	g.add("}")
}

func (g *generator) step(s schema.Step) {
	g.add("{key: ")
	g.quote(s.Key)
	switch {
	case s.Every:
		g.add(", every: true")
	case s.By != "":
		g.add(", by: ")
		g.quote(s.By)
		g.add(", is: ")
		g.quote(s.Is)
	}
	g.add("}")
}

// matcher gives what asks one value, which is a variable if it is made once.
func (g *generator) matcher(m ir.Match) string {
	switch m := m.(type) {
	case *ir.Text:
		g.glob(m)
	case *ir.Present:
		return g.use("present")
	case *ir.Number:
		g.call("number", m.Value.String(), m.Written)
	case *ir.Bool:
		g.start(g.use("boolean") + "(" + strconv.FormatBool(m.Value) + ")")
	case *ir.Regex:
		source := m.Source
		if m.Flags != "" {
			source = "(?" + m.Flags + ")" + source
		}
		g.call("search", source)
	case *ir.Compare:
		g.call("compared", string(m.Op), m.Value.String())
	case *ir.CIDR:
		g.call("network", m.Prefix.String())
	case *ir.TimePart:
		g.call("timePart", m.Part, string(m.Op), m.Value.String())
	default:
		panic(fmt.Sprintf("gomatch: unknown match %T", m))
	}
	return g.variable("match")
}

// call is the value that a function of the run-time part makes of texts.
func (g *generator) call(name string, texts ...string) {
	g.start(g.use(name))
	g.add("(")
	for i, text := range texts {
		g.separate(i)
		g.quote(text)
	}
	g.add(")")
}

var partNames = map[ir.PartKind]string{ir.AnyRun: "anyRun", ir.AnyOne: "anyOne", ir.Dash: "anyDash"}

func (g *generator) glob(m *ir.Text) {
	g.start(g.use("glob"))
	g.add("(")
	g.value = strconv.AppendBool(g.value, m.Cased)
	for _, p := range m.Parts {
		if p.Kind == ir.Literal {
			g.add(", " + g.use("part") + "{" + g.use("literal") + ", ")
			g.quote(p.Text)
			g.add("}")
		} else {
			g.add(", " + g.use("part") + "{kind: " + g.use(partNames[p.Kind]) + "}")
		}
	}
	g.add(")")
}
