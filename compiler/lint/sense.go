package lint

import (
	"fmt"
	"hash/maphash"

	"github.com/sigproof/sigproof/sigma"
)

// A sense is what a part of a detection says: parts that say the same, in
// whatever order, have the same. It is a hash, of 128 bits, whose seeds nobody
// knows who writes rules: none will make two that differ and meet.
type sense [2]uint64

var seeds = [...]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// in gives the sense of s under a name.
func (s sense) in(name string) sense {
	for i, seed := range seeds {
		s[i] = maphash.Comparable(seed, [2]uint64{s[i], maphash.String(seed, name)})
	}
	return s
}

// and gives the sense of both, in any order.
func (s sense) and(t sense) sense { return sense{s[0] + t[0], s[1] + t[1]} }

func senseOf(b sigma.Block) (s sense) {
	switch b := b.(type) {
	case *sigma.All:
		for _, x := range b.Items {
			s = s.and(senseOf(x))
		}
		return s.in("{}")
	case *sigma.Any:
		for _, x := range b.Blocks {
			s = s.and(senseOf(x))
		}
		return s.in("[]")
	case *sigma.Item:
		for _, v := range b.Values {
			s = s.and(sense{}.in(kind(v)).in(v.Written().Value))
		}
		return s.in(sigma.ItemKey(b))
	default:
		panic(fmt.Sprintf("lint: unknown block %T", b))
	}
}
