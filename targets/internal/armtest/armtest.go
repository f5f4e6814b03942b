// Package armtest holds the templates of packs against the reference of Azure
// Resource Manager: the types of resources, the versions of their interfaces and
// the properties that each has, as Microsoft publishes them.
package armtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Check wants a file to be a template that a deployment needs nothing for but the
// workspace, and gives the number of resources of each type.
func Check(t *testing.T, path string, data []byte) map[string]int {
	t.Helper()
	var whole any
	if err := json.Unmarshal(data, &whole); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for _, fault := range append(template.faults("", whole), expressions("", whole)...) {
		t.Errorf("%s: %s", path, fault)
	}
	seen := map[string]int{}
	m, _ := whole.(map[string]any)
	for name, p := range m["parameters"].(map[string]any) {
		if p.(map[string]any)["defaultValue"] == nil && name != "workspace" {
			t.Errorf("%s: parameter %s has no default", path, name)
		}
	}
	list := m["resources"].([]any)
	for i, r := range list {
		resource := r.(map[string]any)
		kind := fmt.Sprint(resource["type"])
		seen[kind]++
		at := fmt.Sprintf(".resources[%d]", i)
		for _, fault := range resourceFaults(at, kind, resource) {
			t.Errorf("%s: %s", path, fault)
		}
	}
	if len(list) > 800 || len(data) > 4<<20 {
		t.Errorf("%s has %d resources in %d bytes", path, len(list), len(data))
	}
	return seen
}

func resourceFaults(at, kind string, resource map[string]any) []string {
	for _, known := range reference {
		if known.kind != kind || known.of != "" && known.of != resource["kind"] {
			continue
		}
		faults := known.shape.faults(at, resource)
		if resource["apiVersion"] != known.version {
			faults = append(faults, fmt.Sprintf("%s has version %v", at, resource["apiVersion"]))
		}
		return faults
	}
	return []string{fmt.Sprintf("%s is a %s of kind %v, which is not known", at, kind, resource["kind"])}
}

// Where an expression may stand, and what it may be.
var (
	expressive = []string{"id", "name", "location", "scopes", "dependsOn", "workspaceResourceId", "actionGroups", "defaultValue"}
	expression = regexp.MustCompile(`^\[(concat|resourceId|parameters|resourceGroup)\(.*\)(\.location)?\]$`)
)

// expressions finds texts that would be taken for expressions: those between
// brackets, unless the first is doubled.
func expressions(at string, v any) (out []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			out = append(out, expressions(at+"."+key, x)...)
		}
	case []any:
		for _, x := range v {
			out = append(out, expressions(at, x)...)
		}
	case string:
		if !strings.HasPrefix(v, "[") || !strings.HasSuffix(v, "]") || strings.HasPrefix(v, "[[") {
			return nil
		}
		if key := at[strings.LastIndexByte(at, '.')+1:]; !slices.Contains(expressive, key) || !expression.MatchString(v) {
			out = append(out, fmt.Sprintf("%s is an expression: %s", at, v))
		}
	}
	return out
}

// A shape is what a value must be.
type shape interface {
	faults(at string, v any) []string
}

type (
	// An object has no other keys; those that end in ! must be there.
	object map[string]shape

	// A table is an object of keys that are chosen freely.
	table struct{ of shape }

	list struct{ of shape }

	// A word is one of several.
	word []string

	// Null is a value that may be null.
	null struct{ or shape }

	text   struct{ form string } // a regular expression; empty for any text
	number struct{}
	truth  struct{}
)

func (o object) faults(at string, v any) (out []string) {
	m, ok := v.(map[string]any)
	if !ok {
		return []string{at + " is no object"}
	}
	for key, s := range o {
		name, must := strings.CutSuffix(key, "!")
		x, there := m[name]
		switch {
		case there:
			out = append(out, s.faults(at+"."+name, x)...)
		case must:
			out = append(out, at+" has no "+name)
		}
	}
	for key := range m {
		if o[key] == nil && o[key+"!"] == nil {
			out = append(out, at+" has "+key+", which is not known")
		}
	}
	return out
}

func (x table) faults(at string, v any) (out []string) {
	m, ok := v.(map[string]any)
	if !ok {
		return []string{at + " is no object"}
	}
	for key, v := range m {
		out = append(out, x.of.faults(at+"."+key, v)...)
	}
	return out
}

func (x list) faults(at string, v any) (out []string) {
	l, ok := v.([]any)
	if !ok {
		return []string{at + " is no list"}
	}
	for i, v := range l {
		out = append(out, x.of.faults(fmt.Sprintf("%s[%d]", at, i), v)...)
	}
	return out
}

func (x word) faults(at string, v any) []string {
	if s, ok := v.(string); !ok || !slices.Contains(x, s) {
		return []string{fmt.Sprintf("%s is %v, and none of %v", at, v, x)}
	}
	return nil
}

func (x null) faults(at string, v any) []string {
	if v == nil {
		return nil
	}
	return x.or.faults(at, v)
}

func (x text) faults(at string, v any) []string {
	if s, ok := v.(string); !ok || x.form != "" && !regexp.MustCompile(x.form).MatchString(s) {
		return []string{fmt.Sprintf("%s is %v, and no text of %s", at, v, x.form)}
	}
	return nil
}

func (number) faults(at string, v any) []string {
	if f, ok := v.(float64); !ok || f != float64(int64(f)) {
		return []string{at + " is no whole number"}
	}
	return nil
}

func (truth) faults(at string, v any) []string {
	if _, ok := v.(bool); !ok {
		return []string{at + " is no boolean"}
	}
	return nil
}
