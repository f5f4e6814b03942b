package spleval

// An expr is a part of an eval expression.
type expr interface{ span() (lo, hi int) }

type (
	at      struct{ lo, hi int }
	literal struct {
		at
		v value
	}
	fieldRef struct {
		at
		name string
	}
	call struct {
		at
		fn   *function
		args []expr
	}
	logic struct { // AND, OR, XOR of two and more
		at
		op string
		x  []expr
	}
	notExpr struct {
		at
		x expr
	}
	compare struct { // = != < <= > >= LIKE
		at
		op   string
		x, y expr
	}
	arith struct { // a chain of + - . or of * / %, from the left
		at
		first expr
		rest  []operand
	}
	negate struct {
		at
		x expr
	}
)

type operand struct {
	op byte
	x  expr
}

func (a at) span() (int, int) { return a.lo, a.hi }

// resultKind is what is known of an expression's kind before it runs.
type resultKind byte

const (
	anyKind resultKind = iota
	boolKind
	numberKind
	stringKind
)

func kindOf(e expr) resultKind {
	switch e := e.(type) {
	case *logic, *notExpr, *compare:
		return boolKind
	case *arith, *negate:
		return numberKind
	case *literal:
		switch e.v.kind {
		case kindNumber:
			return numberKind
		case kindString:
			return stringKind
		}
		return anyKind
	case *call:
		if e.fn.result != anyKind || e.fn.branches == nil {
			return e.fn.result
		}
		kind := anyKind
		for _, b := range e.fn.branches(e.args) {
			if k := kindOf(b); k == boolKind {
				kind = boolKind
			}
		}
		return kind
	default:
		return anyKind
	}
}

// children calls f for each part of e.
func children(e expr, f func(expr)) {
	switch e := e.(type) {
	case *call:
		for _, a := range e.args {
			f(a)
		}
	case *logic:
		for _, x := range e.x {
			f(x)
		}
	case *notExpr:
		f(e.x)
	case *compare:
		f(e.x)
		f(e.y)
	case *arith:
		f(e.first)
		for _, o := range e.rest {
			f(o.x)
		}
	case *negate:
		f(e.x)
	}
}

// fieldsOf gives the fields that an expression reads, each once, in order.
func fieldsOf(e expr) []string {
	var names []string
	seen := map[string]bool{}
	var walk func(expr)
	walk = func(e expr) {
		if f, ok := e.(*fieldRef); ok && !seen[f.name] {
			seen[f.name] = true
			names = append(names, f.name)
		}
		children(e, walk)
	}
	walk(e)
	return names
}
