package kqleval

import "math"

// A geoRing is the border of a polygon, counterclockwise around its inside,
// without the point that closes it.
type geoRing []vec

// A geoPolygon is a shell and its holes.
type geoPolygon struct {
	rings []geoRing
	lines []geoLine // the same, closed
}

// maxRing bounds the points of a ring, whose edges are compared in pairs.
const maxRing = 5000

// readPolygons reads a Polygon or MultiPolygon of GeoJSON; false if it breaks
// the rules of the documentation: a ring closes, has three distinct points or
// more, and does not cross itself.
func readPolygons(v Value) ([]geoPolygon, bool) {
	items, ok := readGeometry(v, "Polygon")
	if !ok {
		return nil, false
	}
	out := make([]geoPolygon, len(items))
	for i, item := range items {
		rings, _ := item.(Array)
		if len(rings) == 0 {
			return nil, false
		}
		for _, r := range rings {
			points, ok := readPoints(r)
			if !ok || !validRing(points) {
				return nil, false
			}
			ring := make(geoRing, len(points)-1)
			for j := range ring {
				ring[j] = points[j].v
			}
			out[i].rings = append(out[i].rings, ring.oriented())
			out[i].lines = append(out[i].lines, points)
		}
	}
	return out, true
}

func validRing(points []geoPoint) bool {
	n := len(points) - 1
	if n < 3 || n > maxRing || points[0] != points[n] {
		return false
	}
	seen := map[vec]bool{}
	for _, p := range points[:n] {
		if seen[p.v] {
			return false
		}
		seen[p.v] = true
	}
	for i := range n {
		for j := i + 2; j < min(n, n+i-1); j++ { // the last edge meets the first
			if edgesCross(points[i].v, points[i+1].v, points[j].v, points[j+1].v) {
				return false
			}
		}
	}
	return true
}

// edgesCross says whether ab and cd meet at a point inside both.
func edgesCross(a, b, c, d vec) bool {
	ab := a.cross(b)
	acb, bda := -ab.dot(c), ab.dot(d)
	if acb*bda <= 0 {
		return false
	}
	cd := c.cross(d)
	return acb*-cd.dot(b) > 0 && acb*cd.dot(a) > 0
}

// oriented turns a ring around if it encloses more than half of the sphere.
func (r geoRing) oriented() geoRing {
	if r.area() > 0 {
		return r
	}
	out := make(geoRing, len(r))
	for i, p := range r {
		out[len(r)-1-i] = p
	}
	return out
}

// area is positive if the ring is counterclockwise around its smaller side.
func (r geoRing) area() float64 {
	sum := 0.0
	for i := 1; i+1 < len(r); i++ {
		sum += triangleArea(r[0], r[i], r[i+1])
	}
	if math.Abs(sum) > 2*math.Pi {
		sum -= math.Copysign(4*math.Pi, sum)
	}
	return sum
}

// triangleArea is L'Huilier's, with a sign.
func triangleArea(a, b, c vec) float64 {
	x, y, z := b.angle(c), c.angle(a), a.angle(b)
	s := (x + y + z) / 2
	area := 4 * math.Atan(math.Sqrt(max(0, math.Tan(s/2)*math.Tan((s-x)/2)*math.Tan((s-y)/2)*math.Tan((s-z)/2))))
	return math.Copysign(area, a.dot(b.cross(c)))
}

// contains says whether the ring winds around p.
func (r geoRing) contains(p vec) bool {
	sum := 0.0
	for i := range r {
		sum += p.turn(r[i], r[(i+1)%len(r)])
	}
	return sum > math.Pi
}

func (g geoPolygon) contains(p vec) bool {
	for i, r := range g.rings {
		if r.contains(p) != (i == 0) {
			return false
		}
	}
	return true
}

// distance is 0 inside the polygon.
func (g geoPolygon) distance(p vec) float64 {
	if g.contains(p) {
		return 0
	}
	best := math.Inf(1)
	for _, l := range g.lines {
		_, d, _ := l.nearest(p)
		best = min(best, d)
	}
	return best
}

func (g geoPolygon) area() float64 {
	sum := 0.0
	for i, r := range g.rings {
		if a := math.Abs(r.area()); i == 0 {
			sum += a
		} else {
			sum -= a
		}
	}
	return sum
}

// centroid is the sum of the points of the polygon, not brought to the sphere.
func (g geoPolygon) centroid() vec {
	var sum vec
	for k, r := range g.rings {
		var part vec
		for i := 1; i+1 < len(r); i++ {
			part = part.add(triangleCentroid(r[0], r[i], r[i+1]))
		}
		if k > 0 {
			part = part.times(-1)
		}
		sum = sum.add(part)
	}
	return sum
}

// triangleCentroid is that of a spherical triangle times its area, with its
// sign.
func triangleCentroid(a, b, c vec) vec {
	ratio := func(x float64) float64 {
		if x == 0 {
			return 1
		}
		return x / math.Sin(x)
	}
	ra, rb, rc := ratio(b.angle(c)), ratio(c.angle(a)), ratio(a.angle(b))
	x := vec{a[0], b[0] - a[0], c[0] - a[0]}
	y := vec{a[1], b[1] - a[1], c[1] - a[1]}
	z := vec{a[2], b[2] - a[2], c[2] - a[2]}
	r := vec{ra, rb - ra, rc - ra}
	return vec{y.cross(z).dot(r), z.cross(x).dot(r), x.cross(y).dot(r)}.times(0.5)
}

// apart says whether no two polygons may share a part: what is asked of
// several together is asked of their union.
func apart(polygons []geoPolygon) bool {
	for i, g := range polygons {
		for _, h := range polygons[:i] {
			if g.touches(h) {
				return false
			}
		}
	}
	return true
}

func (g geoPolygon) touches(h geoPolygon) bool {
	if g.contains(h.rings[0][0]) || h.contains(g.rings[0][0]) {
		return true
	}
	for i, a := range g.rings[0] {
		b := g.rings[0][(i+1)%len(g.rings[0])]
		for j, c := range h.rings[0] {
			if edgesCross(a, b, c, h.rings[0][(j+1)%len(h.rings[0])]) {
				return true
			}
		}
	}
	return false
}
