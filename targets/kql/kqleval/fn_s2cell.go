package kqleval

import (
	"math"
	"strconv"
	"strings"
)

func s2Functions() map[string]function {
	return map[string]function{
		"geo_point_to_s2cell": {params: "ff?i", ret: TString, apply: func(_ *runtime, a []Value) Value {
			p, ok := geoPoints(a[:2])
			level := num(arg(a, 2, Long(11)))
			if !ok || level < 0 || level > s2Levels {
				return nil
			}
			return String(s2CellAt(p[0].v).parent(int(level)).token())
		}},
		"geo_s2cell_to_central_point": {params: "s", ret: TDynamic, apply: onS2Cell(func(_ *runtime, c s2Cell) Value {
			face, i, j := c.corner()
			half := float64(c.size()) / 2
			return geoPointOf(s2Point(face, float64(i)+half, float64(j)+half)).bag()
		})},
		"geo_s2cell_to_polygon": {params: "s", ret: TDynamic, apply: onS2Cell(s2Polygon)},
		"geo_s2cell_neighbors":  {params: "s", ret: TDynamic, apply: onS2Cell(s2Neighbors)},
	}
}

// s2Levels is how often a face of the cube is cut into four.
const s2Levels = 30

// An s2Cell is a cell of S2: three bits of the face of a cube, two bits a level
// along the Hilbert curve on it, a one, and zeros.
type s2Cell uint64

// The Hilbert curve: which of four quarters comes when, in each of the four
// ways in which the curve may lie, and how it lies in the quarter.
var (
	s2IJToPos = [4][4]int{{0, 1, 3, 2}, {0, 3, 1, 2}, {2, 3, 1, 0}, {2, 1, 3, 0}}
	s2PosToIJ = [4][4]int{{0, 1, 3, 2}, {0, 2, 3, 1}, {3, 2, 0, 1}, {3, 1, 0, 2}}
	s2Turn    = [4]int{1, 0, 0, 3}
)

func s2CellOf(face, i, j int) s2Cell {
	way, pos := face&1, uint64(0)
	for k := s2Levels - 1; k >= 0; k-- {
		quarter := s2IJToPos[way][(i>>k&1)<<1|j>>k&1]
		pos = pos<<2 | uint64(quarter)
		way ^= s2Turn[quarter]
	}
	return s2Cell(uint64(face)<<61 | pos<<1 | 1)
}

// corner gives the face of a cell, and its least place on it.
func (c s2Cell) corner() (face, i, j int) {
	face = int(c >> 61)
	way := face & 1
	for k := s2Levels - 1; k >= s2Levels-c.level(); k-- {
		quarter := int(c>>(2*k+1)) & 3
		ij := s2PosToIJ[way][quarter]
		i |= ij >> 1 << k
		j |= ij & 1 << k
		way ^= s2Turn[quarter]
	}
	return face, i, j
}

func (c s2Cell) level() int {
	for level := s2Levels; level > 0; level-- {
		if c>>(2*(s2Levels-level))&1 == 1 {
			return level
		}
	}
	return 0
}

// size is the length of a side in the smallest cells.
func (c s2Cell) size() int { return 1 << (s2Levels - c.level()) }

func (c s2Cell) parent(level int) s2Cell {
	bit := s2Cell(1) << (2 * (s2Levels - level))
	return c&-bit | bit
}

func (c s2Cell) token() string {
	text := strconv.FormatUint(uint64(c), 16)
	return strings.TrimRight(strings.Repeat("0", 16-len(text))+text, "0")
}

func readS2Cell(token string) (s2Cell, bool) {
	if token == "" || len(token) > 16 {
		return 0, false
	}
	n, err := strconv.ParseUint(token+strings.Repeat("0", 16-len(token)), 16, 64)
	c := s2Cell(n)
	// The one that ends the cell stands at an even place.
	return c, err == nil && c>>61 < 6 && c&-c&0x1555555555555555 != 0
}

func onS2Cell(f func(*runtime, s2Cell) Value) func(*runtime, []Value) Value {
	return func(rt *runtime, a []Value) Value {
		if c, ok := readS2Cell(str(a[0])); ok {
			return f(rt, c)
		}
		return nil
	}
}

// s2CellAt gives the smallest cell of a point.
func s2CellAt(p vec) s2Cell {
	face := 0
	for k := range p {
		if math.Abs(p[k]) > math.Abs(p[face]) {
			face = k
		}
	}
	if p[face] < 0 {
		face += 3
	}
	u, v := s2FaceUV(face, p)
	return s2CellOf(face, s2Place(u), s2Place(v))
}

func s2FaceUV(face int, p vec) (u, v float64) {
	switch face {
	case 0:
		return p[1] / p[0], p[2] / p[0]
	case 1:
		return -p[0] / p[1], p[2] / p[1]
	case 2:
		return -p[0] / p[2], -p[1] / p[2]
	case 3:
		return p[2] / p[0], p[1] / p[0]
	case 4:
		return p[2] / p[1], -p[0] / p[1]
	}
	return -p[1] / p[2], -p[0] / p[2]
}

// s2Place makes a number of cells of a place on a face, which is bent so that
// cells have like areas.
func s2Place(u float64) int {
	s := 0.5 * math.Sqrt(1+3*math.Abs(u))
	if u < 0 {
		s = 1 - s
	}
	return min(max(int(math.Floor(s*(1<<s2Levels))), 0), 1<<s2Levels-1)
}

// s2Point gives the point of a face at a place in the smallest cells.
func s2Point(face int, i, j float64) vec {
	bend := func(x float64) float64 {
		s := x / (1 << s2Levels)
		if s >= 0.5 {
			return (4*s*s - 1) / 3
		}
		return (1 - 4*(1-s)*(1-s)) / 3
	}
	u, v := bend(i), bend(j)
	p := [6]vec{{1, u, v}, {-u, 1, v}, {-u, -v, 1}, {-1, -v, -u}, {v, -1, -u}, {v, u, -1}}[face]
	return p.times(1 / p.norm())
}

func s2Polygon(_ *runtime, c s2Cell) Value {
	face, i, j := c.corner()
	var ring Array
	for _, at := range [][2]int{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}} {
		p := s2Point(face, float64(i+at[0]*c.size()), float64(j+at[1]*c.size()))
		ring = append(ring, geoPointOf(p).array())
	}
	return geometry("Polygon", Array{ring})
}

// s2Neighbors gives the cells of the same level around a cell, in the order in
// which the documentation's example has them.
func s2Neighbors(rt *runtime, c s2Cell) Value {
	face, i, j := c.corner()
	size := c.size()
	var out Array
	for _, step := range [][2]int{{1, 1}, {-1, -1}, {1, -1}, {0, -1}, {0, 1}, {1, 0}, {-1, 0}, {-1, 1}} {
		x, y := i+step[0]*size, j+step[1]*size
		if min(x, y) < 0 || max(x, y) >= 1<<s2Levels {
			rt.fail(span{}, "not supported: the neighbours of %q, which lies at the edge of a face of S2", c.token())
			return nil
		}
		out = append(out, String(s2CellOf(face, x, y).parent(c.level()).token()))
	}
	return out
}
