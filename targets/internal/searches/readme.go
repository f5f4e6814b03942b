package searches

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/targets/pack"
)

// readmeName is the guide for whoever brings the searches into the product.
const readmeName = "README.md"

// readme writes the guide: what is to be done, what the searches read, and which
// they are.
func (x *Product) readme(name string, fields []field, all []*pack.Artifact) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", cell(name))
	for i, step := range x.Steps {
		fmt.Fprintf(&b, "%d. %s\n", i+1, step)
	}
	fmt.Fprintf(&b, "\n## Fields\n\n| name | field of the rules | place in the event |\n|---|---|---|\n")
	for _, f := range fields {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", code(f.Name), code(f.Field), code(f.Place))
	}
	fmt.Fprintf(&b, "\n## Searches\n\n| search | file | severity | differs from the rule in |\n|---|---|---|---|\n")
	for _, a := range all {
		fmt.Fprintf(&b, "| %s | %s | %d | %s |\n", cell(a.Title), code(x.path(a)), severity(a.Program.Level), cell(strings.Join(a.Limits, ", ")))
	}
	b.WriteString("\nWhat the differences are is told in sigproof's docs/limits.md.\n")
	return []byte(b.String())
}

// cell writes a text into a table: nothing in it is markup.
func cell(s string) string {
	var b strings.Builder
	for _, r := range pack.OneLine(s) {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code writes a name into a table as it is.
func code(s string) string {
	if s == "" {
		return ""
	}
	if strings.ContainsAny(s, "`|\n") {
		return cell(s)
	}
	return "`" + s + "`"
}
