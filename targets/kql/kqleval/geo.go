package kqleval

import "math"

// The service measures on a sphere of this radius in metres.
const earthRadius = 6371010.0

// A vec is a point of the unit sphere, or a vector.
type vec [3]float64

func (a vec) dot(b vec) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func (a vec) norm() float64     { return math.Sqrt(a.dot(a)) }
func (a vec) add(b vec) vec     { return vec{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }
func (a vec) sub(b vec) vec     { return vec{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }
func (a vec) times(f float64) vec {
	return vec{a[0] * f, a[1] * f, a[2] * f}
}
func (a vec) cross(b vec) vec {
	return vec{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

// angle is the distance of two points in radians.
func (a vec) angle(b vec) float64 { return math.Atan2(a.cross(b).norm(), a.dot(b)) }

// turn is the angle at p from a to b, counterclockwise as seen from outside.
func (p vec) turn(a, b vec) float64 {
	return math.Atan2(p.dot(a.cross(b)), a.dot(b)-a.dot(p)*b.dot(p))
}

// A geoPoint is a place in degrees and on the sphere.
type geoPoint struct {
	lng, lat float64
	v        vec
}

func newGeoPoint(lng, lat float64) (geoPoint, bool) {
	if !(math.Abs(lng) <= 180 && math.Abs(lat) <= 90) {
		return geoPoint{}, false
	}
	a, b := lng*math.Pi/180, lat*math.Pi/180
	return geoPoint{lng, lat, vec{math.Cos(b) * math.Cos(a), math.Cos(b) * math.Sin(a), math.Sin(b)}}, true
}

func geoPointOf(v vec) geoPoint {
	lat := math.Atan2(v[2], math.Hypot(v[0], v[1])) * 180 / math.Pi
	return geoPoint{math.Atan2(v[1], v[0]) * 180 / math.Pi, lat, v}
}

func (p geoPoint) array() Array { return Array{Real(p.lng), Real(p.lat)} }

func (p geoPoint) bag() Value { return geometry("Point", p.array()) }

func geometry(kind string, coordinates Array) Value {
	return bagOf("type", kind, "coordinates", coordinates)
}

// readPoints reads [[longitude, latitude], …].
func readPoints(v Value) ([]geoPoint, bool) {
	list, ok := v.(Array)
	if !ok {
		return nil, false
	}
	out := make([]geoPoint, len(list))
	for i, item := range list {
		pair, _ := item.(Array)
		if len(pair) < 2 {
			return nil, false
		}
		lng, ok1 := asFloat(pair[0])
		lat, ok2 := asFloat(pair[1])
		p, ok3 := newGeoPoint(lng, lat)
		if !ok1 || !ok2 || !ok3 {
			return nil, false
		}
		out[i] = p
	}
	return out, true
}

// readGeometry gives the coordinates of a GeoJSON geometry of a kind as a list:
// of one for the kind itself, of all for Multi of it.
func readGeometry(v Value, kind string) (Array, bool) {
	bag, ok := v.(*Bag)
	if !ok {
		return nil, false
	}
	name, _ := bag.Get("type")
	coords, _ := bag.Get("coordinates")
	list, ok := coords.(Array)
	switch name {
	case String(kind):
		return Array{list}, ok
	case String("Multi" + kind):
		return list, ok && len(list) > 0
	}
	return nil, false
}

// A geoLine is a chain of points.
type geoLine []geoPoint

func readLines(v Value) ([]geoLine, bool) {
	items, ok := readGeometry(v, "LineString")
	if !ok {
		return nil, false
	}
	out := make([]geoLine, len(items))
	for i, item := range items {
		line, ok := readPoints(item)
		if !ok || len(line) < 2 {
			return nil, false
		}
		out[i] = line
	}
	return out, true
}

func (l geoLine) length() float64 {
	sum := 0.0
	for i := range l[1:] {
		sum += l[i].v.angle(l[i+1].v)
	}
	return sum
}

// nearest gives the point of the line that is nearest to p, its distance, and
// how far along the line it lies, in radians.
func (l geoLine) nearest(p vec) (best geoPoint, distance, along float64) {
	distance = math.Inf(1)
	passed := 0.0
	for i := range l[1:] {
		q := nearestOnEdge(p, l[i], l[i+1])
		if d := p.angle(q.v); d < distance {
			best, distance, along = q, d, passed+l[i].v.angle(q.v)
		}
		passed += l[i].v.angle(l[i+1].v)
	}
	return best, distance, along
}

func nearestOnEdge(p vec, a, b geoPoint) geoPoint {
	normal := a.v.cross(b.v)
	if normal.cross(a.v).dot(p) > 0 && normal.cross(b.v).dot(p) < 0 {
		q := p.sub(normal.times(p.dot(normal) / normal.dot(normal)))
		return geoPointOf(q.times(1 / q.norm()))
	}
	if p.angle(a.v) <= p.angle(b.v) {
		return a
	}
	return b
}

// at gives the point of the line at a distance along it.
func (l geoLine) at(along float64) geoPoint {
	for i := range l[1:] {
		d := l[i].v.angle(l[i+1].v)
		if along <= d && d > 0 {
			q := l[i].v.times(math.Sin(d - along)).add(l[i+1].v.times(math.Sin(along)))
			return geoPointOf(q.times(1 / q.norm()))
		}
		along -= d
	}
	return l[len(l)-1]
}
