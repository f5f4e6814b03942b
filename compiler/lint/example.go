package lint

import "strings"

// The examples of checks have much in common; these write it.

// started is an example that is a whole document: the title, the lines, and a
// rule for the start of a process.
func started(lines string) string {
	if lines != "" {
		lines += "\n"
	}
	return "title: Process Started\n" + lines +
		"logsource:\n  product: windows\n  service: sysmon\n" + "detection:\n  selection:\n    EventID: 1\n  condition: selection"
}

// filed is a started example in a file of its own. The line says its name to
// whoever reads the example, and to the test.
func filed(name, lines string) string { return fileLine + name + "\n" + started(lines) }

const fileLine = "# File: "

// selecting is an example whose only search has the given items.
func selecting(items string) string {
	return "detection:\n  selection:\n" + indented(items) + "  condition: selection"
}

// deciding is an example with the searches selection, filter and other, and
// the given condition.
func deciding(condition string) string {
	return "detection:\n" +
		"  selection:\n    Image|endswith: '\\a.exe'\n" +
		"  filter:\n    CommandLine|contains: ' /quiet'\n" +
		"  other:\n    User|contains: admin\n" +
		"  condition: " + condition
}

// correlating is an example of a correlation with a rule of its own.
func correlating(body string) string {
	return "title: Many Failures\nname: failures\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 4625\n  condition: selection\n" +
		"---\ntitle: Many Failures of a User\ncorrelation:\n" + indentedBy(2, body)
}

// indented gives whole lines, by four blanks.
func indented(text string) string { return indentedBy(4, text) + "\n" }

func indentedBy(n int, text string) string {
	blanks := strings.Repeat(" ", n)
	return blanks + strings.ReplaceAll(text, "\n", "\n"+blanks)
}
