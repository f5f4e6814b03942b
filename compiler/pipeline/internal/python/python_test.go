package python

import (
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// replaced are what Python's re.sub makes of texts.
var replaced = []struct{ find, with, text, want string }{
	{`(a)(b)?`, `<\1\2>`, "ab a c", "<ab> <a> c"},
	{`(?P<x>\d+)`, `\g<x>-\g<1>`, "n 42", "n 42-42"},
	{`\s+`, ` `, "a \t\u00a0b", "a b"},
	{`\w+`, `w`, "äö-b_1", "w-w"},
	{`[\w.]+`, `w`, "ä.ö-b", "w-w"},
	{`[^\d]`, ``, "1a2٣", "12٣"},
	{`\W`, `.`, "ä b", "ä.b"},
	{`x\Z`, `y`, "x x", "x y"},
	{`\u0041|\x42`, `c`, "AB", "cc"},
	{`[]a]`, `b`, "]a", "bb"},
	{`a`, `\\\n\t`, "a", "\\\n\t"},
	{`C:\\`, `D:\\`, `C:\x`, `D:\x`},
	{`a.c`, `\g<0>`, "abc", "abc"},
}

func TestReplace(t *testing.T) {
	t.Parallel()
	for _, test := range replaced {
		re := regexp.MustCompile(Regex(test.find))
		with, err := ReadReplacement(test.with, re)
		if err != nil {
			t.Errorf("%s: %s", test.with, err.Message)
			continue
		}
		if got, ok := Replace(re, with, test.text, 100); !ok || got != test.want {
			t.Errorf("sub(%q, %q, %q) is %q, want %q", test.find, test.with, test.text, got, test.want)
		}
	}
}

// TestPython asks Python itself.
func TestPython(t *testing.T) {
	t.Parallel()
	if exec.Command("python3", "--version").Run() != nil {
		t.Skip("no python3 here")
	}
	rows := make([][4]string, len(replaced))
	for i, r := range replaced {
		rows[i] = [4]string{r.find, r.with, r.text, r.want}
	}
	in, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-c", "import json, re, sys; print(json.dumps([re.sub(f, w, t) for f, w, t, _ in json.load(sys.stdin)]))")
	cmd.Stdin = strings.NewReader(string(in))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []string
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	for i, r := range replaced {
		if answers[i] != r.want {
			t.Errorf("Python: sub(%q, %q, %q) is %q, want %q", r.find, r.with, r.text, answers[i], r.want)
		}
	}
}

func TestReadReplacement(t *testing.T) {
	t.Parallel()
	re := regexp.MustCompile("(?P<x>a)")
	for _, test := range []struct {
		text, at, want string
	}{
		{`a\2`, `\2`, `the replacement names the group "2", and the regular expression has no such group`},
		{`\g<y>`, `\g<y>`, `the replacement names the group "y", and the regular expression has no such group`},
		{`b\q`, `\q`, `"\\q" is no escape of a replacement; a plain backslash is written \\`},
	} {
		_, err := ReadReplacement(test.text, re)
		if err == nil || err.Message != test.want || test.text[err.Start:err.End] != test.at {
			t.Errorf("%s: %+v, want %s", test.text, err, test.want)
		}
	}
	if _, ok := Replace(re, Replacement{{Text: "bb", Group: -1}}, strings.Repeat("a", 60), 100); ok {
		t.Error("a text that grows over the bound was made")
	}
}
