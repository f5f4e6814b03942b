// Package entra holds the pack of rules for the 19 things that Microsoft's
// security operations guide for Privileged Identity Management asks to monitor:
// one folder a section of the guide, each rule beside its suite.
//
// It knows where the files are and what stands for their placeholders. It knows
// nothing of what a rule means or of how a suite is run.
package entra

import (
	"embed"
	"fmt"
	"io/fs"

	"gopkg.in/yaml.v3"
)

//go:embed defaults.yml baselines alerts roles resources elevation
var files embed.FS

// FS returns the tree of the pack: rules (NAME.yml) and their suites
// (NAME.test.yml), in folders named after the sections of the guide.
func FS() fs.FS { return files }

// A Placeholder is a list of values that a rule names with the modifier expand.
type Placeholder struct {
	Name   string // without the percent signs
	Values []string
}

// Placeholders returns the values that the pack brings for its placeholders, in
// the order of defaults.yml. They are identities of documentation, so that the
// pack compiles as it is; a real tenant gives its own in their place.
func Placeholders() []Placeholder {
	text, err := files.ReadFile("defaults.yml")
	if err != nil {
		panic(fmt.Sprintf("entra: %v", err))
	}
	list, err := readPlaceholders(text)
	if err != nil {
		panic(fmt.Sprintf("entra: defaults.yml: %v", err))
	}
	return list
}

// readPlaceholders reads a map of lists by its nodes, as a Go map would lose the
// order.
func readPlaceholders(text []byte) ([]Placeholder, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("want a map of placeholders")
	}

	pairs := doc.Content[0].Content
	list := make([]Placeholder, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		p := Placeholder{Name: pairs[i].Value}
		if err := pairs[i+1].Decode(&p.Values); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		list = append(list, p)
	}
	return list, nil
}
