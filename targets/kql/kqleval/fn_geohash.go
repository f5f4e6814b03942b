package kqleval

import "strings"

func geohashFunctions() map[string]function {
	return map[string]function{
		"geo_point_to_geohash": {params: "ff?i", ret: TString, apply: func(_ *runtime, a []Value) Value {
			p, ok := geoPoints(a[:2])
			n := num(arg(a, 2, Long(5)))
			if !ok || n < 1 || n > maxGeohash {
				return nil
			}
			return String(geohashAt(p[0].lng, p[0].lat, int(n)))
		}},
		"geo_geohash_to_central_point": {params: "s", ret: TDynamic, apply: onGeohash(func(_ *runtime, b geoBox, _ string) Value {
			return geometry("Point", Array{Real((b.west + b.east) / 2), Real((b.south + b.north) / 2)})
		})},
		"geo_geohash_to_polygon": {params: "s", ret: TDynamic, apply: onGeohash(func(_ *runtime, b geoBox, _ string) Value {
			corner := func(lng, lat float64) Array { return Array{Real(lng), Real(lat)} }
			return geometry("Polygon", Array{Array{corner(b.west, b.south), corner(b.east, b.south),
				corner(b.east, b.north), corner(b.west, b.north), corner(b.west, b.south)}})
		})},
		"geo_geohash_neighbors": {params: "s", ret: TDynamic, apply: onGeohash(geohashNeighbors)},
	}
}

const (
	geohashDigits = "0123456789bcdefghjkmnpqrstuvwxyz"
	maxGeohash    = 18
)

// geoBox is a rectangle in degrees.
type geoBox struct{ west, east, south, north float64 }

var wholeEarth = geoBox{-180, 180, -90, 90}

// half keeps the half of the box that a bit names, of longitude if east-west.
func (b geoBox) half(upper, lng bool) geoBox {
	lo, hi := &b.south, &b.north
	if lng {
		lo, hi = &b.west, &b.east
	}
	if mid := (*lo + *hi) / 2; upper {
		*lo = mid
	} else {
		*hi = mid
	}
	return b
}

// geohashAt interleaves the bits of longitude and latitude, longitude first.
func geohashAt(lng, lat float64, n int) string {
	var out strings.Builder
	box, digit := wholeEarth, 0
	for bit := range 5 * n {
		isLng := bit%2 == 0
		upper := lng >= (box.west+box.east)/2
		if !isLng {
			upper = lat >= (box.south+box.north)/2
		}
		box = box.half(upper, isLng)
		digit <<= 1
		if upper {
			digit |= 1
		}
		if bit%5 == 4 {
			out.WriteByte(geohashDigits[digit])
			digit = 0
		}
	}
	return out.String()
}

func onGeohash(f func(*runtime, geoBox, string) Value) func(*runtime, []Value) Value {
	return func(rt *runtime, a []Value) Value {
		hash := str(a[0])
		if hash == "" || len(hash) > maxGeohash {
			return nil
		}
		box := wholeEarth
		for i := range len(hash) {
			digit := strings.IndexByte(geohashDigits, hash[i])
			if digit < 0 {
				return nil
			}
			for bit := range 5 {
				box = box.half(digit>>(4-bit)&1 == 1, (5*i+bit)%2 == 0)
			}
		}
		return f(rt, box, hash)
	}
}

// neighborSteps are the steps east and north to the neighbours, in the order in
// which the documentation's example has them.
var neighborSteps = [][2]float64{{-1, -1}, {-1, 1}, {1, -1}, {0, 1}, {-1, 0}, {1, 1}, {1, 0}, {0, -1}}

// geohashNeighbors goes around the date line.
func geohashNeighbors(rt *runtime, b geoBox, hash string) Value {
	var out Array
	for _, step := range neighborSteps {
		lng := (b.west+b.east)/2 + step[0]*(b.east-b.west)
		lat := (b.south+b.north)/2 + step[1]*(b.north-b.south)
		switch {
		case lat < -90 || lat > 90:
			rt.fail(span{}, "not supported: the neighbours of %q, which lies at a pole", hash)
			return nil
		case lng < -180:
			lng += 360
		case lng > 180:
			lng -= 360
		}
		out = append(out, String(geohashAt(lng, lat, len(hash))))
	}
	return out
}
