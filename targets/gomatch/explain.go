package gomatch

import (
	"fmt"
	"iter"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
)

// An Explanation says of one part of a rule whether it held for an event, and
// what it saw.
type Explanation struct {
	Holds  bool
	Says   string       // "and", "or", "not", the text of a test, the member
	Tested bool         // it is a test of a field
	Values []eval.Value // of a test: what the field holds
	Found  bool         // of a test: whether the field is there
	In     *sigma.File
	At     sigma.Span
	Parts  []*Explanation
}

// Explain tells why a rule did or did not match an event, part by part.
func Explain(p *ir.Program, event eval.Value) *Explanation {
	return explain(p.Pred, p.File(), event)
}

func explain(p ir.Pred, file *sigma.File, event eval.Value) *Explanation {
	x := &Explanation{Holds: eval.NewMatcher(p).Match(event), In: file, At: p.From()}
	if in := ir.PlaceOf(p); in != nil {
		x.In = in
	}
	switch p := p.(type) {
	case *ir.And:
		x.Says, x.Parts = "and", explainAll(p.X, file, event)
	case *ir.Or:
		x.Says, x.Parts = "or", explainAll(p.X, file, event)
	case *ir.Not:
		x.Says, x.Parts = "not", explainAll([]ir.Pred{p.X}, file, event)
	case *ir.Const:
		x.Says = fmt.Sprint(p.Value)
	case *ir.Member:
		x.Says = "member " + ir.StepText(p.Step)
		x.Parts = explainMembers(p, file, event)
	case *ir.Test:
		x.Says = ir.TestText(p)
		if p.Field != nil {
			x.Tested = true
			x.Values, x.Found = eval.Lookup(event, p.Field)
		}
	default:
		panic(fmt.Sprintf("gomatch: unknown predicate %T", p))
	}
	return x
}

func explainAll(x []ir.Pred, file *sigma.File, event eval.Value) []*Explanation {
	out := make([]*Explanation, len(x))
	for i, p := range x {
		out[i] = explain(p, file, event)
	}
	return out
}

// explainMembers explains the predicate for each member that the selector
// picks.
func explainMembers(p *ir.Member, file *sigma.File, event eval.Value) []*Explanation {
	o, ok := event.(*eval.Object)
	if !ok {
		return nil
	}
	var out []*Explanation
	for m := range eval.Members(o, p.Step) {
		out = append(out, explain(p.X, file, m))
	}
	return out
}

// Held visits the tests that hold, outside of negations: what made the rule
// match.
func (x *Explanation) Held() iter.Seq[*Explanation] {
	return func(yield func(*Explanation) bool) { x.held(yield) }
}

func (x *Explanation) held(yield func(*Explanation) bool) bool {
	if !x.Holds || x.Says == "not" {
		return true
	}
	if len(x.Parts) == 0 {
		return yield(x)
	}
	for _, p := range x.Parts {
		if !p.held(yield) {
			return false
		}
	}
	return true
}
