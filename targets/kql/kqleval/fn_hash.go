package kqleval

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/bits"
)

func hashFunctions() map[string]function {
	digest := func(sum func([]byte) []byte) function {
		return function{params: "e", ret: TString, nulls: true, apply: func(_ *runtime, a []Value) Value {
			return String(hex.EncodeToString(sum([]byte(FormatValue(a[0])))))
		}}
	}
	return map[string]function{
		"hash": {params: "e?i", ret: TLong, apply: hashValue},
		"hash_md5": digest(func(b []byte) []byte {
			s := md5.Sum(b)
			return s[:]
		}),
		"hash_sha1": digest(func(b []byte) []byte {
			s := sha1.Sum(b)
			return s[:]
		}),
		"hash_sha256": digest(func(b []byte) []byte {
			s := sha256.Sum256(b)
			return s[:]
		}),
	}
}

// hashValue is xxHash64 of the bytes of the value; with a second argument, its
// rest of the division by that.
func hashValue(rt *runtime, a []Value) Value {
	h := xxHash(hashBytes(a[0]))
	if len(a) < 2 {
		return Long(h)
	}
	mod := num(a[1])
	if mod <= 0 {
		return nil
	}
	return Long(h % uint64(mod))
}

// hashBytes gives the bytes of a value in the memory of the service.
func hashBytes(v Value) []byte {
	switch v := v.(type) {
	case Long:
		return binary.LittleEndian.AppendUint64(nil, uint64(v))
	case Int:
		return binary.LittleEndian.AppendUint32(nil, uint32(v))
	case DateTime:
		return binary.LittleEndian.AppendUint64(nil, uint64(v))
	case Timespan:
		return binary.LittleEndian.AppendUint64(nil, uint64(v))
	case Real:
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(float64(v)))
	case Bool:
		return []byte{byte(boolRank(v))}
	}
	return []byte(FormatValue(v))
}

// The primes of xxHash64.
const (
	prime1 uint64 = 11400714785074694791
	prime2 uint64 = 14029467366897019727
	prime3 uint64 = 1609587929392839161
	prime4 uint64 = 9650029242287828579
	prime5 uint64 = 2870177450012600261
)

// xxHash is xxHash64 with the seed 0.
func xxHash(b []byte) uint64 {
	var h uint64
	size := uint64(len(b))
	if len(b) >= 32 {
		h, b = xxStripes(b)
	} else {
		h = prime5
	}
	h += size
	for ; len(b) >= 8; b = b[8:] {
		h ^= xxRound(0, binary.LittleEndian.Uint64(b))
		h = bits.RotateLeft64(h, 27)*prime1 + prime4
	}
	if len(b) >= 4 {
		h ^= uint64(binary.LittleEndian.Uint32(b)) * prime1
		h = bits.RotateLeft64(h, 23)*prime2 + prime3
		b = b[4:]
	}
	for _, c := range b {
		h ^= uint64(c) * prime5
		h = bits.RotateLeft64(h, 11) * prime1
	}
	h ^= h >> 33
	h *= prime2
	h ^= h >> 29
	h *= prime3
	return h ^ h>>32
}

func xxStripes(b []byte) (uint64, []byte) {
	p1, p2 := prime1, prime2
	v := [4]uint64{p1 + p2, p2, 0, -p1}
	for ; len(b) >= 32; b = b[32:] {
		for i := range v {
			v[i] = xxRound(v[i], binary.LittleEndian.Uint64(b[8*i:]))
		}
	}
	h := bits.RotateLeft64(v[0], 1) + bits.RotateLeft64(v[1], 7) + bits.RotateLeft64(v[2], 12) + bits.RotateLeft64(v[3], 18)
	for _, x := range v {
		h = (h^xxRound(0, x))*prime1 + prime4
	}
	return h, b
}

func xxRound(acc, x uint64) uint64 {
	return bits.RotateLeft64(acc+x*prime2, 31) * prime1
}
