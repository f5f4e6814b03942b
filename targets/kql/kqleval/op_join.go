package kqleval

import "slices"

// joinShape says what a kind of join keeps.
type joinShape struct {
	leftCols, rightCols bool // columns in the result
	pairs               bool // rows that match
	leftRest, rightRest bool // rows that match nothing
	semi                bool // a row that matches once is enough
	unique              bool // one left row a key
}

var joinShapes = map[string]joinShape{
	"innerunique":   {leftCols: true, rightCols: true, pairs: true, unique: true},
	"inner":         {leftCols: true, rightCols: true, pairs: true},
	"leftouter":     {leftCols: true, rightCols: true, pairs: true, leftRest: true},
	"rightouter":    {leftCols: true, rightCols: true, pairs: true, rightRest: true},
	"fullouter":     {leftCols: true, rightCols: true, pairs: true, leftRest: true, rightRest: true},
	"leftsemi":      {leftCols: true, semi: true},
	"rightsemi":     {rightCols: true, semi: true},
	"leftanti":      {leftCols: true, leftRest: true},
	"anti":          {leftCols: true, leftRest: true},
	"leftantisemi":  {leftCols: true, leftRest: true},
	"rightanti":     {rightCols: true, rightRest: true},
	"rightantisemi": {rightCols: true, rightRest: true},
}

// join is a join that is bound.
type join struct {
	joinShape
	at                  span
	left, right         *relation
	leftKeys, rightKeys []int
	pick                []int // columns of the pair that the result has
	cols                []Column
}

func (b *binder) joinTables(in *relation, op *joinOp) *relation {
	kind := op.kind
	if kind == "" {
		kind = "innerunique"
		if op.lookup {
			kind = "leftouter"
		}
	}
	shape, ok := joinShapes[kind]
	if !ok || op.lookup && kind != "leftouter" && kind != "inner" {
		b.fail(op.kindAt, "", "no kind of join is named %q%s", kind, nearest(kind, kindNames()))
		return in
	}
	j := &join{joinShape: shape, at: op.at, left: in}
	b.within(nil, func() { j.right = b.table(op.right) })
	if !b.joinKeys(j, op) {
		return in
	}
	j.columns(op.lookup)
	return &relation{cols: j.cols, run: j.run}
}

func kindNames() []string {
	var names []string
	for k := range joinShapes {
		names = append(names, k)
	}
	return names
}

// joinKeys binds the on clause: names that both sides have, or equalities of
// $left.a and $right.b.
func (b *binder) joinKeys(j *join, op *joinOp) bool {
	if len(op.on) == 0 {
		b.fail(op.at, "", "the join lacks its on clause")
		return false
	}
	before := len(b.errs)
	for _, x := range op.on {
		b.joinKey(j, x)
	}
	for i := range j.leftKeys {
		l, r := j.left.cols[j.leftKeys[i]], j.right.cols[j.rightKeys[i]]
		at := op.on[min(i, len(op.on)-1)].span()
		if l.Type == TDynamic || r.Type == TDynamic {
			b.fail(at, "KS241", "a key of a join cannot be dynamic; extend a cast of it first")
		} else if _, ok := sameFamily(l.Type, r.Type); !ok {
			b.fail(at, "KS242", "the keys of the join are of different types, %s and %s", l.Type, r.Type)
		}
	}
	return len(b.errs) == before
}

const (
	noLeft  = "the left table of the join has no column"
	noRight = "the right table of the join has no column"
)

func (b *binder) joinKey(j *join, x node) {
	switch x := x.(type) {
	case *parenNode:
		b.joinKey(j, x.x)
		return
	case *nameNode:
		l := b.matchIn(x, j.left.cols, noLeft)
		r := b.matchIn(x, j.right.cols, noRight)
		if l != nil && r != nil {
			j.leftKeys, j.rightKeys = append(j.leftKeys, l[0]), append(j.rightKeys, r[0])
		}
		return
	case *binaryNode:
		if x.op == "and" {
			b.joinKey(j, x.l)
			b.joinKey(j, x.r)
			return
		}
		lSide, lName, ok1 := sideColumn(x.l)
		rSide, rName, ok2 := sideColumn(x.r)
		if x.op == "==" && ok1 && ok2 && lSide != rSide {
			if lSide == "$right" {
				lName, rName = rName, lName
			}
			l := b.matchIn(&lName, j.left.cols, noLeft)
			r := b.matchIn(&rName, j.right.cols, noRight)
			if l != nil && r != nil {
				j.leftKeys, j.rightKeys = append(j.leftKeys, l[0]), append(j.rightKeys, r[0])
			}
			return
		}
	}
	b.fail(x.span(), "", "a join is on names that both tables have, or on $left.a == $right.b")
}

func sideColumn(x node) (side string, name nameNode, ok bool) {
	p, ok := x.(*pathNode)
	if !ok {
		return "", nameNode{}, false
	}
	base, ok := p.x.(*nameNode)
	if !ok || base.name != "$left" && base.name != "$right" {
		return "", nameNode{}, false
	}
	return base.name, p.name, true
}

// columns names the result: those of the right get a number where the left has
// their name. A lookup has no keys of the right.
func (j *join) columns(lookup bool) {
	n := newNamer(nil)
	if j.leftCols {
		for i, c := range j.left.cols {
			n.used[c.Name] = true
			j.pick = append(j.pick, i)
			j.cols = append(j.cols, c)
		}
	}
	if !j.rightCols {
		return
	}
	for i, c := range j.right.cols {
		if lookup && slices.Contains(j.rightKeys, i) {
			continue
		}
		j.pick = append(j.pick, len(j.left.cols)+i)
		j.cols = append(j.cols, Column{n.unique(c.Name), c.Type})
	}
}

// joinKeyOf is the key of a row; false if a part is null, which equals nothing.
func joinKeyOf(row []Value, keys []int) (string, bool) {
	var buf []byte
	for _, i := range keys {
		if row[i] == nil {
			return "", false
		}
		buf = appendKey(buf, row[i])
	}
	return string(buf), true
}

func (j *join) run(rt *runtime) (*rowset, error) {
	left, err := j.left.run(rt)
	if err != nil {
		return nil, err
	}
	right, err := j.right.run(rt)
	if err != nil {
		return nil, err
	}
	index := map[string][]int{}
	for i, row := range right.rows {
		if key, ok := joinKeyOf(row, j.rightKeys); ok {
			index[key] = append(index[key], i)
		}
		rt.hold(64)
	}
	out := rt.builder(j.at)
	hit := make([]bool, len(right.rows))
	seen := map[string]bool{}
	for _, row := range left.rows {
		key, ok := joinKeyOf(row, j.leftKeys)
		if ok && j.unique {
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		var matches []int
		if ok {
			matches = index[key]
		}
		if err := j.emit(out, row, matches, right.rows, hit); err != nil {
			return nil, err
		}
	}
	for i, row := range right.rows {
		if !hit[i] && j.rightRest || hit[i] && j.semi && j.rightCols {
			if err := out.add(j.row(nil, row)); err != nil {
				return nil, err
			}
		}
	}
	rt.used -= right.bytes + 64*int64(len(right.rows))
	return out.done(left, false)
}

// emit puts out what one left row gives.
func (j *join) emit(out *builder, row []Value, matches []int, right [][]Value, hit []bool) error {
	if err := out.rt.step(); err != nil {
		return err
	}
	for _, i := range matches {
		hit[i] = true
		if j.pairs {
			if err := out.add(j.row(row, right[i])); err != nil {
				return err
			}
		}
	}
	if len(matches) == 0 && j.leftRest || len(matches) > 0 && j.semi && j.leftCols {
		return out.add(j.row(row, nil))
	}
	return nil
}

// row joins two rows, one of which may be absent.
func (j *join) row(left, right []Value) []Value {
	row := make([]Value, len(j.pick))
	for i, from := range j.pick {
		side := left
		if from >= len(j.left.cols) {
			side = right
			from -= len(j.left.cols)
		}
		if side == nil {
			row[i] = zero(j.cols[i].Type)
		} else {
			row[i] = side[from]
		}
	}
	return row
}

// pushDown moves the terms of a where that stands after an innerunique join,
// and that look at the left table alone, before it. Documentation of join: of
// the left rows of one key any may be kept; the service filters first.
func (b *binder) pushDown(in *relation, ops []opNode) *relation {
	if len(ops) < 2 {
		return in
	}
	j, ok1 := ops[0].(*joinOp)
	w, ok2 := ops[1].(*whereOp)
	if !ok1 || !ok2 || j.lookup || j.kind != "" && j.kind != "innerunique" {
		return in
	}
	for _, term := range conjuncts(w.pred) {
		var pred *bound
		ok := b.tentative(func() {
			b.within(newRowScope(in.cols, false), func() { pred = b.predicate(term) })
		})
		if ok {
			in = filter(in, pred.eval, w.at)
		}
	}
	return in
}

func conjuncts(x node) []node {
	switch x := x.(type) {
	case *parenNode:
		return conjuncts(x.x)
	case *binaryNode:
		if x.op == "and" {
			return append(conjuncts(x.l), x.r)
		}
	}
	return []node{x}
}

// tentative binds what may fail: false, and nothing is said, if it does.
func (b *binder) tentative(f func()) bool {
	errs, broken := b.errs, b.broken
	b.errs, b.broken = nil, false
	f()
	ok := len(b.errs) == 0
	b.errs, b.broken = errs, broken
	return ok
}

// invoke calls a function with the input as its first argument.
func (b *binder) invoke(in *relation, op *invokeOp) *relation {
	v := b.names.find(op.call.name)
	if v == nil || v.fn == nil {
		b.noFunction(op.call)
		b.broken = b.broken || refused("function", op.call.name) != "" // it may add any column
		return in
	}
	rel := empty()
	b.callUser(v, op.call, b.memo(in), func(body node) {
		if !b.isTabular(body) {
			b.fail(op.call.nameAt, "", "invoke needs a function that gives a table")
			return
		}
		b.within(nil, func() { rel = b.table(body) })
	})
	return rel
}
