package pack

import (
	"fmt"
	"path"
	"strings"
)

// Part names a part of the file that holds all of a pack, for a product that
// takes only so much in one: all.json, all_2.json, all_3.json.
func Part(whole string, number int) string {
	if number == 1 {
		return whole
	}
	ending := path.Ext(whole)
	return fmt.Sprintf("%s_%d%s", strings.TrimSuffix(whole, ending), number, ending)
}

// Whole gives the objects of a pack: those in the file that holds all, and in
// its further parts. Exported reads the objects of a file.
func Whole(p *Pack, whole string, exported func([]byte) ([]Object, error)) ([]Object, error) {
	if p.File(whole) == nil {
		return nil, fmt.Errorf("the pack has no %s", whole)
	}
	var out []Object
	for number := 1; p.File(Part(whole, number)) != nil; number++ {
		objects, err := exported(p.File(Part(whole, number)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", Part(whole, number), err)
		}
		out = append(out, objects...)
	}
	return out, nil
}
