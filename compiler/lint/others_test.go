package lint

import (
	"bufio"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// parenthesised is what a row says beside names.
var parenthesised = regexp.MustCompile(`\([^)]*\)`)

// TestOthers holds what stands in data/others.txt against the checks of other
// linters, both ways.
func TestOthers(t *testing.T) {
	t.Parallel()
	rows := readOtherRows(t)
	met := map[string]bool{}
	for _, o := range Others() {
		key := strings.Join(o.Names, " ")
		if !rows[key] {
			t.Errorf("no linter has the check %q", key)
		}
		if met[key] {
			t.Errorf("%q stands twice", key)
		}
		met[key] = true
	}
	for key := range rows {
		if !met[key] {
			t.Errorf("%q is neither found nor left out", key)
		}
	}
}

func TestOthersAreFound(t *testing.T) {
	t.Parallel()
	for _, o := range Others() {
		if (len(o.Codes) == 0) == (o.Reason == "") {
			t.Errorf("%s: codes or a reason must stand there", o.Names)
		}
		for _, code := range o.Codes {
			if !slices.ContainsFunc(catalogue, func(c *Check) bool { return covers(code, c.Code) }) {
				t.Errorf("%s: there is no check %q", o.Names, code)
			}
		}
	}
}

// readOtherRows reads the names of each row, in the order of the linters.
func readOtherRows(t *testing.T) map[string]bool {
	t.Helper()
	f, err := os.Open(shared(t, "oracle", "lint-checks.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := map[string]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var row struct{ Rsigma, Core, HQ, Tests string }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, linter := range []struct{ name, prefix, has string }{
			{"rsigma", "", row.Rsigma}, {"pysigma", "", row.Core}, {"sigmahq", "sigmahq_", row.HQ}, {"tests", "test_", row.Tests},
		} {
			for _, name := range strings.Fields(parenthesised.ReplaceAllString(linter.has, "")) {
				names = append(names, linter.name+":"+strings.TrimPrefix(name, linter.prefix))
			}
		}
		rows[strings.Join(names, " ")] = true
	}
	if len(rows) != 162 {
		t.Fatalf("%d rows", len(rows))
	}
	return rows
}
