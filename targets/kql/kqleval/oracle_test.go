package kqleval

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"
)

// notSupported lists the oracle's cases that are refused, with the reason. A
// case that is listed and passes fails the test too.
var notSupported = map[string]string{
	"parse-user-agent-function-01": "needs the vendor's table of user agents",
	"hash-many-function-00":        "the way hashes are combined is not documented",
}

type oracleCase struct {
	ID       string `json:"id"`
	KQL      string `json:"kql"`
	Expected struct {
		Columns []string          `json:"columns"`
		Types   []string          `json:"column_types"`
		Rows    []json.RawMessage `json:"rows"`
	} `json:"expected"`
}

// sharedFile finds a file of the data beside the project, or skips.
func sharedFile(t testing.TB, name string) string {
	t.Helper()
	if dir := os.Getenv("SIGPROOF_SHARED"); dir != "" {
		return filepath.Join(dir, name)
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			path := filepath.Join(filepath.Dir(dir), "shared", name)
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Skipf("no ../shared/%s beside the project and no SIGPROOF_SHARED", name)
		}
		dir = up
	}
}

func readOracle(t testing.TB) []oracleCase {
	data, err := os.ReadFile(sharedFile(t, "oracle/kusto-answers.jsonl"))
	if err != nil {
		t.Skip(err)
	}
	var out []oracleCase
	scan := bufio.NewScanner(bytes.NewReader(data))
	scan.Buffer(nil, 1<<24)
	for scan.Scan() {
		var c oracleCase
		if err := json.Unmarshal(scan.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

func TestOracle(t *testing.T) {
	t.Parallel()
	for _, c := range readOracle(t) {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			why, listed := notSupported[c.ID]
			err := checkOracle(c)
			switch {
			case listed && err == nil:
				t.Errorf("passes, and is listed as not supported: %s", why)
			case listed && !strings.Contains(err.Error(), "not supported: "):
				t.Errorf("is listed as not supported, and is not refused but fails: %v", err)
			case !listed && err != nil:
				t.Errorf("%v\n%s", err, c.KQL)
			}
		})
	}
}

func checkOracle(c oracleCase) error {
	q, err := Parse(c.KQL)
	if err != nil {
		return err
	}
	p, err := q.Bind(nil)
	if err != nil {
		return err
	}
	got, err := p.Run(context.Background(), &Input{Now: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)})
	if err != nil {
		return err
	}
	if !wellTyped(got) {
		return fmt.Errorf("the result is not of its types: %s", got.JSON())
	}
	var cols, want []string
	for i, col := range got.Columns {
		cols = append(cols, col.Name+":"+clrNames[col.Type])
		if static := p.Columns(); static != nil && static[i] != col {
			return fmt.Errorf("column %d is %v when bound and %v when run", i, static[i], col)
		}
	}
	for i, name := range c.Expected.Columns {
		want = append(want, name+":"+clrOf(c.Expected.Types[i]))
	}
	if strings.Join(cols, ", ") != strings.Join(want, ", ") {
		return fmt.Errorf("columns\n got %v\nwant %v", cols, want)
	}
	return compareRows(got, c.Expected.Rows, p.Sorted())
}

func clrOf(name string) string {
	if name == "SqlDecimal" {
		return "System.Data.SqlTypes.SqlDecimal"
	}
	return "System." + name
}

// compareRows compares as lists, or as multisets if the order is open.
func compareRows(t *Table, want []json.RawMessage, sorted bool) error {
	var got, wanted []string
	for _, row := range t.Rows {
		got = append(got, canonicalRow(appendJSON(nil, Array(row))))
	}
	for _, row := range want {
		wanted = append(wanted, canonicalRow(row))
	}
	if !sorted {
		sort.Strings(got)
		sort.Strings(wanted)
	}
	g, w := strings.Join(got, "\n"), strings.Join(wanted, "\n")
	if g != w {
		return fmt.Errorf("rows\n got %s\nwant %s", g, w)
	}
	return nil
}

// canonicalRow writes JSON with sorted keys, numbers to 12 digits, and times
// without zeros at the end.
func canonicalRow(raw []byte) string {
	dec := json.NewDecoder(bytes.NewReader(raw))
	var v any
	if err := dec.Decode(&v); err != nil {
		return "unreadable: " + err.Error()
	}
	out, err := json.Marshal(canonicalJSON(v))
	if err != nil {
		return "unwritable: " + err.Error()
	}
	return string(out)
}

func canonicalJSON(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = canonicalJSON(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = canonicalJSON(v[k])
		}
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return v
		}
		return fmt.Sprintf("%.12g", v)
	case string:
		if t, ok := parseDateTime(v); ok && len(v) > 10 && strings.HasSuffix(v, "Z") {
			return t.String()
		}
		return v
	}
	return v
}
