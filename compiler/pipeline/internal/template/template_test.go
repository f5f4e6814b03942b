package template

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// values are what the templates of the tests are filled with.
func values() map[string]any {
	d := &Dict{}
	d.Set("title", "A rule")
	d.Set("tags", []any{"t1059", "execution"})
	d.Set("level", nil)
	d.Set("n", 3)
	d.Set("f", 2.5)
	inner := &Dict{}
	inner.Set("k", "it's")
	d.Set("map", inner)
	return map[string]any{"query": "a=\"x\" | b\n| c<1", "rule": d, "list": []any{"b", "A", "c", "a"}, "none": nil, "html": "<a & 'b'>"}
}

// filled are templates with the text that they give.
var filled = []struct{ syntax, text, want string }{
	{"jinja", "q={{ query }}!", "q=a=\"x\" | b\n| c<1!"},
	{"jinja", "last line\n", "last line"},
	{"jinja", "two\n\n", "two\n"},
	{"jinja", "a {#- gone -#} b {# gone #} c", "ab  c"},
	{"jinja", "x  {{- 1 -}}  y", "x1y"},
	{"jinja", "{% raw %}{{ x }}{% endraw %}|{%- raw -%} {%x%} {%- endraw -%} |", "{{ x }}|{%x%}|"},
	{"jinja", "{{ rule.title }} {{ rule['title'] }} {{ rule.tags[0] }} {{ rule.tags[-1] }} {{ rule.nothing }}.", "A rule A rule t1059 execution ."},
	{"jinja", "{{ rule.tags }} {{ rule.level }} {{ rule.map }} {{ true }} {{ 2.0 }} {{ rule.f }}", "['t1059', 'execution'] None {'k': \"it's\"} True 2.0 2.5"},
	{"jinja", "{{ query[0] }}{{ query[:3] }}{{ list[1:3] }}{{ list[2:] }}", "aa=\"['A', 'c']['c', 'a']"},
	{"jinja", "{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ 7 / 2 }} {{ 7 % 3 }} {{ 2 ** 3 }} {{ -2 }} {{ -7 // 2 }} {{ 4 / 2 }} {{ 1.5 + 1 }}", "7 3 3.5 1 8 -2 -4 2.0 2.5"},
	{"jinja", "{{ 'a' ~ 1 ~ none }} {{ 'a' + 'b' }} {{ 'ab' * 2 }} {{ [1] + [2] }}", "a1None ab abab [1, 2]"},
	{"jinja", "{{ 1 < 2 }} {{ 'a' == 'b' }} {{ 1 == 1.0 }} {{ not 1 }} {{ 1 and 0 }} {{ 0 or 'x' }} {{ 'a' in 'abc' }} {{ 'z' not in list }} {{ 'title' in rule }}", "True False True False 0 x True True True"},
	{"jinja", "{{ 'y' if rule.n > 2 else 'n' }} {{ 'y' if rule.n > 5 }}.", "y ."},
	{"jinja", "{{ rule.n is defined }} {{ nothing is defined }} {{ rule.level is none }} {{ 'x' is string }} {{ 3 is odd }} {{ 3 is not even }} {{ 1 is eq 1 }} {{ 'a' is in list }} {{ rule is mapping }}", "True False True True True True True True True"},
	{"jinja", "{% if rule.n == 1 %}one{% elif rule.n == 3 %}three{% else %}more{% endif %}", "three"},
	{"jinja", "{% if none %}x{% endif %}{% if '' %}x{% else %}y{% endif %}", "y"},
	{"jinja", "{% for t in rule.tags %}{{ loop.index }}:{{ t }}{% if not loop.last %}, {% endif %}{% endfor %}", "1:t1059, 2:execution"},
	{"jinja", "{% for t in [] %}x{% else %}none{% endfor %}", "none"},
	{"jinja", "{% for t in list if t != 'A' %}{{ loop.index0 }}{{ t }}{{ loop.length }}{% endfor %}", "0b31c32a3"},
	{"jinja", "{% for k, v in rule.map.items() %}{{ k }}={{ v }}{% endfor %}", "k=it's"},
	{"jinja", "{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(5, 1, -2) %}{{ i }}{% endfor %}", "01253"},
	{"jinja", "{% set x = rule.title | upper %}{{ x }}{% set y %}<{{ x }}>{% endset %}{{ y }}", "A RULE<A RULE>"},
	{"jinja", "{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}", "21"},
	{"jinja", "{% if 1 %}{% set x = 5 %}{% endif %}{{ x }}", "5"},
	{"jinja", "{{ query | replace('\\n', '\\\\n') }} {{ query.replace('|', '') | trim }}", "a=\"x\" | b\\n| c<1 a=\"x\"  b\n c<1"},
	{"jinja", "{{ 'a b1c d-e' | title }} {{ 'aB' | capitalize }} {{ 'AB' | lower }} {{ ' x ' | trim }}.", "A B1c D-E Ab ab x."},
	{"jinja", "{{ nothing | default('d') }} {{ '' | default('d', true) }} {{ '' | d('x') }}.", "d d ."},
	{"jinja", "{{ list | join('-') }} {{ list | length }} {{ list | first }} {{ list | last }} {{ list | sort }} {{ list | reverse | list }} {{ [1, 1, 2] | unique | list }}", "b-A-c-a 4 b a ['A', 'a', 'b', 'c'] ['a', 'c', 'A', 'b'] [1, 2]"},
	{"jinja", "{{ list | map('upper') | join }} {{ [rule, rule] | map(attribute='title') | join(', ') }} {{ [rule] | join(' ', attribute='n') }}", "BACA A rule, A rule 3"},
	{"jinja", "{{ 'a\nb\n\nc' | indent(2) }}|{{ 'a\nb' | indent(1, true) }}", "a\n  b\n\n  c| a\n b"},
	{"jinja", "{{ rule.map | tojson }} {{ html | tojson }} {{ [1, none, true] | tojson }}", `{"k": "it\u0027s"} "\u003ca \u0026 \u0027b\u0027\u003e" [1, null, true]`},
	{"jinja", "{{ '12' | int + 1 }} {{ 'x' | int }} {{ '1.5' | float }} {{ 3.7 | int }}", "13 0 1.5 3"},
	{"jinja", "{{ 'a,b,c'.split(',') }} {{ 'a b'.split() }} {{ ', '.join(list) }} {{ 'ab'.startswith('a') }} {{ 'x' | string }} {{ rule.get('title') }} {{ rule.get('no', 'd') }} {{ rule.get('no') }}", "['a', 'b', 'c'] ['a', 'b'] b, A, c, a True x A rule d None"},
	{"jinja", "{{ html }} {{ html | e }}", "<a & 'b'> &lt;a &amp; &#39;b&#39;&gt;"},
	{"jinja", "{{ \"}}\" }}{{ '{{' }}", "}}{{"},
	{"jinja", "{{ 'one two three four' | truncate(12) }}", "one two..."},
	{"escaped", "{{ html }} {{ html | safe }} <b>", "&lt;a &amp; &#39;b&#39;&gt; <a & 'b'> <b>"},
	{"format", "{query}: {rule[title]} {{x}} {list[0]}", "a=\"x\" | b\n| c<1: A rule {x} b"},
}

func read(syntax, text string, names []string) (*Template, *Error) {
	if syntax == "format" {
		return Format(text, &Options{Names: names})
	}
	return Jinja(text, &Options{Names: names, Autoescape: syntax == "escaped"})
}

func TestFill(t *testing.T) {
	t.Parallel()
	for _, test := range filled {
		tmpl, err := read(test.syntax, test.text, nil)
		if err != nil {
			t.Errorf("%s: %v at %d", test.text, err, err.Start)
			continue
		}
		got, err := tmpl.Fill(values())
		if err != nil || got != test.want {
			t.Errorf("%s\ngot  %q, %v\nwant %q", test.text, got, err, test.want)
		}
	}
}

// TestPython fills the same templates with Python.
func TestPython(t *testing.T) {
	t.Parallel()
	python := os.Getenv("SIGPROOF_PYSIGMA")
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import jinja2").Run(); err != nil {
		t.Skip("no Jinja2 here: $SIGPROOF_PYSIGMA may name a Python that has pySigma, which has it")
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	names, _ := jsonValue(&Dict{Values: values()})
	for _, test := range filled {
		if err := enc.Encode(map[string]any{"syntax": test.syntax, "text": test.text, "names": names}); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(python, "testdata/jinja.py")
	cmd.Stdin = &in
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for _, test := range filled {
		var a struct{ Text, Error string }
		if !lines.Scan() {
			t.Fatal("Python has stopped")
		}
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		if a.Text != test.want {
			t.Errorf("%s\nPython %q %s\nwant   %q", test.text, a.Text, a.Error, test.want)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ syntax, text, at, want string }{
		{"jinja", "a {{ x", "{{", `"{{" is never closed`},
		{"jinja", "{{ x }", "{{", `"{{" is never closed`},
		{"jinja", "{% if a %}x", "{% if a %}", `the statement has no "elif", "else" or "endif"`},
		{"jinja", "{% raw %}x", "{% raw %}", `"raw" has no "endraw"`},
		{"jinja", "{{ quer }}", "quer", `there is no "quer"`},
		{"jinja", "{{ query | uper }}", "uper", `no filter "uper" is known here`},
		{"jinja", "{{ query.uper() }}", "uper", `no method "uper" is known here`},
		{"jinja", "{{ open('x') }}", "open", `no function "open" is known here`},
		{"jinja", "{{ query is strin }}", "strin", `no test "strin" is known here`},
		{"jinja", "{% include 'x' %}", "include", `statement "include" is not supported here`},
		{"jinja", "{% fro x %}", "fro", `no statement "fro" is known here`},
		{"jinja", "{% endif %}", "endif", `"endif" belongs to no statement`},
		{"jinja", "{{ 1 + }}", "", "an expression must stand here"},
		{"jinja", "{{ 1 2 }}", "2", `unexpected "2"`},
		{"jinja", "{{ (1 }}", "", `")" must stand here`},
		{"jinja", "{{ $ }}", "$", `"$" means nothing here`},
		{"jinja", "{{ query | replace('a', 'b', 1, 2) }}", "replace", `"replace" takes at most 3 arguments, and has 4`},
		{"jinja", "{{ query | replace(ol='a') }}", "ol", `filter "replace" has no argument "ol"`},
		{"jinja", "{{ rule.a.b }}", "rule.a.b", `"a" is not there, so that it has no 'b'`},
		{"jinja", "{{ query + 1 }}", "query + 1", `'a="x" | b\n| c<1' and 1 can't be joined by "+"`},
		{"jinja", "{{ 1 / 0 }}", "1 / 0", `1 and 0 can't be joined by "/"`},
		{"jinja", "{% for a, b in list %}{% endfor %}", "list", `'b' has not the 2 parts that the loop names`},
		{"jinja", "{% for a in 5 %}{% endfor %}", "5", "a loop needs a list, a mapping or a text"},
		{"jinja", "{{ 'a' * 99999999 }}", "'a' * 99999999", `'a' and 99999999 can't be joined by "*"`},
		{"jinja", strings.Repeat("{% for i in range(1000) %}", 9) + "{{ i }}" + strings.Repeat("{% endfor %}", 9), "", "filling the template takes too long"},
		{"jinja", "{{ " + strings.Repeat("(", 200) + " }}", "", "the template nests deeper than 100"},
		{"jinja", strings.Repeat("{% if 1 %}", 200), "", "the template nests deeper than 100"},
		{"jinja", "{% for i in range(900) %}{{ query * 9000 }}{% endfor %}", "", "the template makes more than 16777216 bytes"},
		{"jinja", "{% set x = 'abcdefgh' %}{% for i in range(40) %}{{ x }}{% endfor %}" + strings.Repeat("{% set x = x ~ x %}", 60), "", "filling the template takes too long"},
		{"jinja", `{{ ("\n" * 100000) | indent(1000) }}`, "", `"indent" can't work on ['` + strings.Repeat(`\n`, 39) + "…"},
		{"format", "{quer}", "quer", `there is no "quer"`},
		{"format", "a { b", "{", `"{" stands alone`},
		{"format", "a } b", "}", `"}" stands alone`},
		{"format", "{}", "{}", `"" is no name with attributes`},
		{"format", "{query:>20}", "{query:>20}", `how "query:>20" is to be written is not supported here`},
		{"format", "{rule.nothing}", "{rule.nothing}", `"nothing" is not there`},
	} {
		tmpl, err := read(test.syntax, test.text, []string{"query", "rule", "list", "a"})
		if err == nil {
			_, err = tmpl.Fill(values())
		}
		if err == nil || err.Message != test.want || test.at != "" && test.text[err.Start:err.End] != test.at {
			t.Errorf("%.200s\ngot  %+v\nwant %s at %q", test.text, err, test.want, test.at)
		}
	}
}

func FuzzJinja(f *testing.F) {
	for _, test := range filled {
		f.Add(test.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, syntax := range []string{"jinja", "format"} {
			tmpl, err := read(syntax, text, nil)
			if err == nil {
				_, err = tmpl.Fill(values())
			}
			if err != nil && (err.Start < 0 || err.End < err.Start || err.End > len(text) || err.Message == "") {
				t.Errorf("%+v in %q", err, text)
			}
		}
	})
}
