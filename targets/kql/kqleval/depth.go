package kqleval

// maxSyntax is how deep Microsoft's analyser lets the syntax of a query nest,
// in its own nodes, as measured: 492 comparisons in one chain of or, 492
// parentheses, 123 calls of not().
const maxSyntax = 494

// checkDepth refuses what nests too deep. What stands before other operators
// of a pipe counts deeper by one for each.
func (b *binder) checkDepth(q *Query) {
	for _, let := range q.lets {
		b.checkLet(let)
	}
	b.checkPipe(q.body)
}

func (b *binder) checkLet(let letStmt) {
	if let.x != nil {
		b.checkNode(let.x, 0)
	}
	if let.fn == nil {
		return
	}
	for _, inner := range let.fn.lets {
		b.checkLet(inner)
	}
	b.checkNode(let.fn.body, 0)
}

func (b *binder) checkNode(x node, extra int) {
	if pipe, ok := x.(*pipeNode); ok {
		b.checkPipe(pipe)
		return
	}
	if depthOf(x)+extra > maxSyntax {
		b.fail(x.span(), "KS245", "the query nests too deep for the service, which takes about 490 levels; write lists with in or has_any, or balance the chain with parentheses")
	}
}

func (b *binder) checkPipe(pipe *pipeNode) {
	if pipe.src != nil {
		b.checkNode(pipe.src, len(pipe.ops))
	}
	for i, op := range pipe.ops {
		extra := len(pipe.ops) - 1 - i
		switch op := op.(type) {
		case *whereOp:
			b.checkNode(op.pred, extra)
		case *extendOp:
			b.checkArgs(op.cols, extra)
		case *projectOp:
			b.checkArgs(op.cols, extra)
		case *summarizeOp:
			b.checkArgs(op.aggs, extra)
			b.checkArgs(op.by, extra)
		case *joinOp:
			b.checkNode(op.right, extra)
		case *mvOp:
			if op.body != nil {
				b.checkPipe(op.body)
			}
		}
	}
}

func (b *binder) checkArgs(args []argNode, extra int) {
	for _, a := range args {
		b.checkNode(a.x, extra)
	}
}

// depthOf counts the levels of an expression.
func depthOf(x node) int {
	switch x := x.(type) {
	case *nameNode:
		return 2
	case *parenNode:
		return 1 + depthOf(x.x)
	case *unaryNode:
		return 1 + depthOf(x.x)
	case *binaryNode:
		return 1 + max(depthOf(x.l), depthOf(x.r))
	case *pathNode:
		return 1 + depthOf(x.x)
	case *indexNode:
		return 1 + max(depthOf(x.x), depthOf(x.i)+2)
	case *callNode:
		return argsDepth(x.args)
	case *inNode:
		deepest := 1 + depthOf(x.x)
		for _, y := range x.list {
			deepest = max(deepest, 4+depthOf(y))
		}
		return deepest
	case *betweenNode:
		return 1 + max(depthOf(x.x), depthOf(x.lo)+1, depthOf(x.hi)+1)
	case *pipeNode:
		return 1
	}
	return 1
}

func argsDepth(args []argNode) int {
	deepest := 1
	for _, a := range args {
		deepest = max(deepest, 4+depthOf(a.x))
	}
	return deepest
}
