// Package arm writes what the templates of Azure Resource Manager want, for
// the packs that are deployed by it. It knows no product.
package arm

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/sigproof/sigproof/targets/pack"
)

// A Parameter is what who deploys a template gives.
type Parameter struct {
	Type     string    `json:"type"`
	Default  any       `json:"defaultValue,omitempty"`
	Metadata *Metadata `json:"metadata,omitempty"`
}

// Metadata describes a parameter.
type Metadata struct {
	Description string `json:"description"`
}

// Template writes the template of resources.
func Template(parameters map[string]Parameter, resources []any) []byte {
	if resources == nil {
		resources = []any{}
	}
	return pack.JSON(struct {
		Schema     string               `json:"$schema"`
		Version    string               `json:"contentVersion"`
		Parameters map[string]Parameter `json:"parameters"`
		Resources  []any                `json:"resources"`
	}{"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "1.0.0.0", parameters, resources})
}

// What ARM takes of one template.
const (
	maxResources = 800
	maxSize      = 4_000_000 // bytes, a little under 4 MB: expressions grow
)

// Templates writes the template of resources at a path, and further parts
// beside it for what one does not hold.
func Templates(path string, parameters map[string]Parameter, resources []any) []pack.File {
	var files []pack.File
	for number := 1; number == 1 || len(resources) > 0; number++ {
		n := fitting(resources)
		files = append(files, pack.File{Path: pack.Part(path, number), Data: Template(parameters, resources[:n])})
		resources = resources[n:]
	}
	return files
}

// fitting gives the number of resources that one template holds.
func fitting(resources []any) int {
	size := 1000 // what stands around them
	for i, r := range resources {
		text := pack.JSON(r)
		size += len(text) + 4*bytes.Count(text, []byte("\n")) + len(",")
		if i > 0 && (i == maxResources || size > maxSize) {
			return i
		}
	}
	return len(resources)
}

// Escape keeps ARM from taking a text for an expression: one between brackets.
// A text that only begins with one must stay as it is, since nothing takes the
// second bracket away again.
func Escape(s string) string {
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		return "[" + s
	}
	return s
}

// Unescape reads a text of a template.
func Unescape(s string) string {
	if strings.HasPrefix(s, "[[") && strings.HasSuffix(s, "]") {
		return s[1:]
	}
	return s
}

// Duration writes a duration as ARM does, in whole minutes: PT5M, PT1H20M, P14D.
// It is rounded up, so that nothing is missed.
func Duration(d time.Duration) string {
	d = (d + time.Minute - 1).Truncate(time.Minute)
	if d == 0 {
		return "PT0S"
	}
	out := "P"
	if days := d / (24 * time.Hour); days > 0 {
		out += fmt.Sprintf("%dD", days)
	}
	if d %= 24 * time.Hour; d == 0 {
		return out
	}
	out += "T"
	if hours := d / time.Hour; hours > 0 {
		out += fmt.Sprintf("%dH", hours)
	}
	if minutes := d % time.Hour / time.Minute; minutes > 0 {
		out += fmt.Sprintf("%dM", minutes)
	}
	return out
}
