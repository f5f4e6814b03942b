package config

import (
	"testing"

	"github.com/sigproof/sigproof/sigma"
)

// FuzzRead holds that no text makes the reader panic, that each complaint has a
// place in the file, and that each setting that is listed says where it stands.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "log: generic\ndefine: {a: [b, c], d: '@e'}\npipelines: p.yml\n",
		"check:\n  enable: title/case\n  disable: [value]\n  severity: {title/duplicate: info, value: eror}\n",
		"define: &a {b: *a}\n", "log: a\n---\nlog: b\n", "check: {enable: [[]], severity: []}\n", "define: {? [a] : b}\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		c, diags := Read("sigproof.yaml", []byte(src))
		for _, d := range diags {
			if d.Severity != sigma.Error || d.At.Start < 0 || d.At.Start > d.At.End || d.At.End > len(src) {
				t.Fatalf("%s stands at %v", d, d.At)
			}
			_ = d.Render()
		}
		for _, s := range c.Settings() {
			if s.Key == "" || s.Origin == "" {
				t.Fatalf("%+v does not say what is set, or where", s)
			}
		}
		c.Severities()
	})
}
