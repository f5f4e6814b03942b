package spleval

import (
	"strings"
)

// A searchNode is a part of a search expression.
type searchNode interface{ searchNode() }

type (
	searchAnd struct{ x []searchNode }
	searchOr  struct{ x []searchNode }
	searchNot struct{ x searchNode }
	// fieldTest is field op value, or field IN (values).
	fieldTest struct {
		field  string
		op     string // = != < <= > >=
		values []searchValue
	}
	// rawTerm is a keyword or phrase, looked for in _raw.
	rawTerm struct {
		text        string
		cased, term bool // CASE(), TERM()
	}
	// timeTest is earliest=, latest= and their kin.
	timeTest struct {
		field string // _time or _indextime
		from  bool   // the event must be at or after, else before
		time  string
	}
	subTest struct{ plan *plan }
	allTest struct{} // no condition at all
)

type searchValue struct {
	text  string
	cased bool
}

func (*searchAnd) searchNode() {}
func (*searchOr) searchNode()  {}
func (*searchNot) searchNode() {}
func (*fieldTest) searchNode() {}
func (*rawTerm) searchNode()   {}
func (*timeTest) searchNode()  {}
func (*subTest) searchNode()   {}
func (*allTest) searchNode()   {}

// maxDepth bounds parentheses, NOTs, calls and subsearches within each other.
const maxDepth = 400

// A searchParser reads the expression of the search command.
//
//	and     = or { ["AND"] or } .
//	or      = not { "OR" not } .
//	not     = { "NOT" } primary .
//	primary = "(" and ")" | "[" search "]" | test | term .
//
// search, "Boolean expressions": "The order in which Boolean expressions are
// evaluated with the search command is: 1. Expressions within parentheses 2. NOT
// clauses 3. OR clauses 4. AND clauses". The operators are upper case only.
type searchParser struct {
	scanner
	p     *parser
	depth int
}

func (p *parser) searchExpr(lo, hi int) (searchNode, *Error) {
	s := &searchParser{scanner: scanner{src: p.src, pos: lo, end: hi, log: p.log}, p: p}
	if s.atEnd() {
		return &allTest{}, nil
	}
	x, err := s.and()
	if err != nil {
		return nil, err
	}
	if !s.atEnd() {
		return nil, s.errorf(s.pos, s.pos+1, "unexpected %q: its opening parenthesis is missing", ")")
	}
	return x, nil
}

func (s *searchParser) and() (searchNode, *Error) {
	s.depth++
	defer func() { s.depth-- }()
	if s.depth > maxDepth {
		return nil, s.errorf(s.pos, s.pos+1, "parentheses are nested more than %d deep", maxDepth)
	}
	var all []searchNode
	for {
		x, err := s.or()
		if err != nil {
			return nil, err
		}
		all = append(all, x)
		if s.operator("AND") {
			if s.closes() {
				return nil, s.errorf(s.pos, s.pos+1, "AND has nothing after it: a term should stand here")
			}
			continue
		}
		if s.closes() {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return &searchAnd{all}, nil
}

// closes says whether the expression, or its parenthesis, ends here.
func (s *searchParser) closes() bool {
	return s.atEnd() || s.src.text[s.pos] == ')'
}

// operator reads one of AND, OR and NOT.
func (s *searchParser) operator(word string) bool {
	s.skipSpace()
	end := s.pos + len(word)
	if end > s.end || s.src.text[s.pos:end] != word {
		return false
	}
	if end < s.end && !isSpace(s.src.text[end]) && strings.IndexByte(`()"[`, s.src.text[end]) < 0 {
		return false
	}
	s.pos = end
	return true
}

func (s *searchParser) or() (searchNode, *Error) {
	x, err := s.not()
	if err != nil {
		return nil, err
	}
	all := []searchNode{x}
	for s.operator("OR") {
		if x, err = s.not(); err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	if len(all) == 1 {
		return x, nil
	}
	return &searchOr{all}, nil
}

func (s *searchParser) not() (searchNode, *Error) {
	nots := 0
	for s.operator("NOT") {
		nots++
	}
	x, err := s.primary()
	if err != nil {
		return nil, err
	}
	if nots%2 == 1 {
		return &searchNot{x}, nil
	}
	return x, nil
}

func (s *searchParser) primary() (searchNode, *Error) {
	s.skipSpace()
	lo := s.pos
	for _, op := range [...]string{"OR", "AND"} {
		if s.operator(op) {
			return nil, s.errorf(lo, s.pos, "%s has nothing before it: a term should stand before %s (in quotes it is a keyword)", op, op)
		}
	}
	if s.atEnd() {
		return nil, s.errorf(s.end, s.end, "search ends where a term should stand")
	}
	switch s.src.text[lo] {
	case '(':
		s.pos++
		if s.skipSpace(); s.pos < s.end && s.src.text[s.pos] == ')' {
			return nil, s.errorf(lo, s.pos+1, "parentheses are empty: a term should stand in them")
		}
		x, err := s.and()
		if err != nil {
			return nil, err
		}
		if s.atEnd() {
			return nil, s.errorf(lo, lo+1, "parenthesis is not closed: ) is missing")
		}
		s.pos++
		return x, nil
	case ')':
		return nil, s.errorf(lo, lo+1, "unexpected %q: a term should stand here", ")")
	case '[':
		g, err := s.group()
		if err != nil {
			return nil, err
		}
		sub, err := s.p.subsearch(g)
		if err != nil {
			return nil, err
		}
		s.log.plan(useSub, sub)
		return &subTest{sub}, nil
	}
	if s.src.callAt(lo) {
		s.pos = skipMacro(s.src.text[:s.end], lo)
		return &allTest{}, nil
	}
	return s.test()
}

// test reads a comparison, or a keyword or phrase.
func (s *searchParser) test() (searchNode, *Error) {
	lo := s.pos
	left, err := s.operand(false)
	if err != nil {
		return nil, err
	}
	if left.kind == tokWord && s.pos < s.end && s.src.text[s.pos] == '(' {
		return s.directive(left)
	}
	at := s.pos
	s.skipSpace()
	if op := s.comparison(); op != "" {
		return s.compare(left, op, lo)
	}
	if s.operator("IN") {
		return s.in(left)
	}
	s.pos = at
	return &rawTerm{text: left.text}, nil
}

// comparison reads a comparison operator, "" if there is none.
func (s *searchParser) comparison() string {
	for _, op := range [...]string{"!=", "<=", ">=", "==", "=", "<", ">"} {
		if strings.HasPrefix(s.src.text[s.pos:s.end], op) {
			s.pos += len(op)
			return op
		}
	}
	return ""
}

// operand reads a field, keyword or value. As a value, a word may hold the
// characters of operators: uri=/a?b=c.
func (s *searchParser) operand(isValue bool) (token, *Error) {
	s.skipSpace()
	lo, text := s.pos, s.src.text
	if lo < s.end && text[lo] == '"' {
		t, err := s.quoted('"')
		if err == nil && s.pos < s.end && strings.IndexByte("*", text[s.pos]) >= 0 {
			err = s.errorf(s.pos, s.pos+1, "star stands after the quote: it belongs inside the quotes, where it is a wildcard too")
		}
		return t, err
	}
	for s.pos < s.end && !isSpace(text[s.pos]) && strings.IndexByte(`()",[]`, text[s.pos]) < 0 {
		if c := text[s.pos]; !isValue && (c == '=' || c == '<' || c == '>' || c == '!' && s.pos+1 < s.end && text[s.pos+1] == '=') {
			break
		}
		if text[s.pos] == '\\' && s.pos+1 < s.end {
			s.pos++
		}
		s.pos++
	}
	if s.pos == lo {
		return token{}, s.errorf(lo, min(lo+1, s.end), "unexpected %q: a term should stand here", text[lo:min(lo+1, s.end)])
	}
	return token{tokWord, unescape(text[lo:s.pos]), lo, s.pos}, nil
}

// directive reads TERM(...) or CASE(...).
func (s *searchParser) directive(name token) (searchNode, *Error) {
	v, err := s.directiveValue(name)
	if err != nil {
		return nil, err
	}
	return &rawTerm{v.text, name.text == "CASE", name.text == "TERM"}, nil
}

func (s *searchParser) directiveValue(name token) (searchValue, *Error) {
	if name.text != "TERM" && name.text != "CASE" {
		return searchValue{}, s.errorf(name.lo, s.pos+1, "%q is no directive of search: TERM(...) and CASE(...) are; eval's functions belong after | where", name.text+"(")
	}
	end := strings.IndexByte(s.src.text[s.pos:s.end], ')')
	if end < 0 {
		return searchValue{}, s.errorf(name.lo, s.pos+1, "parenthesis is not closed: ) is missing")
	}
	text := strings.TrimSpace(s.src.text[s.pos+1 : s.pos+end])
	s.pos += end + 1
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	return searchValue{unescape(text), name.text == "CASE"}, nil
}

func (s *searchParser) value() (searchValue, *Error) {
	if s.atEnd() || s.closes() {
		return searchValue{}, s.errorf(s.pos, min(s.pos+1, s.end), "comparison lacks its value")
	}
	t, err := s.operand(true)
	if err != nil {
		return searchValue{}, err
	}
	if t.kind == tokWord && s.pos < s.end && s.src.text[s.pos] == '(' {
		return s.directiveValue(t)
	}
	if t.kind == tokWord {
		switch t.text {
		case "AND", "OR", "NOT", "IN":
			return searchValue{}, s.errorf(t.lo, t.hi, "%s is an operator: as a value it must stand in quotes", t.text)
		}
	}
	return searchValue{text: t.text}, nil
}

// timeFields are the modifiers that narrow the time of the search, not the fields
// of its events.
var timeFields = map[string]timeTest{
	"earliest":        {field: "_time", from: true},
	"latest":          {field: "_time"},
	"_index_earliest": {field: "_indextime", from: true},
	"_index_latest":   {field: "_indextime"},
}

// refusedFields name things that stand outside the events.
var refusedFields = map[string]string{
	"savedsearch": "saved searches are not known here", "savedsplunk": "saved searches are not known here",
	"eventtypetag": "tags are not known here", "hosttag": "tags are not known here",
	"starttime": "write earliest=", "endtime": "write latest=", "timeformat": "write the time as seconds",
}

func (s *searchParser) compare(left token, op string, lo int) (searchNode, *Error) {
	s.skipSpace()
	at := s.pos
	v, err := s.value()
	if err != nil {
		return nil, err
	}
	if why, ok := refusedFields[left.text]; ok && left.kind == tokWord {
		return nil, s.errorf(left.lo, left.hi, "%s= is refused: %s", left.text, why)
	}
	if strings.HasPrefix(left.text, "tag::") {
		return nil, s.errorf(left.lo, left.hi, "tag:: is refused: tags are not known here")
	}
	if t, ok := timeFields[left.text]; ok && left.kind == tokWord {
		if op != "=" {
			return nil, s.errorf(lo, s.pos, "%s takes = and a time", left.text)
		}
		if _, ok := parseTimeModifier(v.text, 0); !ok {
			return nil, s.errorf(lo, s.pos, "%q is no time: -1h@h, now, seconds or %%m/%%d/%%Y:%%H:%%M:%%S are", v.text)
		}
		t.time = v.text
		return &t, nil
	}
	if op == "==" {
		op = "="
	}
	if op == "=" {
		s.log.compares(left, []test{{v.text, at, s.pos}})
	} else {
		s.log.reads(left)
	}
	return &fieldTest{left.text, op, []searchValue{v}}, nil
}

func (s *searchParser) in(left token) (searchNode, *Error) {
	s.skipSpace()
	open := s.pos
	if s.pos >= s.end || s.src.text[s.pos] != '(' {
		return nil, s.errorf(open, min(open+1, s.end), "IN lacks its list: (value, value) should stand here")
	}
	s.pos++
	in := &fieldTest{field: left.text, op: "="}
	var tests []test
	for {
		s.skipSpace()
		at := s.pos
		v, err := s.value()
		if err != nil {
			return nil, err
		}
		in.values = append(in.values, v)
		tests = append(tests, test{v.text, at, s.pos})
		if s.atEnd() {
			return nil, s.errorf(open, open+1, "parenthesis is not closed: ) is missing")
		}
		switch s.src.text[s.pos] {
		case ',':
			s.pos++
		case ')':
			s.pos++
			s.log.compares(left, tests)
			return in, nil
		default:
			return nil, s.errorf(s.pos, s.pos+1, "unexpected %q in the list of IN: a comma or ) should stand here", s.src.text[s.pos:s.pos+1])
		}
	}
}
