// Package arm writes what the templates of Azure Resource Manager want, for
// the packs that are deployed by it. It knows no product.
package arm

import (
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
	return pack.JSON(struct {
		Schema     string               `json:"$schema"`
		Version    string               `json:"contentVersion"`
		Parameters map[string]Parameter `json:"parameters"`
		Resources  []any                `json:"resources"`
	}{"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "1.0.0.0", parameters, resources})
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
