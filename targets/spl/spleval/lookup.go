package spleval

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// A Lookup is a table that lookup and inputlookup read: a CSV file with what a
// lookup definition says of it.
type Lookup struct {
	Columns []string
	Rows    [][]string

	// FoldCase is case_sensitive_match=false. As on Splunk, matching is
	// case-sensitive without it.
	FoldCase bool
	// Wildcard and CIDR name the columns of match_type WILDCARD(x) and CIDR(x).
	Wildcard, CIDR []string
	// MaxMatches is how many rows may match one event; 0 is Splunk's 1,000.
	MaxMatches int
	// DefaultMatch is what outputs hold if no row matches; "" is nothing.
	DefaultMatch string
}

// ParseLookupCSV reads a table whose first row names the columns.
func ParseLookupCSV(text string) (*Lookup, error) {
	rows, err := readCSV(strings.TrimPrefix(text, "\ufeff"))
	if err != nil {
		return nil, fmt.Errorf("table is no CSV: %w", err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("table is empty: its first row names the columns")
	}
	return &Lookup{Columns: rows[0], Rows: rows[1:]}, nil
}

func lookupCommands() map[string]*commandInfo {
	return map[string]*commandInfo{
		"lookup":      {parse: parseLookup, streaming: true},
		"inputlookup": {parse: parseInputlookup, source: true},
	}
}

func (l *Lookup) cell(row []string, column int) string {
	if column < len(row) {
		return row[column]
	}
	return ""
}

// table gives the rows; an empty cell is no field.
func (l *Lookup) table() table {
	out := table{cols: slices.Clone(l.Columns)}
	for _, row := range l.Rows {
		r := newRecord(len(l.Columns))
		r.owned = true
		for i, c := range l.Columns {
			if v := l.cell(row, i); v != "" {
				r.set(c, []string{v})
			}
		}
		out.rows = append(out.rows, r)
	}
	return out
}

// find gives the lookup of a name, with or without .csv.
func (rt *runtime) lookup(name string) (*Lookup, error) {
	for _, n := range [...]string{name, strings.TrimSuffix(name, ".csv"), name + ".csv"} {
		if l := rt.in.Lookups[n]; l != nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("no lookup table %q is given", name)
}

// A columnPair is lookup-field AS event-field.
type columnPair struct{ column, field string }

type lookupArgs struct {
	name       string
	in, out    []columnPair
	keep       bool // OUTPUTNEW: fields that an event has stay
	allOutputs bool // neither OUTPUT nor OUTPUTNEW: all other columns
}

// parseLookup: lookup TABLE column [AS field] ... [OUTPUT|OUTPUTNEW column [AS field] ...].
func parseLookup(_ *parser, s *scanner) (command, *Error) {
	a := &lookupArgs{allOutputs: true}
	for {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt == nil {
			break
		}
		if opt.name != "local" && opt.name != "update" {
			return nil, s.errorf(opt.lo, opt.value.hi, "lookup has no option %q here: local and update are", opt.name)
		}
	}
	t, err := s.fieldName()
	if err != nil {
		return nil, err
	}
	a.name = t.text
	list := &a.in
	for !s.atEnd() {
		t, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case t.isPunct(","):
			continue
		case t.kind == tokPunct || t.kind == tokGroup:
			return nil, s.unexpected(t, "a column")
		case t.isKeyword("output") || t.isKeyword("outputnew"):
			a.keep, a.allOutputs, list = t.isKeyword("outputnew"), false, &a.out
			continue
		}
		alias, err := s.alias(t.text)
		if err != nil {
			return nil, err
		}
		if list == &a.in {
			s.log.read(alias, t.lo, s.pos)
		} else {
			s.log.makes(alias)
		}
		*list = append(*list, columnPair{t.text, alias})
	}
	if len(a.in) == 0 {
		return nil, s.errorf(s.end, s.end, "lookup lacks the columns to match")
	}
	if a.allOutputs {
		s.log.opens()
	}
	return a.run, nil
}

// alias reads AS name, or gives the name that stands without it.
func (s *scanner) alias(name string) (string, *Error) {
	t, err := s.peek()
	if err != nil || !t.isKeyword("as") {
		return name, err
	}
	s.pos = t.hi
	to, err := s.fieldName()
	if err != nil {
		return "", err
	}
	// A name may end in parentheses, as that of a column of stats does.
	if rest := s.src.text[s.pos:s.end]; to.kind == tokWord && strings.HasPrefix(rest, "(") {
		if n := strings.IndexByte(rest, ')'); n > 0 && !strings.ContainsAny(rest[:n], " \t\n|\"") {
			s.pos += n + 1
			to.text += rest[:n+1]
		}
	}
	return to.text, nil
}

func (a *lookupArgs) run(rt *runtime, in table) (table, error) {
	l, err := rt.lookup(a.name)
	if err != nil {
		return in, err
	}
	m, err := newLookupMatcher(l, a.in)
	if err != nil {
		return in, err
	}
	outputs := a.out
	if a.allOutputs {
		for _, c := range l.Columns {
			if !slices.ContainsFunc(a.in, func(p columnPair) bool { return p.column == c }) {
				outputs = append(outputs, columnPair{c, c})
			}
		}
	}
	columns := make([]int, len(outputs))
	for i, o := range outputs {
		if columns[i] = slices.Index(l.Columns, o.column); columns[i] < 0 {
			return in, fmt.Errorf("lookup table %q has no column %q", a.name, o.column)
		}
	}
	return change(rt, in, func(r *record) {
		rows := m.match(rt, r)
		for i, o := range outputs {
			if a.keep && r.has(o.field) {
				continue
			}
			rt.put(r, o.field, l.values(rows, columns[i]))
		}
	}), nil
}

// values gathers the cells of the rows that matched. "OUTPUT: the output lookup
// fields overwrite existing fields": without a match they are taken out.
func (l *Lookup) values(rows []int, column int) []string {
	if len(rows) == 0 && l.DefaultMatch != "" {
		return []string{l.DefaultMatch}
	}
	var out []string
	for _, i := range rows {
		if v := l.cell(l.Rows[i], column); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// A lookupMatcher finds the rows of a table that fit an event.
type lookupMatcher struct {
	max   int
	tests []cellTest
	index map[string][]int // rows by the first column that compares as it is
	by    int              // the test that the index is of, -1 if none
	rows  int
}

// A cellTest compares the cells of one column with the values of a field.
type cellTest struct {
	field    string
	cells    []string
	fold     bool
	patterns []pattern
	prefixes []netip.Prefix
}

func newLookupMatcher(l *Lookup, in []columnPair) (*lookupMatcher, error) {
	m := &lookupMatcher{max: l.MaxMatches, by: -1, rows: len(l.Rows)}
	if m.max <= 0 {
		m.max = 1000
	}
	for _, p := range in {
		c := slices.Index(l.Columns, p.column)
		if c < 0 {
			return nil, fmt.Errorf("lookup table has no column %q", p.column)
		}
		t := cellTest{field: p.field, fold: l.FoldCase}
		for _, row := range l.Rows {
			cell := l.cell(row, c)
			switch {
			case slices.Contains(l.Wildcard, p.column):
				t.patterns = append(t.patterns, newPattern(cell, !l.FoldCase))
			case slices.Contains(l.CIDR, p.column):
				prefix, _ := parsePrefix(cell)
				t.prefixes = append(t.prefixes, prefix)
			case l.FoldCase:
				cell = lower(cell)
			}
			t.cells = append(t.cells, cell)
		}
		if m.by < 0 && t.patterns == nil && t.prefixes == nil {
			m.by = len(m.tests)
			m.index = map[string][]int{}
			for i, cell := range t.cells {
				m.index[cell] = append(m.index[cell], i)
			}
		}
		m.tests = append(m.tests, t)
	}
	return m, nil
}

// match gives the rows in which every column fits any value of its field.
func (m *lookupMatcher) match(rt *runtime, r *record) []int {
	var found []int
	for _, i := range m.candidates(r) {
		if len(found) >= m.max || !rt.step(1) {
			break
		}
		if !slices.ContainsFunc(m.tests, func(t cellTest) bool { return !t.fits(i, r.get(t.field)) }) {
			found = append(found, i)
		}
	}
	return found
}

func (m *lookupMatcher) candidates(r *record) []int {
	var rows []int
	if m.by < 0 {
		for i := range m.rows {
			rows = append(rows, i)
		}
		return rows
	}
	t := m.tests[m.by]
	for _, v := range r.get(t.field) {
		if t.fold {
			v = lower(v)
		}
		rows = append(rows, m.index[v]...)
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

func (t cellTest) fits(row int, values []string) bool {
	return slices.ContainsFunc(values, func(v string) bool {
		switch {
		case t.patterns != nil:
			return t.patterns[row].match(v, lower(v))
		case t.prefixes != nil:
			return t.prefixes[row].IsValid() && inPrefix(t.prefixes[row], v)
		case t.fold:
			return t.cells[row] == lower(v)
		}
		return t.cells[row] == v
	})
}

// parseInputlookup: inputlookup [append=t] TABLE [where search]; options may stand
// after the table too.
func parseInputlookup(p *parser, s *scanner) (command, *Error) {
	appended := false
	var name string
	for name == "" || !s.atEnd() {
		if t, err := s.peek(); err != nil || name != "" && t.isKeyword("where") {
			break
		}
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt == nil {
			t, err := s.fieldName()
			if err != nil {
				return nil, err
			}
			if name != "" {
				return nil, s.unexpected(t, "an option, where or the end")
			}
			name = t.text
			continue
		}
		if opt.name != "append" && opt.name != "strict" {
			return nil, s.errorf(opt.lo, opt.value.hi, "inputlookup has no option %q here: append and strict are", opt.name)
		}
		if opt.name == "append" {
			appended = isYes(opt.value.text)
		}
	}
	if !s.first && !appended {
		return nil, s.errorf(s.pos, s.end, "inputlookup brings its own rows: it must be the first command, or take append=true")
	}
	s.log.opens()
	test := matcher(func(*runtime, *record) bool { return true })
	if t, err := s.peek(); err != nil {
		return nil, err
	} else if t.isKeyword("where") {
		n, err := p.searchExpr(t.hi, s.end)
		if err != nil {
			return nil, err
		}
		test, s.pos = compileSearch(n), s.end
	}
	return func(rt *runtime, in table) (table, error) {
		l, err := rt.lookup(name)
		if err != nil {
			return in, err
		}
		t := l.table()
		t = keep(rt, t, func(r *record) bool { return test(rt, r) })
		if appended {
			return joined(in, t), nil
		}
		return t, nil
	}, nil
}
