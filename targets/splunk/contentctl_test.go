package splunk

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/spl"
)

// TestContentNames wants names that contentctl takes, each another one.
func TestContentNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 30)
	rules := packtest.Compile(t, "title: 'A, b: c!'\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: a}, condition: sel}\n---\n"+
		"title: "+long+"one\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: a}, condition: sel}\n---\n"+
		"title: "+long+"two\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: a}, condition: sel}\n---\n"+
		"title: '!'\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: a}, condition: sel}\n")
	p := build(t, rules, &Options{Name: "A pack, of a name that is longer than labels are"})
	seen := map[string]bool{}
	for _, f := range p.Files {
		name, ok := strings.CutPrefix(f.Path, repository+"detections/cloud/")
		if !ok {
			continue
		}
		if seen[name] = true; len(name) > 67 || strings.ContainsAny(name, " ,:!") {
			t.Errorf("the file %s has a name that contentctl does not take", name)
		}
	}
	if !seen["a_b_c.yml"] || len(seen) != 4 {
		t.Errorf("got %v", seen)
	}
}

func TestContentVersion(t *testing.T) {
	t.Parallel()
	last := 0
	for _, v := range []string{"1.0.0", "1.0.1", "1.1.0", "1.1.7", "2.0.0"} {
		n := contentVersion(v)
		if n <= last {
			t.Errorf("%s is %d, after %d", v, n, last)
		}
		last = n
	}
	if contentVersion("x") != 1 {
		t.Error("no version is not the first")
	}
}

func TestLeaves(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"T1078.004", "T1098"}, leaves([]string{"T1078", "T1078.004", "T1098"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNoRepository wants none without Enterprise Security, whose content it is.
func TestNoRepository(t *testing.T) {
	t.Parallel()
	for _, f := range build(t, packtest.Entra(t, nil), &Options{NoES: true}).Files {
		if strings.HasPrefix(f.Path, repository) {
			t.Errorf("%s is packed", f.Path)
		}
	}
}

// TestContentTests wants the events that are known to be found as a test, unless
// only their fields are known: then contentctl would replay what nothing writes.
func TestContentTests(t *testing.T) {
	t.Parallel()
	programs := packtest.Compile(t, "title: Text\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {category: a}, condition: sel}\n---\n"+
		"title: Fields\nlogsource: {category: webserver}\ndetection: {sel: {sc-status: 500}, condition: sel}\n")
	found := map[string][]Event{}
	for _, p := range programs {
		q, _ := targets.Write(spl.Emitter{}, p)
		found[q.Text] = []Event{{"azure:monitor:aad", `{"x":1}`}, {"azure:monitor:aad", `{"x":2}`}}
	}
	got := map[string]string{}
	for _, f := range build(t, programs, &Options{Events: found}).Files {
		if name, ok := strings.CutPrefix(f.Path, repository); ok && (strings.HasPrefix(name, "tests/") || strings.HasPrefix(name, "detections/")) {
			got[name] = string(f.Data)
		}
	}
	if len(got) != 3 || got["tests/text.azure_monitor_aad.log"] != "{\"x\":1}\n{\"x\":2}\n" {
		t.Errorf("got %v", slices.Sorted(maps.Keys(got)))
	}
	if d := got["detections/cloud/text.yml"]; !strings.Contains(d, "status: production") || !strings.Contains(d, "- data: tests/text.azure_monitor_aad.log\n") {
		t.Errorf("text is known, and is no test:\n%s", d)
	}
	if d := got["detections/cloud/fields.yml"]; !strings.Contains(d, "status: experimental") || strings.Contains(d, "tests:") {
		t.Errorf("no text is known, and is a test:\n%s", d)
	}
}
