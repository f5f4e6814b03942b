package kqleval

import "strings"

// search looks for terms in all columns of tables, or of the input.
func (b *binder) search(in *relation, op *searchOp) *relation {
	sources := []*relation{in}
	if in == nil {
		sources = b.searchSources(op.in, op.at)
	}
	u := &unionPlan{at: op.at}
	errs := b.errs
	var first Errors
	for _, src := range sources {
		b.errs = nil
		var pred *bound
		b.within(newRowScope(src.cols, false), func() { pred = b.searchPredicate(op.pred, op.caseSensitive) })
		if len(b.errs) == 0 {
			u.add(filter(src, pred.eval, op.at), src.name)
		} else if first == nil {
			first = b.errs
		}
	}
	b.errs = errs
	if len(u.parts) == 0 {
		b.errs = append(b.errs, first...)
		if len(first) == 0 {
			b.fail(op.at, "KS204", "search has no table to look in")
		}
		return empty()
	}
	return u.relation("$table", false)
}

// searchSources binds the tables to look in: those that are named, or all.
func (b *binder) searchSources(tables []node, at span) []*relation {
	if tables == nil {
		return b.matchTables(&starNode{at})
	}
	var out []*relation
	for _, t := range tables {
		if b.isPattern(t) {
			out = append(out, b.matchTables(t)...)
			continue
		}
		b.within(nil, func() { out = append(out, b.table(t)) })
	}
	return out
}

// searchPredicate binds a predicate in which a text alone is a term that any
// column may hold.
func (b *binder) searchPredicate(x node, cased bool) *bound {
	switch x := x.(type) {
	case *parenNode:
		return b.searchPredicate(x.x, cased)
	case *starNode:
		return constant(Bool(true), TBool, x.at)
	case *litNode:
		cols := make([]*bound, len(b.row.cols))
		for i := range cols {
			cols[i] = b.columnExpr(i)
		}
		return b.searchTerm(FormatValue(x.val), cols, cased)
	case *scopeNode:
		lit, ok := literalOf(x.x)
		col := b.nameExpr(&x.column)
		if !ok || col.typ == TUnknown {
			if !ok {
				b.fail(x.x.span(), "", "a literal should follow the column's colon")
			}
			return unknown(x.span())
		}
		return b.searchTerm(FormatValue(lit.val), []*bound{col}, cased)
	case *callNode:
		if x.name == "not" && len(x.args) == 1 {
			p := b.searchPredicate(x.args[0].x, cased)
			out := derived(TBool, p)
			out.eval = func(e *env) Value { return Bool(p.eval(e) != Bool(true)) }
			return out
		}
	case *binaryNode:
		if x.op == "and" || x.op == "or" {
			terms := []*bound{b.searchPredicate(x.l, cased), b.searchPredicate(x.r, cased)}
			out := derived(TBool, terms...)
			out.eval = logicEval(terms, x.op == "or", false)
			return out
		}
	}
	return b.predicate(x)
}

// searchTerm looks for a term in the texts of columns. A star at an end of the
// term stands for more of the term.
func (b *binder) searchTerm(term string, cols []*bound, cased bool) *bound {
	body, open := strings.CutPrefix(term, "*")
	body, more := strings.CutSuffix(body, "*")
	if !cased {
		body = foldString(body)
	}
	pieces := strings.Split(body, "*")
	out := derived(TBool, cols...)
	out.row = b.row
	out.eval = func(e *env) Value {
		for _, c := range cols {
			text := FormatValue(c.eval(e))
			if !cased {
				text = foldString(text)
			}
			if len(pieces) == 1 && body != "" && findTerm(text, body, !open, !more) ||
				body == "" && text != "" || len(pieces) > 1 && inOrder(text, pieces) {
				return Bool(true)
			}
		}
		return Bool(false)
	}
	return out
}

// inOrder says whether the pieces stand in the text one after the other.
func inOrder(text string, pieces []string) bool {
	for _, p := range pieces {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return true
}
