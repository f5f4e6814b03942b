package kqleval

import (
	"slices"
	"strings"
)

func bagFunctions() map[string]function {
	return map[string]function{
		"bag_pack":        {params: "Sa*", ret: TDynamic, nulls: true, apply: bagPack},
		"bag_keys":        {params: "y", ret: TDynamic, apply: bagKeys},
		"bag_merge":       {params: "yy*", ret: TDynamic, nulls: true, apply: bagMerge},
		"bag_remove_keys": {params: "yy", ret: TDynamic, apply: bagRemove},
		"bag_has_key":     {params: "ys", ret: TBool, apply: bagHas},
		"bag_set_key":     {params: "yka", ret: TDynamic, nulls: true, apply: bagSet},
		"bag_zip":         {params: "yy", ret: TDynamic, nulls: true, apply: bagZip},
		"treepath":        {params: "y", ret: TDynamic, naming: nameTreeArg, apply: treePath},
	}
}

func bagPack(rt *runtime, a []Value) Value {
	if len(a)%2 != 0 {
		rt.fail(span{}, "bag_pack() takes keys and values in turn, and the last key has no value")
		return nil
	}
	bag := &Bag{}
	for i := 0; i+1 < len(a); i += 2 {
		bag.set(FormatValue(a[i]), a[i+1])
	}
	return rt.bounded(bag)
}

func bagKeys(_ *runtime, a []Value) Value {
	bag, ok := a[0].(*Bag)
	if !ok {
		return nil
	}
	out := Array{}
	for _, k := range bag.keys {
		out = append(out, String(k))
	}
	return out
}

// bagMerge keeps the first value of a key.
func bagMerge(rt *runtime, a []Value) Value {
	out, found := &Bag{}, false
	for _, v := range a {
		bag, ok := v.(*Bag)
		if !ok {
			continue
		}
		found = true
		for i, k := range bag.keys {
			if _, have := out.Get(k); !have {
				out.set(k, bag.vals[i])
			}
		}
	}
	if !found {
		return nil
	}
	return rt.bounded(out)
}

// keyPath reads a key, or a path if it starts with $.
func keyPath(key string) []Value {
	if strings.HasPrefix(key, "$.") || strings.HasPrefix(key, "$[") {
		return pathSteps(key)
	}
	return []Value{String(key)}
}

func bagRemove(_ *runtime, a []Value) Value {
	bag, ok := a[0].(*Bag)
	keys, ok2 := a[1].(Array)
	if !ok || !ok2 {
		return nil
	}
	var out Value = bag
	for _, k := range keys {
		out = without(out, keyPath(FormatValue(k)))
	}
	return out
}

func without(v Value, path []Value) Value {
	bag, ok := v.(*Bag)
	if !ok || len(path) == 0 {
		return v
	}
	key := FormatValue(path[0])
	out := &Bag{}
	for i, k := range bag.keys {
		switch {
		case k != key:
			out.set(k, bag.vals[i])
		case len(path) > 1:
			out.set(k, without(bag.vals[i], path[1:]))
		}
	}
	return out
}

func bagHas(_ *runtime, a []Value) Value {
	bag, ok := a[0].(*Bag)
	if !ok {
		return nil
	}
	path := keyPath(str(a[1]))
	if len(path) == 0 {
		return Bool(false)
	}
	for _, step := range path[:len(path)-1] {
		if bag, ok = property(bag, FormatValue(step)).(*Bag); !ok {
			return Bool(false)
		}
	}
	_, have := bag.Get(FormatValue(path[len(path)-1]))
	return Bool(have)
}

func bagSet(rt *runtime, a []Value) Value {
	bag, ok := a[0].(*Bag)
	if !ok {
		return nil
	}
	return rt.bounded(withKey(bag, keyPath(FormatValue(a[1])), a[2]))
}

// withKey sets a path, and puts a key that it changes last, as the service does.
func withKey(v Value, path []Value, to Value) Value {
	if len(path) == 0 {
		return to
	}
	key := FormatValue(path[0])
	out := &Bag{}
	bag, _ := v.(*Bag)
	var old Value
	if bag != nil {
		for i, k := range bag.keys {
			if k == key {
				old = bag.vals[i]
			} else {
				out.set(k, bag.vals[i])
			}
		}
	}
	out.set(key, withKey(old, path[1:], to))
	return out
}

// bagZip pairs keys and values; keys that are no strings are left out.
func bagZip(_ *runtime, a []Value) Value {
	keys, ok := a[0].(Array)
	if !ok {
		return nil
	}
	vals, _ := a[1].(Array)
	out := &Bag{}
	for i, k := range keys {
		name, ok := k.(String)
		if !ok {
			continue
		}
		var v Value
		if i < len(vals) {
			v = vals[i]
		}
		out.set(string(name), v)
	}
	return out
}

// treePath lists the paths of a dynamic value.
func treePath(_ *runtime, a []Value) Value {
	out := Array{}
	seen := map[string]bool{}
	walkPaths(a[0], "", func(p string) {
		if !seen[p] {
			seen[p] = true
			out = append(out, String(p))
		}
	})
	return slices.Clip(out)
}

func walkPaths(v Value, at string, f func(string)) {
	switch v := v.(type) {
	case *Bag:
		for i, k := range v.keys {
			p := at + "['" + k + "']"
			f(p)
			walkPaths(v.vals[i], p, f)
		}
	case Array:
		for i, x := range v {
			p := at + "[" + FormatValue(Long(i)) + "]"
			f(p)
			walkPaths(x, p, f)
		}
	}
}
