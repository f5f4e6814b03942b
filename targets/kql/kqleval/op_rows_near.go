package kqleval

// rowsNear binds rows_near(condition, before, [after]): the rows that stand no
// further than so many from one that the condition holds of.
func (b *binder) rowsNear(in *relation, op *evaluateOp) *relation {
	args := op.call.args
	if len(args) < 2 || len(args) > 3 {
		b.fail(op.call.nameAt, "KS119", "rows_near takes a condition, a number of rows before and one after, not %d arguments", len(args))
		return in
	}
	if !in.sorted {
		b.fail(op.call.nameAt, "", "rows_near needs rows with an order; put sort or serialize before it")
	}
	var cond *bound
	b.within(newRowScope(in.cols, in.sorted), func() { cond = b.predicate(args[0].x) })
	before := b.countValue(args[1].x)
	after := before
	if len(args) == 3 {
		after = b.countValue(args[2].x)
	}
	out := *in
	out.run = func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		ahead, err := before(rt)
		if err != nil {
			return nil, err
		}
		behind, err := after(rt)
		if err != nil {
			return nil, err
		}
		keep := make([]bool, len(set.rows))
		done := 0 // all rows before it are settled
		for i, row := range set.rows {
			if cond.eval(&env{rt: rt, row: row, rows: set.rows, idx: i}) != Bool(true) {
				continue
			}
			for j := max(done, i-ahead); j <= min(i+behind, len(keep)-1); j++ {
				keep[j] = true
			}
			done = max(done, min(i+behind, len(keep)-1))
		}
		near := rt.builder(op.at)
		for i, row := range set.rows {
			if keep[i] {
				if err := near.keep(row); err != nil {
					return nil, err
				}
			}
		}
		return near.done(set, true)
	}
	return &out
}
