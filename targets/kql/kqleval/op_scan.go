package kqleval

// scanScope names the steps of a scan for the expressions in it: each holds a
// copy of the columns of the record that it matched last.
type scanScope struct {
	names map[string]int
	width int // columns of a record, declared ones with it
}

// stepColumn binds step.column; nil if base names no step.
func (b *binder) stepColumn(base *nameNode, n *pathNode) *bound {
	s := b.row.steps
	step, ok := s.names[base.name]
	if !ok {
		return nil
	}
	i, ok := b.row.index[n.name.name]
	if !ok {
		b.fail(n.name.at, "KS142", "the step %q has no column %q", base.name, n.name.name)
		return unknown(n.span())
	}
	at := s.width*(1+step) + i
	return &bound{typ: b.row.cols[i].Type, name: joinName(base.name, n.name.name), row: b.row,
		eval: func(e *env) Value { return e.row[at] }}
}

// scanPlan is a scan that is bound.
type scanPlan struct {
	at       span
	steps    []boundStep
	width    int
	inWidth  int
	defaults []evalFn
	cols     []Column
	withID   bool
}

type boundStep struct {
	cond   evalFn
	assign []assignment
	silent bool // output=none
}

type assignment struct {
	to   int
	eval evalFn
}

// scanState is a match that a step holds: the records of its steps side by side.
type scanState struct {
	id   int64
	vals []Value // steps * width, or nil if there is no match
}

func (b *binder) scan(in *relation, op *scanOp) *relation {
	p := &scanPlan{at: op.at, inWidth: len(in.cols), withID: op.matchID != ""}
	p.cols = append(p.cols, in.cols...)
	n := newNamer(in.cols)
	for _, d := range op.declare {
		if n.used[d.col.Name] {
			b.fail(op.at, "KS171", "a column %q is already declared", d.col.Name)
		}
		n.used[d.col.Name] = true
		p.cols = append(p.cols, d.col)
		def := constant(nil, d.col.Type, op.at)
		if d.def != nil {
			x, ok := convertTo(b.rowless(d.def), d.col.Type)
			if !ok {
				b.fail(d.def.span(), "KS107", "the column %q is a %s, and this is a %s", d.col.Name, d.col.Type, x.typ)
			}
			def = x
		}
		p.defaults = append(p.defaults, def.eval)
	}
	p.width = len(p.cols)
	scope := newRowScope(p.cols, in.sorted)
	scope.steps = &scanScope{names: map[string]int{}, width: p.width}
	for i, s := range op.steps {
		scope.steps.names[s.name] = i
	}
	for _, s := range op.steps {
		p.steps = append(p.steps, b.scanStep(op, s, scope))
	}
	out := p.cols[:p.width:p.width]
	if p.withID {
		out = append(out, Column{n.unique(op.matchID), TLong})
	}
	return &relation{cols: out, sorted: in.sorted, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		return p.run(rt, set)
	}}
}

func (b *binder) scanStep(op *scanOp, s scanStep, scope *rowScope) boundStep {
	if s.optional || s.output == "last" {
		b.unsupported(s.at, "an optional step, or output=last, in scan")
	}
	step := boundStep{silent: s.output == "none"}
	b.within(scope, func() {
		step.cond = b.predicate(s.cond).eval
		for _, a := range s.assign {
			if len(a.names) != 1 {
				b.fail(a.x.span(), "", "an assignment is column = expression")
				continue
			}
			to, ok := scope.index[a.names[0].name]
			if !ok {
				b.fail(a.names[0].at, "KS142", "no column %q is declared", a.names[0].name)
				continue
			}
			x, ok := convertTo(b.expr(a.x), scope.cols[to].Type)
			if !ok {
				b.fail(a.x.span(), "KS107", "the column %q is a %s, and this is a %s", a.names[0].name, scope.cols[to].Type, x.typ)
			}
			step.assign = append(step.assign, assignment{to, x.eval})
		}
	})
	return step
}

// run considers each record against the steps from the last to the first.
// Documentation of scan: a step first tries to promote the match of the step
// before it, and else to go on with its own; the first step may start one.
func (p *scanPlan) run(rt *runtime, set *rowset) (*rowset, error) {
	states := make([]scanState, len(p.steps))
	e := &env{rt: rt}
	blank := make([]Value, 0, p.width*len(p.steps))
	for range p.steps {
		blank = append(blank, p.blankRecord(e)...)
	}
	out := rt.builder(p.at)
	nextID := int64(0)
	for _, row := range set.rows {
		for k := len(p.steps) - 1; k >= 0; k-- {
			from := -1
			switch {
			case k > 0 && states[k-1].vals != nil && p.matches(e, k, row, states[k-1].vals):
				from = k - 1
			case states[k].vals != nil && p.matches(e, k, row, states[k].vals):
				from = k
			case k == 0 && states[0].vals == nil && p.matches(e, 0, row, blank):
				states[0] = scanState{nextID, blank}
				nextID++
				from = 0
			}
			if from < 0 {
				continue
			}
			record, state := p.advance(e, k, row, states[from])
			if from != k {
				states[from] = scanState{}
			}
			states[k] = state
			if p.steps[k].silent {
				continue
			}
			if p.withID {
				record = append(record, Long(state.id))
			}
			if err := out.add(record); err != nil {
				return nil, err
			}
		}
		if err := rt.step(); err != nil {
			return nil, err
		}
	}
	return out.done(set, false)
}

// blankRecord is a record of nulls, with the defaults of what is declared.
func (p *scanPlan) blankRecord(e *env) []Value {
	rec := make([]Value, p.width)
	for i, c := range p.cols {
		rec[i] = zero(c.Type)
	}
	for i, def := range p.defaults {
		rec[p.inWidth+i] = def(e)
	}
	return rec
}

// record is the row with the defaults of what is declared.
func (p *scanPlan) record(e *env, row []Value) []Value {
	rec := make([]Value, p.width, p.width+1)
	copy(rec, row)
	for i, def := range p.defaults {
		rec[p.inWidth+i] = def(e)
	}
	return rec
}

func (p *scanPlan) matches(e *env, k int, row, state []Value) bool {
	e.row = append(p.record(e, row), state...)
	return p.steps[k].cond(e) == Bool(true)
}

// advance makes the record of a step, and the state with it.
func (p *scanPlan) advance(e *env, k int, row []Value, from scanState) ([]Value, scanState) {
	rec := p.record(e, row)
	for _, a := range p.steps[k].assign {
		e.row = append(rec[:p.width:p.width], from.vals...)
		rec[a.to] = a.eval(e)
	}
	vals := append([]Value(nil), from.vals...)
	copy(vals[k*p.width:(k+1)*p.width], rec)
	return rec, scanState{from.id, vals}
}
