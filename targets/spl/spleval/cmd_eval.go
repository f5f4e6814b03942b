package spleval

import (
	"strings"
)

// An assignment is one field=expression of eval.
type assignment struct {
	name   string
	braces bool // the name holds {field}
	f      evalFunc
}

// parseEval: "You can chain multiple eval expressions in one search using a comma".
// Each sees what the ones before it have set.
func parseEval(p *parser, s *scanner) (command, *Error) {
	all, err := p.assignments(s)
	return func(rt *runtime, in table) (table, error) {
		return change(rt, in, func(r *record) { assign(&scope{rt: rt, rec: r}, all) }), nil
	}, err
}

func (p *parser) assignments(s *scanner) ([]assignment, *Error) {
	var all []assignment
	for {
		name, err := s.destination()
		if err != nil {
			return nil, err
		}
		x := p.expression(s.pos, s.end)
		e, err := x.xor()
		if err != nil {
			return nil, err
		}
		if kindOf(e) == boolKind {
			lo, hi := e.span()
			return nil, s.errorf(lo, hi, "fields cannot hold a truth value: if(%s, \"true\", \"false\") is meant", s.src.text[lo:hi])
		}
		f, err := p.compile(e)
		if err != nil {
			return nil, err
		}
		s.log.makes(name)
		all = append(all, assignment{name, strings.Contains(name, "{") && !strings.Contains(name, "{}"), f})
		s.pos = x.tok.hi
		if x.tok.kind == exprEnd {
			s.pos = s.end
			return all, nil
		}
		if !x.isOp(",") {
			return nil, x.unexpected("an operator, a comma or the end")
		}
	}
}

func assign(sc *scope, all []assignment) {
	for _, a := range all {
		v := a.f(sc)
		name := a.name
		if a.braces {
			name = dynamicName(sc.rec, name)
		}
		sc.rt.put(sc.rec, name, v.list())
	}
}

// dynamicName: "use the value of one field as the name of another field by using
// curly braces". What stands in a field is not replaced again.
func dynamicName(r *record, name string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(name, '{')
		end := strings.IndexByte(name, '}')
		if open < 0 || end < open {
			b.WriteString(name)
			return b.String()
		}
		v, _ := r.first(name[open+1 : end])
		b.WriteString(name[:open] + v)
		name = name[end+1:]
	}
}

// destination reads the field of an assignment and its =. Unquoted it may hold any
// character but spaces, quotes and those of expressions.
func (s *scanner) destination() (string, *Error) {
	s.skipSpace()
	lo := s.pos
	name := ""
	if lo < s.end && (s.src.text[lo] == '"' || s.src.text[lo] == '\'') {
		t, err := s.quoted(s.src.text[lo])
		if err != nil {
			return "", err
		}
		name = t.text
	} else {
		for s.pos < s.end && !isSpace(s.src.text[s.pos]) && strings.IndexByte("=,()\"'!<>+*/%", s.src.text[s.pos]) < 0 {
			s.pos++
		}
		name = s.src.text[lo:s.pos]
	}
	eq, err := s.peek()
	if err != nil {
		return "", err
	}
	if name == "" || !eq.isPunct("=") {
		if s.atEnd() {
			return "", s.errorf(lo, s.end, "assignment is missing: field=expression should stand here")
		}
		return "", s.unexpected(eq, "field=expression")
	}
	s.pos = eq.hi
	return name, nil
}
