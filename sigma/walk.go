package sigma

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// Preorder gives a node and all below it, each before its children.
func Preorder(n Node) iter.Seq[Node] {
	return func(yield func(Node) bool) { preorder(n, yield) }
}

func preorder(n Node, yield func(Node) bool) bool {
	if !yield(n) {
		return false
	}
	for _, child := range Children(n) {
		if !preorder(child, yield) {
			return false
		}
	}
	return true
}

// Children gives the nodes right below n. Those of a document come in file
// order, those of other nodes in the order of their fields. Parts that are
// absent are left out.
func Children(n Node) []Node {
	var c children
	switch n := n.(type) {
	case *Rule:
		c.head(&n.Head)
		add(&c, n.Logsource)
		add(&c, n.Detection)
		c.sort()
	case *Correlation:
		c.correlation(n)
		c.sort()
	case *Filter:
		c.head(&n.Head)
		add(&c, n.Logsource)
		c.texts(n.Rules...)
		add(&c, n.Detection)
		c.sort()
	case *Relation:
		c.texts(n.ID, n.Type)
	case *Logsource:
		c.texts(n.Category, n.Product, n.Service, n.Definition)
		addEach(&c, n.Custom)
	case *Timespan:
		c.texts(n.Text)
	case *Bound:
		c.texts(n.Op)
		add(&c, n.Value)
	case *Alias:
		c.texts(n.Name)
		addEach(&c, n.Fields)
	case *AliasField:
		c.texts(n.Rule, n.Field)
	case *Detection:
		for _, s := range n.Searches {
			add(&c, s)
		}
		add(&c, n.Timeframe)
		for _, x := range n.Conditions {
			add(&c, x)
		}
	case *Search:
		c.texts(n.Name)
		if n.Body != nil {
			c = append(c, n.Body)
		}
	case *All:
		for _, item := range n.Items {
			add(&c, item)
		}
		for _, b := range n.Also {
			c = append(c, b)
		}
	case *Any:
		for _, b := range n.Blocks {
			c = append(c, b)
		}
	case *Item:
		c.texts(n.Field)
		for _, m := range n.Modifiers {
			c = append(c, m)
		}
		for _, v := range n.Values {
			c = append(c, v)
		}
	case *Condition:
		if n.Expr != nil {
			c = append(c, n.Expr)
		}
		add(&c, n.Aggregate)
	case *And:
		c.exprs(n.X...)
	case *Or:
		c.exprs(n.X...)
	case *Not:
		c.exprs(n.X)
	case *Aggregate:
		c.texts(n.Function, n.Field, n.By, n.Op, n.Value)
		if n.Near != nil {
			c = append(c, n.Near)
		}
	case *Entry:
		c.texts(n.Key)
		c = append(c, n.Data)
	case *List:
		for _, d := range n.Of {
			c = append(c, d)
		}
	case *Map:
		addEach(&c, n.Entries)
	case Text, Modifier, *Ref, *Quantified, *String, *Number, *Bool, *Null, *Scalar:
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", n))
	}
	return c
}

type children []Node

// add appends a node unless it is nil.
func add[T any, P interface {
	*T
	Node
}](c *children, n P) {
	if n != nil {
		*c = append(*c, n)
	}
}

// addEach appends pointers to the elements of a slice.
func addEach[T any, P interface {
	*T
	Node
}](c *children, list []T) {
	for i := range list {
		*c = append(*c, P(&list[i]))
	}
}

func (c *children) texts(texts ...Text) {
	for _, t := range texts {
		if t != (Text{}) {
			*c = append(*c, t)
		}
	}
}

func (c *children) exprs(list ...Expr) {
	for _, x := range list {
		*c = append(*c, x)
	}
}

func (c *children) head(h *Head) {
	c.texts(h.Title, h.ID, h.Name, h.Status, h.Level, h.Description, h.Author, h.License, h.Date, h.Modified, h.Taxonomy)
	for _, list := range [][]Text{h.References, h.Tags, h.FalsePositives, h.Fields, h.Scope} {
		c.texts(list...)
	}
	addEach(c, h.Related)
	addEach(c, h.Custom)
}

func (c *children) correlation(n *Correlation) {
	c.head(&n.Head)
	c.texts(n.Type)
	c.texts(n.Rules...)
	c.texts(n.GroupBy...)
	if n.Timespan.Text != (Text{}) {
		add(c, &n.Timespan)
	}
	addEach(c, n.Threshold)
	c.texts(n.Fields...)
	add(c, n.Percent)
	add(c, n.Extended)
	addEach(c, n.Aliases)
}

// sort puts the parts of a document into file order: the tree has a place for
// each key, but the author may have written them in any.
func (c *children) sort() {
	slices.SortStableFunc(*c, func(a, b Node) int { return cmp.Compare(a.Span().Start, b.Span().Start) })
}
