package lint

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/diff"
)

// TestPage keeps docs/checks.md fresh: it is made from the catalogue alone.
func TestPage(t *testing.T) {
	t.Parallel()
	const name = "../../docs/checks.md"
	got := page()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("%s is stale; -update rewrites it (-want +got):\n%s", name, d)
	}
}

const pageHead = "# Checks\n\n" +
	"What `sigproof check` finds. `sigproof check --explain CODE` prints an entry, and also takes the name that another linter has for it.\n\n" +
	"- **Severity.** Errors and warnings make the command fail; notes (info) and hints do not. Hints, which are matters of taste, are shown to people with `-v`\n" +
	"  only. An error means that the document can't be used: it can't be silenced. A severity in parentheses is that of a check which is off unless it is enabled.\n" +
	"- **Fix.** Safe fixes match exactly the same events, and `--fix` makes them. Unsafe ones may match others, or want a look by a person: `--fix --unsafe`.\n" +
	"  `--diff` shows what would change. Comments stay.\n" +
	"- **Silence.** `# sigproof:ignore CODE reason` behind a value speaks of its line, on a line of its own of the next one, above the first key of the whole document. Codes\n" +
	"  are joined by commas, and the beginning of codes (`title`) stands for all of them.\n" +
	"- **Settings.** `--enable`, `--disable` and `sigproof.yaml`, which is found upward from the rules to the root of their repository; `sigproof config show` prints what\n" +
	"  is set. Of two names that fit, the longer wins; `all` is every check.\n\n" +
	"```yaml\n# sigproof.yaml\nlog: entra_audit          # as --log\ndefine:                   # as --define; @file is one value a line\n  admins: [alice@contoso.example, \"@admins.txt\"]\npipelines: [ours.yml]     # as --pipeline\n" +
	"check:\n  enable: [title/case]\n  disable: [falsepositive]\n  severity:\n    value/contained: error\n```\n\n" +
	"An entry shows an example: lines with - have the finding, and what the fix, or a person, makes of them has +.\n" +
	"The names in \"Elsewhere\" are those of rsigma, of pySigma's validators, of SigmaHQ's validators for it, and of the tests of SigmaHQ's repository of rules.\n"

// page makes docs/checks.md.
func page() string {
	var b strings.Builder
	b.WriteString(pageHead)
	b.WriteString("\n| code | severity | fix | finds |\n|---|---|---|---|\n")
	for _, c := range catalogue {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", c.Code, anchor(c.Code), shownSeverity(c), c.Fix, c.Title)
	}
	for _, c := range catalogue {
		b.WriteString(entry(c))
	}
	b.WriteString(notHere())
	return b.String()
}

// anchor is the name that forges give a heading.
func anchor(code string) string { return strings.ReplaceAll(code, "/", "") }

func shownSeverity(c *Check) string {
	if c.Optional {
		return "(" + c.Severity.String() + ")"
	}
	return c.Severity.String()
}

func entry(c *Check) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n\n%s: %s", c.Code, shownSeverity(c), c.Title)
	if c.Fix != NoFix {
		fmt.Fprintf(&b, " (%s fix)", c.Fix)
	}
	fmt.Fprintf(&b, ".\n\n%s\n", c.Why)
	if c.Before != "" {
		fmt.Fprintf(&b, "\n```diff\n%s```\n", change(shortened(c.Before), shortened(c.After)))
	}
	if also := c.AlsoKnown(); len(also) > 0 {
		fmt.Fprintf(&b, "\nElsewhere: %s.\n", strings.Join(also, ", "))
	}
	return b.String()
}

// change shows both sides of an example in one: what goes, and what comes. It
// begins where the example does, unless that is far off: who reads what goes
// must see what it is about.
func change(before, after string) string {
	text := string(diff.Diff("", []byte(before+"\n"), "", []byte(after+"\n")))
	_, text, _ = strings.Cut(text, "\n@@ -")
	header, text, _ := strings.Cut(text, "\n")
	first, _, _ := strings.Cut(header, ",")
	const farOff = 24
	if n, err := strconv.Atoi(first); err == nil && 1 < n && n <= farOff {
		text = " " + strings.Join(strings.Split(before, "\n")[:n-1], "\n ") + "\n" + text
	}
	return regexp.MustCompile(`(?m)^@@.*$`).ReplaceAllString(text, " ...")
}

// shortened cuts lines that are long on purpose, and shows what can't be read.
func shortened(text string) string {
	lines := strings.Split(strings.ToValidUTF8(text, "\ufffd"), "\n")
	for i, line := range lines {
		if runes := []rune(line); len(runes) > 150 {
			lines[i] = string(runes[:100]) + " … " + string(runes[len(runes)-20:])
		}
	}
	return strings.Join(lines, "\n")
}

// notHere lists what other linters look for and this one does not.
func notHere() string {
	var b strings.Builder
	b.WriteString("\n## What other linters look for and this one does not\n\n| there | why not here |\n|---|---|\n")
	for _, o := range readOthers() {
		if len(o.Codes) == 0 {
			fmt.Fprintf(&b, "| %s | %s |\n", strings.Join(o.Names, ", "), o.Reason)
		}
	}
	return b.String()
}
