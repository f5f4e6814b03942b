package compiler

import (
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// lowerRule turns the detection, and those of the filters, into a predicate.
//
//	rule, filter  ->  (rule) and (filter)
//
// Spec, Filters: the filter's condition is added verbatim, so it says what is
// kept.
func lowerRule(u *unit) {
	preds := []ir.Pred{u.lowerDetection(u.rule.File, u.rule.Detection)}
	for _, f := range u.filters {
		preds = append(preds, u.lowerDetection(f.File, f.Detection))
	}
	u.pred = and(preds, u.rule.Detection.At)
}

// A lowering lowers one detection.
type lowering struct {
	*unit
	file      *sigma.File
	detection *sigma.Detection
	searches  map[*sigma.Search]ir.Pred
}

// lowerDetection joins the conditions by or. Spec, Condition: a list of
// conditions makes one rule for each.
func (u *unit) lowerDetection(file *sigma.File, d *sigma.Detection) ir.Pred {
	l := &lowering{u, file, d, map[*sigma.Search]ir.Pred{}}
	var preds []ir.Pred
	for _, c := range d.Conditions {
		preds = append(preds, l.expr(c.Expr))
	}
	return or(preds, d.At)
}

func (l *lowering) expr(e sigma.Expr) ir.Pred {
	switch e := e.(type) {
	case *sigma.And:
		return and(l.exprs(e.X), e.At)
	case *sigma.Or:
		return or(l.exprs(e.X), e.At)
	case *sigma.Not:
		return &ir.Not{X: l.expr(e.X), At: e.At}
	case *sigma.Ref:
		return l.search(l.detection.Search(e.Name), e.At)
	case *sigma.Quantified:
		return l.quantified(e)
	default:
		panic(fmt.Sprintf("compiler: unknown expression %T", e))
	}
}

func (l *lowering) exprs(x []sigma.Expr) []ir.Pred {
	out := make([]ir.Pred, len(x))
	for i, e := range x {
		out[i] = l.expr(e)
	}
	return out
}

// search lowers a search once, however often the condition names it. The later
// passes walk it once for each time, so that each counts.
func (l *lowering) search(s *sigma.Search, at sigma.Span) ir.Pred {
	if !l.unfolds(0, at) {
		return &ir.Const{At: at}
	}
	p := l.searches[s]
	if p == nil {
		before := l.unfolded
		p = l.block(s.Body)
		l.searches[s] = p
		if l.unfolded <= l.opts.maxUnfolded() {
			l.unfolded = before // what placeholders unfold to is part of the size
		}
	}
	l.unfolds(size(p), at)
	return p
}

// quantified lowers "1 of", "all of" and "N of".
func (l *lowering) quantified(q *sigma.Quantified) ir.Pred {
	if !l.unfolds(0, q.At) {
		return &ir.Const{At: q.At}
	}
	var preds []ir.Pred
	for _, s := range l.detection.Searches {
		if sigma.MatchesPattern(q.Pattern, s.Name.Value) {
			preds = append(preds, l.search(s, q.At))
		}
	}
	if q.All {
		return and(preds, q.At)
	}
	if q.N > 1 && combinations(len(preds), q.N) > MaxCombinations {
		l.errorAt(l.file, q.At, "condition/too-many", fmt.Sprintf(
			"%d of %d searches can be chosen in more than %d ways; split the condition", q.N, len(preds), MaxCombinations))
		return &ir.Const{At: q.At}
	}
	p := atLeast(q.N, preds, q.At)
	l.unfolds(size(p), q.At)
	return p
}

func combinations(n, k int) int {
	c := 1
	for i := range min(k, n-k) {
		c = c * (n - i) / (i + 1)
		if c > MaxCombinations {
			break
		}
	}
	return c
}

// atLeast holds when n of x do: the first and n-1 of the rest, or n of the
// rest.
func atLeast(n int, x []ir.Pred, at sigma.Span) ir.Pred {
	switch {
	case n == 1:
		return or(x, at)
	case n == len(x):
		return and(x, at)
	}
	return or([]ir.Pred{and([]ir.Pred{x[0], atLeast(n-1, x[1:], at)}, at), atLeast(n, x[1:], at)}, at)
}

func (l *lowering) block(b sigma.Block) ir.Pred {
	switch b := b.(type) {
	case *sigma.All:
		return l.all(b)
	case *sigma.Any:
		return or(l.blocks(b.Blocks), b.At)
	case *sigma.Item:
		return l.item(b)
	default:
		panic(fmt.Sprintf("compiler: unknown block %T", b))
	}
}

func (l *lowering) blocks(blocks []sigma.Block) []ir.Pred {
	out := make([]ir.Pred, len(blocks))
	for i, b := range blocks {
		out[i] = l.block(b)
	}
	return out
}

// all joins the items of a map by and. Items that select a member by the same
// selector must hold on one and the same member; they stand at the place of
// the first.
func (l *lowering) all(b *sigma.All) ir.Pred {
	groups := map[schema.Step][]*sigma.Item{}
	for _, item := range b.Items {
		if step, ok := l.member(item); ok {
			groups[step] = append(groups[step], item)
		}
	}
	var preds []ir.Pred
	for _, item := range b.Items {
		step, ok := l.member(item)
		switch {
		case !ok || len(groups[step]) == 1:
			preds = append(preds, l.item(item))
		case groups[step][0] == item:
			preds = append(preds, l.sameMember(step, groups[step]))
		}
	}
	return and(append(preds, l.blocks(b.Also)...), b.At)
}

// member gives the selector of an item's field, if it has one that picks a
// member of a list.
func (l *lowering) member(item *sigma.Item) (schema.Step, bool) {
	ref := l.fields[item]
	if ref == nil || ref.Member == 0 {
		return schema.Step{}, false
	}
	return ref.Path[0], true
}

func (l *lowering) sameMember(step schema.Step, items []*sigma.Item) ir.Pred {
	at := items[0].At
	var preds []ir.Pred
	for _, item := range items {
		preds = append(preds, l.values(item, l.field(item, item.Field, 1)))
		at.Start, at.End = min(at.Start, item.At.Start), max(at.End, item.At.End)
	}
	return &ir.Member{Step: step, X: and(preds, at), At: at}
}

// item lowers one item by itself. What it says of a member's field it says of
// the values of all members that the selector picks.
//
//	list[x].f: v           ->  a member has f: v
//	list[x].f|neq: v       ->  not (a member has f: v)
//	list[x].f: null        ->  no member has f, or one has null
//	list[x].f|exists: no   ->  not (a member has f)
func (l *lowering) item(item *sigma.Item) ir.Pred {
	step, ok := l.member(item)
	if !ok {
		return l.itemOf(item)
	}
	field := l.field(item, item.Field, 1)
	if isNullItem(item) {
		has := l.test(field, item, &ir.Exists{})
		null := and([]ir.Pred{has, l.test(field, item, &ir.Null{})}, item.At)
		return l.negated(item, or([]ir.Pred{
			&ir.Not{X: &ir.Member{Step: step, X: has, At: item.At}, At: item.At},
			&ir.Member{Step: step, X: null, At: item.At},
		}, item.At))
	}
	return l.perMember(item, step, l.values(item, field))
}

// itemOf lowers an item whose field is none of a member. If the name means
// several fields it holds if it does of one of them.
//
//	a or b: v       ->  a: v or b: v
//	a or b|neq: v   ->  a|neq: v and b|neq: v
func (l *lowering) itemOf(item *sigma.Item) ir.Pred {
	ref := l.fields[item]
	if ref == nil || ref.Also == nil {
		return l.values(item, l.field(item, item.Field, 0))
	}
	var preds []ir.Pred
	for _, of := range meant(item, ref) {
		preds = append(preds, l.values(item, fieldOf(of, item.Field.At, 0)))
	}
	if item.Has("neq") {
		return and(preds, item.At)
	}
	return or(preds, item.At)
}

// meant lists the fields that an item must be held against. What a text holds
// or ends with so does one that is made of others and ends with it.
func meant(item *sigma.Item, ref *schema.Ref) []*schema.Ref {
	within := func(also *schema.Ref) bool {
		m := also.Field.Made
		return m != nil && len(m.Join) > 0 && m.Join[len(m.Join)-1] == schema.Piece{Field: ref.Name}
	}
	if (item.Has("contains") || item.Has("endswith")) && slices.ContainsFunc(ref.Also, within) {
		return ref.Also
	}
	return append([]*schema.Ref{ref}, ref.Also...)
}

// perMember puts the tests of a predicate, each by itself, onto some member.
// The values of an item are a set, whichever members they come from.
func (l *lowering) perMember(item *sigma.Item, step schema.Step, p ir.Pred) ir.Pred {
	switch p := p.(type) {
	case *ir.And:
		return and(l.eachPerMember(item, step, p.X), p.At)
	case *ir.Or:
		return or(l.eachPerMember(item, step, p.X), p.At)
	case *ir.Not:
		return &ir.Not{X: l.perMember(item, step, p.X), At: p.At}
	default:
		return &ir.Member{Step: step, X: p, At: item.At}
	}
}

func (l *lowering) eachPerMember(item *sigma.Item, step schema.Step, x []ir.Pred) []ir.Pred {
	out := make([]ir.Pred, len(x))
	for i, p := range x {
		out[i] = l.perMember(item, step, p)
	}
	return out
}

func isNullItem(item *sigma.Item) bool {
	if len(item.Values) != 1 {
		return false
	}
	_, null := item.Values[0].(*sigma.Null)
	return null
}

// field makes the ir's field of an item or value. The first skip steps of its
// path are left out: a Member around it goes them.
func (l *lowering) field(node sigma.Node, name sigma.Text, skip int) *ir.Field {
	ref := l.fields[node]
	if ref == nil {
		return nil // keywords
	}
	return fieldOf(ref, name.At, skip)
}

func fieldOf(ref *schema.Ref, at sigma.Span, skip int) *ir.Field {
	f := &ir.Field{Name: ref.Name, Type: ref.Field.Type, First: ref.Field.First, Unquote: ref.Field.Unquote, At: at}
	if ref.Path != nil {
		f.Path = ref.Path[skip:]
	}
	return f
}

func (l *lowering) test(field *ir.Field, node sigma.Node, any ...ir.Match) ir.Pred {
	t := &ir.Test{Field: field, Any: any, At: node.Span()}
	if l.file != l.rule.File {
		t.In = l.file
	}
	return t
}

func (l *lowering) negated(item *sigma.Item, p ir.Pred) ir.Pred {
	if item.Has("neq") {
		return &ir.Not{X: p, At: item.At}
	}
	return p
}

func and(x []ir.Pred, at sigma.Span) ir.Pred {
	if len(x) == 1 {
		return x[0]
	}
	return &ir.And{X: x, At: at}
}

func or(x []ir.Pred, at sigma.Span) ir.Pred {
	if len(x) == 1 {
		return x[0]
	}
	return &ir.Or{X: x, At: at}
}
