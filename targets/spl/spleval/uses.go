package spleval

import "strings"

// A fieldUse is one thing that a command does to the fields of its rows. A
// command's uses stand in the order in which they happen.
type fieldUse struct {
	kind   useKind
	names  []string
	lo, hi int    // of the name that is read
	equals []test // what it is compared with
	exact  bool   // by an expression, to which case matters and a star is a letter
	plan   *plan
}

// A test is a value that a search compares a field with.
type test struct {
	text   string
	lo, hi int
}

type useKind byte

const (
	useRead   useKind = iota // names[0] is looked at
	useMake                  // names are there from now on
	useKeep                  // no others are left; names may hold stars
	useDrop                  // names are gone; they may hold stars
	useRename                // names[0] is called names[1] from now on
	useOpen                  // there may be any field from now on
	useSub                   // a subsearch of its own, whose rows only make a test
	useUnion                 // the fields of another search come too
	useBranch                // the rows so far go through a subsearch, and come back with its fields
	useBegin                 // the rows so far count for nothing
	useSource                // names are the sourcetypes of the events
)

// A useLog gathers the uses of one command while it is read. Nil gathers none.
type useLog struct{ uses []fieldUse }

func (l *useLog) add(u fieldUse) {
	if l != nil {
		l.uses = append(l.uses, u)
	}
}

func (l *useLog) read(name string, lo, hi int) {
	if strings.IndexByte(name, '*') < 0 {
		l.add(fieldUse{kind: useRead, names: []string{name}, lo: lo, hi: hi})
	}
}

func (l *useLog) reads(tokens ...token) {
	for _, t := range tokens {
		l.read(t.text, t.lo, t.hi)
	}
}

// compares notes a comparison of the search command.
func (l *useLog) compares(field token, values []test) {
	l.read(field.text, field.lo, field.hi)
	if l != nil && len(l.uses) > 0 {
		l.uses[len(l.uses)-1].equals = values
	}
}

// equals notes that an expression compares the field that was read last with a
// text.
func (l *useLog) equals(left, right expr) {
	field, isField := left.(*fieldRef)
	value, isText := right.(*literal)
	if l == nil || !isField || !isText || value.v.kind != kindString {
		return
	}
	for i := len(l.uses) - 1; i >= 0; i-- {
		if u := &l.uses[i]; u.kind == useRead && u.lo == field.lo && u.hi == field.hi {
			text, _ := value.v.text()
			u.equals, u.exact = append(u.equals, test{text, value.lo, value.hi}), true
			return
		}
	}
}

// makes notes new fields. Of a name with stars or braces only the rows know
// what it stands for.
func (l *useLog) makes(names ...string) {
	for _, name := range names {
		if strings.ContainsAny(strings.ReplaceAll(name, "{}", ""), "*{") {
			l.add(fieldUse{kind: useOpen})
			continue
		}
		l.add(fieldUse{kind: useMake, names: []string{name}})
	}
}

func (l *useLog) keeps(names ...string)       { l.add(fieldUse{kind: useKeep, names: names}) }
func (l *useLog) drops(names ...string)       { l.add(fieldUse{kind: useDrop, names: names}) }
func (l *useLog) opens()                      { l.add(fieldUse{kind: useOpen}) }
func (l *useLog) plan(kind useKind, pl *plan) { l.add(fieldUse{kind: kind, plan: pl}) }

// begins notes that the rows are those of some searches, and no others.
func (l *useLog) begins(plans []*plan) {
	l.add(fieldUse{kind: useBegin})
	for _, pl := range plans {
		l.plan(useUnion, pl)
	}
}

func (l *useLog) renames(from, to token) {
	if strings.IndexByte(from.text, '*') >= 0 {
		l.opens()
		return
	}
	l.reads(from)
	l.add(fieldUse{kind: useRename, names: []string{from.text, to.text}})
}

// mark says how far the log is, and forgive takes back what was read since:
// arguments of functions that ask whether a field is there.
func (l *useLog) mark() int {
	if l == nil {
		return 0
	}
	return len(l.uses)
}

func (l *useLog) forgive(mark int) {
	if l != nil {
		l.uses = l.uses[:mark]
	}
}

func texts(tokens []token) []string {
	var names []string
	for _, t := range tokens {
		names = append(names, t.text)
	}
	return names
}
