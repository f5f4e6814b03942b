package kqleval

import (
	"strconv"
	"strings"
)

// wktKinds are the words of geometries, the names that GeoJSON has for them,
// and how deep their lists of points nest.
var wktKinds = map[string]struct {
	name  string
	depth int
}{
	"POINT": {"Point", 0}, "LINESTRING": {"LineString", 1}, "POLYGON": {"Polygon", 2},
	"MULTIPOINT": {"MultiPoint", 1}, "MULTILINESTRING": {"MultiLineString", 2}, "MULTIPOLYGON": {"MultiPolygon", 3},
}

// fromWKT makes GeoJSON of well-known text; null if it is none.
func fromWKT(_ *runtime, a []Value) Value {
	r := &wktReader{text: str(a[0])}
	v, ok := r.geometry(0)
	if !ok || r.peek() != "" {
		return nil
	}
	return v
}

type wktReader struct{ text string }

// peek gives the next token: a word, a number or a sign.
func (r *wktReader) peek() string {
	r.text = strings.TrimLeft(r.text, " \t\r\n")
	end := strings.IndexAny(r.text, " \t\r\n(),")
	switch {
	case end < 0:
		return r.text
	case end == 0:
		return r.text[:1]
	}
	return r.text[:end]
}

func (r *wktReader) next() string {
	t := r.peek()
	r.text = r.text[len(t):]
	return t
}

func (r *wktReader) geometry(depth int) (Value, bool) {
	word := strings.ToUpper(r.next())
	if word == "GEOMETRYCOLLECTION" {
		if depth > maxDepth {
			return nil, false
		}
		items, ok := r.list(func() (Value, bool) { return r.geometry(depth + 1) })
		return bagOf("type", "GeometryCollection", "geometries", items), ok
	}
	kind, ok := wktKinds[word]
	if !ok {
		return nil, false
	}
	if kind.depth == 0 {
		items, ok := r.list(r.point)
		if !ok || len(items) != 1 {
			return nil, false
		}
		return geometry(kind.name, items[0].(Array)), true
	}
	items, ok := r.points(kind.depth)
	return geometry(kind.name, items), ok
}

// list reads ( item, … ).
func (r *wktReader) list(item func() (Value, bool)) (Array, bool) {
	if r.next() != "(" {
		return nil, false
	}
	var out Array
	for {
		v, ok := item()
		if !ok {
			return nil, false
		}
		out = append(out, v)
		switch r.next() {
		case ")":
			return out, true
		case ",":
		default:
			return nil, false
		}
	}
}

func (r *wktReader) points(depth int) (Array, bool) {
	if depth == 1 {
		return r.list(r.point)
	}
	return r.list(func() (Value, bool) { return r.points(depth - 1) })
}

// point reads x y; a point of a MULTIPOINT may stand in parentheses.
func (r *wktReader) point() (Value, bool) {
	if r.peek() == "(" {
		items, ok := r.list(r.point)
		if !ok || len(items) != 1 {
			return nil, false
		}
		return items[0], true
	}
	var out Array
	for range 2 {
		word := r.next()
		f, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return nil, false
		}
		v := Value(Real(f))
		if n, err := strconv.ParseInt(word, 10, 64); err == nil {
			v = Long(n)
		}
		out = append(out, v)
	}
	return out, true
}
