package kqleval

import "math"

func geoFunctions() map[string]function {
	return map[string]function{
		"geo_distance_2points": {params: "ffff", ret: TReal, apply: onGeoPoints(func(p []geoPoint) Value {
			return Real(p[0].v.angle(p[1].v) * earthRadius)
		})},
		"geo_azimuth": {params: "ffff", ret: TReal, apply: onGeoPoints(func(p []geoPoint) Value {
			return clockwise(p[0].v, vec{0, 0, 1}, p[1].v, p[0].v, p[1].v)
		})},
		"geo_angle": {params: "ffffff", ret: TReal, apply: onGeoPoints(func(p []geoPoint) Value {
			if opposite(p[0].v, p[1].v) {
				return nil
			}
			return clockwise(p[1].v, p[0].v, p[2].v, p[1].v, p[2].v)
		})},
		"geo_point_in_circle": {params: "fffff", ret: TBool, apply: func(_ *runtime, a []Value) Value {
			p, ok := geoPoints(a[:4])
			if r := float64(a[4].(Real)); ok && r >= 0 {
				return Bool(p[0].v.angle(p[1].v)*earthRadius <= r)
			}
			return nil
		}},
		"geo_point_in_polygon": {params: "ffy", ret: TBool, apply: onPolygons(func(p vec, polygons []geoPolygon) Value {
			for _, g := range polygons {
				if g.contains(p) {
					return Bool(true)
				}
			}
			return Bool(false)
		})},
		"geo_distance_point_to_polygon": {params: "ffy", ret: TReal, apply: onPolygons(func(p vec, polygons []geoPolygon) Value {
			best := math.Inf(1)
			for _, g := range polygons {
				best = min(best, g.distance(p))
			}
			return Real(best * earthRadius)
		})},
		"geo_distance_point_to_line": {params: "ffy", ret: TReal, apply: onLines(func(p vec, lines []geoLine) Value {
			_, d := nearestOf(p, lines)
			return Real(d * earthRadius)
		})},
		"geo_closest_point_on_line": {params: "ffy", ret: TDynamic, apply: onLines(func(p vec, lines []geoLine) Value {
			q, _ := nearestOf(p, lines)
			return q.bag()
		})},
		"geo_line_length":            {params: "y", ret: TReal, apply: lineLength},
		"geo_line_centroid":          {params: "y", ret: TDynamic, apply: lineCentroid},
		"geo_line_interpolate_point": {params: "yf", ret: TDynamic, apply: interpolatePoint},
		"geo_line_locate_point":      {params: "yff", ret: TReal, apply: locatePoint},
		"geo_polygon_area":           {params: "y", ret: TReal, apply: onUnion(polygonArea)},
		"geo_polygon_perimeter":      {params: "y", ret: TReal, apply: onUnion(polygonPerimeter)},
		"geo_polygon_centroid":       {params: "y", ret: TDynamic, apply: onUnion(polygonCentroid)},
		"geo_from_wkt":               {params: "s", ret: TDynamic, apply: fromWKT},
	}
}

// geoPoints reads pairs of longitude and latitude.
func geoPoints(a []Value) ([]geoPoint, bool) {
	out := make([]geoPoint, len(a)/2)
	for i := range out {
		p, ok := newGeoPoint(float64(a[2*i].(Real)), float64(a[2*i+1].(Real)))
		if !ok {
			return nil, false
		}
		out[i] = p
	}
	return out, true
}

func onGeoPoints(f func([]geoPoint) Value) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		if p, ok := geoPoints(a); ok {
			return f(p)
		}
		return nil
	}
}

// opposite says whether two points are one, or lie opposite each other, so that
// no line leads from one to the other, or many do.
func opposite(a, b vec) bool { return a == b || a.add(b).norm() < 1e-15 }

// clockwise is the angle at p from a to b in [0, 2π); null if one of them is p,
// or opposite.
func clockwise(p, a, b, from, to vec) Value {
	if opposite(p, a) || opposite(p, b) || opposite(from, to) {
		return nil
	}
	angle := -p.turn(a, b)
	if angle < 0 {
		angle += 2 * math.Pi
	}
	return Real(angle)
}

func onPolygons(f func(vec, []geoPolygon) Value) func(*runtime, []Value) Value {
	return func(rt *runtime, a []Value) Value {
		p, ok1 := geoPoints(a[:2])
		polygons, ok2 := rt.polygons(a[2])
		if !ok1 || !ok2 {
			return nil
		}
		return f(p[0].v, polygons)
	}
}

// maxShapes bounds the polygons that a run remembers.
const maxShapes = 1000

// polygons reads a shape, and remembers it: a constant is asked for each row.
func (rt *runtime) polygons(v Value) ([]geoPolygon, bool) {
	bag, _ := v.(*Bag)
	if known, ok := rt.shapes[bag]; ok {
		return known, known != nil
	}
	out, ok := readPolygons(v)
	if !ok {
		out = nil
	}
	if rt.shapes == nil || len(rt.shapes) >= maxShapes {
		rt.shapes = map[*Bag][]geoPolygon{}
	}
	rt.shapes[bag] = out
	return out, ok
}

func onLines(f func(vec, []geoLine) Value) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		p, ok1 := geoPoints(a[:2])
		lines, ok2 := readLines(a[2])
		if !ok1 || !ok2 {
			return nil
		}
		return f(p[0].v, lines)
	}
}

func nearestOf(p vec, lines []geoLine) (best geoPoint, distance float64) {
	distance = math.Inf(1)
	for _, l := range lines {
		if q, d, _ := l.nearest(p); d < distance {
			best, distance = q, d
		}
	}
	return best, distance
}

// lineLength refuses lines that share an edge: what is measured is their union.
func lineLength(rt *runtime, a []Value) Value {
	lines, ok := readLines(a[0])
	if !ok {
		return nil
	}
	sum := 0.0
	seen := map[[2]vec]bool{}
	for _, l := range lines {
		for i := range l[1:] {
			if seen[[2]vec{l[i].v, l[i+1].v}] || seen[[2]vec{l[i+1].v, l[i].v}] {
				rt.fail(span{}, "not supported: lines that share a part")
				return nil
			}
			seen[[2]vec{l[i].v, l[i+1].v}] = true
		}
		sum += l.length()
	}
	return Real(sum * earthRadius)
}

// lineCentroid weighs each edge by its length.
func lineCentroid(_ *runtime, a []Value) Value {
	lines, ok := readLines(a[0])
	if !ok {
		return nil
	}
	var sum vec
	for _, l := range lines {
		for i := range l[1:] {
			middle, across := l[i].v.add(l[i+1].v), l[i].v.sub(l[i+1].v)
			sum = sum.add(middle.times(across.norm() / middle.norm()))
		}
	}
	return geoPointOf(sum).bag()
}

func oneLine(v Value) (geoLine, bool) {
	lines, ok := readLines(v)
	if !ok || len(lines) != 1 {
		return nil, false
	}
	return lines[0], true
}

func interpolatePoint(_ *runtime, a []Value) Value {
	line, ok := oneLine(a[0])
	f := float64(a[1].(Real))
	if !ok || !(f >= 0 && f <= 1) {
		return nil
	}
	return line.at(f * line.length()).bag()
}

func locatePoint(_ *runtime, a []Value) Value {
	line, ok1 := oneLine(a[0])
	p, ok2 := geoPoints(a[1:])
	if !ok1 || !ok2 {
		return nil
	}
	_, _, along := line.nearest(p[0].v)
	return Real(along / line.length())
}

// onUnion asks something of polygons together; they must not overlap here.
func onUnion(f func([]geoPolygon) Value) func(*runtime, []Value) Value {
	return func(rt *runtime, a []Value) Value {
		polygons, ok := rt.polygons(a[0])
		if !ok {
			return nil
		}
		if !apart(polygons) {
			rt.fail(span{}, "not supported: polygons that overlap")
			return nil
		}
		return f(polygons)
	}
}

func polygonArea(polygons []geoPolygon) Value {
	sum := 0.0
	for _, g := range polygons {
		sum += g.area()
	}
	return Real(sum * earthRadius * earthRadius)
}

func polygonPerimeter(polygons []geoPolygon) Value {
	sum := 0.0
	for _, g := range polygons {
		for _, l := range g.lines {
			sum += l.length()
		}
	}
	return Real(sum * earthRadius)
}

func polygonCentroid(polygons []geoPolygon) Value {
	var sum vec
	for _, g := range polygons {
		sum = sum.add(g.centroid())
	}
	return geoPointOf(sum).bag()
}
