// Package tree holds the body of a search in a form that can be rewritten: its
// items, with each value and the modifiers that speak of it, and texts in
// parts. It knows nothing of pipelines.
package tree

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/sigproof/sigproof/sigma"
)

// Node is a part of a search while it is rewritten: *Group or *Item. Unlike
// the tree of a document it may join by and and or in any order.
type Node interface {
	// Touched tells whether the node is no more what it was.
	Touched() bool
}

type (
	// A Group joins its nodes.
	Group struct {
		Any  bool
		Of   []Node
		src  sigma.Block // nil if a transformation has made it
		At   sigma.Span
		lost bool // a node was dropped or replaced
	}

	// An Item is a field with values.
	Item struct {
		Src      *sigma.Item // what it came from, for modifiers and places
		Field    sigma.Text
		Keywords bool
		All, Neq bool
		Values   []Value
		Applied  []string // ids of the steps that changed it
		Changed  bool
	}

	// A Value is one value with the modifiers that speak of it alone: all but
	// all and neq.
	Value struct {
		V    sigma.Value
		Mods []sigma.Modifier
	}
)

// Size is about how much memory the item takes.
func (i *Item) Size() int {
	n := 100 + len(i.Field.Value)
	for _, v := range i.Values {
		n += 50 + len(v.V.Written().Value)
	}
	return n
}

// Touched tells whether a transformation has changed the item.
func (i *Item) Touched() bool { return i.Changed }

// Touched tells whether the group, or a node in it, was changed.
func (g *Group) Touched() bool {
	return g.lost || g.src == nil || slices.ContainsFunc(g.Of, Node.Touched)
}

// Load turns the body of a search into nodes.
func Load(b sigma.Block) Node {
	switch b := b.(type) {
	case *sigma.All:
		g := &Group{src: b, At: b.At}
		for _, x := range b.Items {
			g.Of = append(g.Of, Load(x))
		}
		return g
	case *sigma.Any:
		g := &Group{Any: true, src: b, At: b.At}
		for _, x := range b.Blocks {
			g.Of = append(g.Of, Load(x))
		}
		return g
	case *sigma.Item:
		return loadItem(b)
	default:
		panic(fmt.Sprintf("tree: unknown block %T", b))
	}
}

func loadItem(src *sigma.Item) *Item {
	i := &Item{Src: src, Field: src.Field, Keywords: src.Keywords, All: src.Has("all"), Neq: src.Has("neq")}
	var mods []sigma.Modifier
	for _, m := range src.Modifiers {
		if m.Name != "all" && m.Name != "neq" {
			mods = append(mods, m)
		}
	}
	for _, v := range src.Values {
		i.Values = append(i.Values, Value{v, mods})
	}
	return i
}

// Has tells whether the value has a modifier.
func (v *Value) Has(name string) bool {
	return slices.ContainsFunc(v.Mods, func(m sigma.Modifier) bool { return m.Name == name })
}

// Without gives the modifiers but those named.
func Without(mods []sigma.Modifier, names ...string) []sigma.Modifier {
	var out []sigma.Modifier
	for _, m := range mods {
		if !slices.Contains(names, m.Name) {
			out = append(out, m)
		}
	}
	return out
}

// Items gives the items below a node.
func Items(n Node) []*Item {
	switch n := n.(type) {
	case nil:
		return nil
	case *Item:
		return []*Item{n}
	case *Group:
		var out []*Item
		for _, x := range n.Of {
			out = append(out, Items(x)...)
		}
		return out
	default:
		panic(fmt.Sprintf("tree: unknown node %T", n))
	}
}

// Rewrite gives each item below n to edit, which gives back what stands in its
// place: the item itself, another node, or nil if it is dropped. A group that
// loses all of its nodes goes too.
func Rewrite(n Node, edit func(*Item) Node) Node {
	switch n := n.(type) {
	case nil:
		return nil
	case *Item:
		return edit(n)
	case *Group:
		var kept []Node
		for _, x := range n.Of {
			y := Rewrite(x, edit)
			n.lost = n.lost || y != x
			if y != nil {
				kept = append(kept, y)
			}
		}
		if n.Of = kept; len(kept) == 0 {
			return nil
		}
		return n
	default:
		panic(fmt.Sprintf("tree: unknown node %T", n))
	}
}

// Unload turns nodes into the body of a search. What no transformation touched
// is the block that it was.
func Unload(n Node) sigma.Block {
	switch n := n.(type) {
	case *Item:
		if !n.Changed {
			return n.Src
		}
		return n.unload()
	case *Group:
		switch {
		case !n.Touched():
			return n.src
		case n.Any:
			return anyOf(unloadEach(n.Of), n.At)
		}
		return allOf(unloadEach(n.Of), n.At)
	default:
		panic(fmt.Sprintf("tree: unknown node %T", n))
	}
}

func unloadEach(nodes []Node) []sigma.Block {
	blocks := make([]sigma.Block, len(nodes))
	for i, n := range nodes {
		blocks[i] = Unload(n)
	}
	return blocks
}

// anyOf joins blocks by or. A list in a list is part of it.
func anyOf(blocks []sigma.Block, at sigma.Span) sigma.Block {
	list := &sigma.Any{At: at}
	for _, b := range blocks {
		if inner, ok := b.(*sigma.Any); ok {
			list.Blocks = append(list.Blocks, inner.Blocks...)
		} else {
			list.Blocks = append(list.Blocks, b)
		}
	}
	if len(list.Blocks) == 1 {
		return list.Blocks[0]
	}
	return list
}

// allOf joins blocks by and. A map in a map is part of it: its items may ask
// for one member of a list together.
func allOf(blocks []sigma.Block, at sigma.Span) sigma.Block {
	all := &sigma.All{At: at}
	for _, b := range blocks {
		switch b := b.(type) {
		case *sigma.All:
			all.Items, all.Also = append(all.Items, b.Items...), append(all.Also, b.Also...)
		case *sigma.Any:
			all.Also = append(all.Also, b)
		case *sigma.Item:
			all.Items = append(all.Items, b)
		default:
			panic(fmt.Sprintf("tree: unknown block %T", b))
		}
	}
	if len(all.Items) == 0 && len(all.Also) == 1 {
		return all.Also[0]
	}
	return all
}

// unload writes the item. Values with different modifiers need items of their
// own.
//
//	f: [a, b|re]      ->  f: a       or   f|re: b
//	f|all: [a, b|re]  ->  f: a       and  f|re: b
//	f|neq: [a, b|re]  ->  f|neq: a   and  f|re|neq: b
func (i *Item) unload() sigma.Block {
	groups := i.grouped()
	if len(groups) > 1 {
		i.spellOut()
		groups = i.grouped()
	}
	blocks := make([]sigma.Block, len(groups))
	for k, values := range groups {
		blocks[k] = i.write(values)
	}
	switch {
	case len(blocks) == 1:
		return blocks[0]
	case i.All != i.Neq:
		return allOf(blocks, i.Src.At)
	}
	return anyOf(blocks, i.Src.At)
}

// grouped puts the values with the same modifiers together.
func (i *Item) grouped() [][]Value {
	var groups [][]Value
	for _, v := range i.Values {
		k := slices.IndexFunc(groups, func(g []Value) bool { return sameModifiers(g[0].Mods, v.Mods) })
		if k < 0 {
			groups, k = append(groups, nil), len(groups)
		}
		groups[k] = append(groups[k], v)
	}
	return groups
}

func sameModifiers(a, b []sigma.Modifier) bool {
	return slices.EqualFunc(a, b, func(x, y sigma.Modifier) bool { return x.Name == y.Name })
}

// spellOut writes the wildcards that contains and its kin stand for, so that
// values of different modifiers may share an item.
func (i *Item) spellOut() {
	for k := range i.Values {
		v := &i.Values[k]
		if parts, ok := v.Parts(); ok && !i.Keywords {
			*v = v.With(parts, Without(v.Mods, PartModifiers...))
		}
	}
}

func (i *Item) write(of []Value) *sigma.Item {
	x := &sigma.Item{Field: i.Field, Keywords: i.Keywords, KeyAt: i.Src.KeyAt, At: i.Src.At, List: len(of) > 1 || i.Src.List}
	x.Modifiers = slices.Clone(of[0].Mods)
	for _, v := range of {
		if !slices.ContainsFunc(x.Values, func(y sigma.Value) bool { return sameValue(y, v.V) }) {
			x.Values = append(x.Values, v.V)
		}
	}
	if i.All && len(x.Values) > 1 {
		x.Modifiers = append(x.Modifiers, i.Modifier("all"))
	}
	if i.Neq {
		x.Modifiers = append(x.Modifiers, i.Modifier("neq"))
	}
	return x
}

// Modifier gives the modifier of a name as the item had it.
func (i *Item) Modifier(name string) sigma.Modifier {
	for _, m := range i.Src.Modifiers {
		if m.Name == name {
			return m
		}
	}
	return sigma.Modifier{Name: name, At: i.Src.KeyAt}
}

// Clone gives a copy that may be changed by itself.
func (i *Item) Clone() *Item {
	c := *i
	c.Values, c.Applied, c.Changed = slices.Clone(i.Values), slices.Clone(i.Applied), true
	return &c
}

// Bind gives keywords a field: each is looked for anywhere in it, as before.
func (i *Item) Bind() {
	i.Keywords = false
	if i.Field.At == (sigma.Span{}) {
		i.Field.At = i.Src.KeyAt
	}
	for k := range i.Values {
		v := &i.Values[k]
		switch {
		case v.Has("re"), v.Partial():
		case v.Has("base64"), v.Has("base64offset"), v.Has("windash"), v.Has("expand"):
			v.Mods = append(slices.Clone(v.Mods), sigma.Modifier{Name: "contains", At: i.Src.KeyAt})
		default:
			v.Mods = append([]sigma.Modifier{{Name: "contains", At: i.Src.KeyAt}}, v.Mods...)
		}
	}
}

// References gives the fields that the item compares its own with.
func (i *Item) References() []string {
	var names []string
	for _, v := range i.Values {
		if v.Has("fieldref") {
			names = append(names, v.V.Written().Value)
		}
	}
	return names
}

// sameValue tells whether two values are of one type and one text.
func sameValue(a, b sigma.Value) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && a.Written().Value == b.Written().Value
}

// EitherOf joins what an item turns into: one of the nodes holds, or, since
// neq denies the whole item, none of them.
func EitherOf(i *Item, of []Node) Node {
	if len(of) == 1 {
		return of[0]
	}
	return &Group{Any: !i.Neq, Of: of, At: i.Src.At}
}

// PerValue joins what the values of an item turn into: by or, with all by and;
// neq denies what is joined.
func PerValue(i *Item, of []Node) Node {
	if len(of) == 1 {
		return of[0]
	}
	return &Group{Any: i.All == i.Neq, Of: of, At: i.Src.At}
}

// String makes a value of text.
func String(text string, at sigma.Span, mods []sigma.Modifier) Value {
	return Value{&sigma.String{Text: sigma.Text{Value: text, At: at}}, mods}
}
