package spleval

import (
	"os"
	"strings"
	"testing"
)

// TestNames holds the commands, functions and aggregations of Splunk's manual, and
// those of apps that searches use, against what is read and what is refused: each is one of them, and none both.
func TestNames(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		listed[line] = true
		kind, name, _ := strings.Cut(line, " ")
		why, message := refused(kind, name), ""
		_, err := Parse(map[string]string{
			"command":     "search * | " + name + " ",
			"function":    "| makeresults | eval x=" + name + "(",
			"aggregation": "search * | stats " + name + "(x)",
		}[kind], nil)
		if err != nil {
			message = err.Error()
		}
		says := strings.Contains(message, "is refused: "+why)
		switch {
		case strings.Contains(message, `"`+name+`" is not known here`):
			t.Errorf("%s is not known", line)
		case why != "" && !says:
			t.Errorf("%s is listed as refused, and read: %s", line, message)
		case why == "" && strings.Contains(message, "is refused: "):
			t.Errorf("%s is refused, and not listed: %s", line, message)
		}
	}
	for _, r := range Refusals() {
		for _, name := range r.Names {
			if !listed[r.Kind+" "+name] {
				t.Errorf("%s %s is refused, and the language has none", r.Kind, name)
			}
		}
	}
}
