package pipeline

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/sigproof/sigproof/sigma"
)

// node is a part of a search while it is rewritten: *group or *item. Unlike
// the tree of a document it may join by and and or in any order.
type node interface {
	touched() bool
}

type (
	// A group joins its nodes.
	group struct {
		any  bool
		of   []node
		src  sigma.Block // nil if a transformation has made it
		at   sigma.Span
		lost bool // a node was dropped or replaced
	}

	// An item is a field with values.
	item struct {
		src      *sigma.Item // what it came from, for modifiers and places
		field    sigma.Text
		keywords bool
		all, neq bool
		values   []value
		applied  []string // ids of the steps that changed it
		changed  bool
	}

	// A value is one value with the modifiers that speak of it alone: all but
	// all and neq.
	value struct {
		v    sigma.Value
		mods []sigma.Modifier
	}
)

// size is about how much memory the item takes.
func (i *item) size() int {
	n := 100 + len(i.field.Value)
	for _, v := range i.values {
		n += 50 + len(v.v.Written().Value)
	}
	return n
}

func (i *item) touched() bool { return i.changed }

func (g *group) touched() bool {
	return g.lost || g.src == nil || slices.ContainsFunc(g.of, node.touched)
}

// load turns the body of a search into nodes.
func load(b sigma.Block) node {
	switch b := b.(type) {
	case *sigma.All:
		g := &group{src: b, at: b.At}
		for _, x := range b.Items {
			g.of = append(g.of, load(x))
		}
		return g
	case *sigma.Any:
		g := &group{any: true, src: b, at: b.At}
		for _, x := range b.Blocks {
			g.of = append(g.of, load(x))
		}
		return g
	case *sigma.Item:
		return loadItem(b)
	default:
		panic(fmt.Sprintf("pipeline: unknown block %T", b))
	}
}

func loadItem(src *sigma.Item) *item {
	i := &item{src: src, field: src.Field, keywords: src.Keywords, all: src.Has("all"), neq: src.Has("neq")}
	var mods []sigma.Modifier
	for _, m := range src.Modifiers {
		if m.Name != "all" && m.Name != "neq" {
			mods = append(mods, m)
		}
	}
	for _, v := range src.Values {
		i.values = append(i.values, value{v, mods})
	}
	return i
}

func (v *value) has(name string) bool {
	return slices.ContainsFunc(v.mods, func(m sigma.Modifier) bool { return m.Name == name })
}

// without gives the modifiers but those named.
func without(mods []sigma.Modifier, names ...string) []sigma.Modifier {
	var out []sigma.Modifier
	for _, m := range mods {
		if !slices.Contains(names, m.Name) {
			out = append(out, m)
		}
	}
	return out
}

// items gives the items below a node.
func items(n node) []*item {
	switch n := n.(type) {
	case nil:
		return nil
	case *item:
		return []*item{n}
	case *group:
		var out []*item
		for _, x := range n.of {
			out = append(out, items(x)...)
		}
		return out
	default:
		panic(fmt.Sprintf("pipeline: unknown node %T", n))
	}
}

// rewrite gives each item below n to edit, which gives back what stands in its
// place: the item itself, another node, or nil if it is dropped. A group that
// loses all of its nodes goes too.
func rewrite(n node, edit func(*item) node) node {
	switch n := n.(type) {
	case nil:
		return nil
	case *item:
		return edit(n)
	case *group:
		var kept []node
		for _, x := range n.of {
			y := rewrite(x, edit)
			n.lost = n.lost || y != x
			if y != nil {
				kept = append(kept, y)
			}
		}
		if n.of = kept; len(kept) == 0 {
			return nil
		}
		return n
	default:
		panic(fmt.Sprintf("pipeline: unknown node %T", n))
	}
}

// unload turns nodes into the body of a search. What no transformation touched
// is the block that it was.
func unload(n node) sigma.Block {
	switch n := n.(type) {
	case *item:
		if !n.changed {
			return n.src
		}
		return n.unload()
	case *group:
		switch {
		case !n.touched():
			return n.src
		case n.any:
			return anyOf(unloadEach(n.of), n.at)
		}
		return allOf(unloadEach(n.of), n.at)
	default:
		panic(fmt.Sprintf("pipeline: unknown node %T", n))
	}
}

func unloadEach(nodes []node) []sigma.Block {
	blocks := make([]sigma.Block, len(nodes))
	for i, n := range nodes {
		blocks[i] = unload(n)
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
			panic(fmt.Sprintf("pipeline: unknown block %T", b))
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
func (i *item) unload() sigma.Block {
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
	case i.all != i.neq:
		return allOf(blocks, i.src.At)
	}
	return anyOf(blocks, i.src.At)
}

// grouped puts the values with the same modifiers together.
func (i *item) grouped() [][]value {
	var groups [][]value
	for _, v := range i.values {
		k := slices.IndexFunc(groups, func(g []value) bool { return sameModifiers(g[0].mods, v.mods) })
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
func (i *item) spellOut() {
	for k := range i.values {
		v := &i.values[k]
		if parts, ok := v.parts(); ok && !i.keywords {
			*v = v.with(parts, without(v.mods, partModifiers...))
		}
	}
}

func (i *item) write(of []value) *sigma.Item {
	x := &sigma.Item{Field: i.field, Keywords: i.keywords, KeyAt: i.src.KeyAt, At: i.src.At, List: len(of) > 1 || i.src.List}
	x.Modifiers = slices.Clone(of[0].mods)
	for _, v := range of {
		if !slices.ContainsFunc(x.Values, func(y sigma.Value) bool { return sameValue(y, v.v) }) {
			x.Values = append(x.Values, v.v)
		}
	}
	if i.all && len(x.Values) > 1 {
		x.Modifiers = append(x.Modifiers, i.modifier("all"))
	}
	if i.neq {
		x.Modifiers = append(x.Modifiers, i.modifier("neq"))
	}
	return x
}

// modifier gives the modifier of a name as the item had it.
func (i *item) modifier(name string) sigma.Modifier {
	for _, m := range i.src.Modifiers {
		if m.Name == name {
			return m
		}
	}
	return sigma.Modifier{Name: name, At: i.src.KeyAt}
}

// clone gives a copy that may be changed by itself.
func (i *item) clone() *item {
	c := *i
	c.values, c.applied, c.changed = slices.Clone(i.values), slices.Clone(i.applied), true
	return &c
}

// sameValue tells whether two values are of one type and one text.
func sameValue(a, b sigma.Value) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && a.Written().Value == b.Written().Value
}

// eitherOf joins what an item turns into: one of the nodes holds, or, since
// neq denies the whole item, none of them.
func eitherOf(i *item, of []node) node {
	if len(of) == 1 {
		return of[0]
	}
	return &group{any: !i.neq, of: of, at: i.src.At}
}
