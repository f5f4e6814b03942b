package flattest

import (
	"testing"

	"github.com/sigproof/sigproof/compiler/eval"
)

// lists are detections over members of lists.
var lists = []string{
	"sel: {'targetResources[].displayName': x}\n  condition: sel",
	"sel: {'targetResources[].displayName': x, 'targetResources[].type': User}\n  condition: sel",
	"sel: {'targetResources[Role].displayName|startswith': x}\n  condition: sel",
	"sel: {'targetResources[Role].displayName': [x, y], 'targetResources[Role].id': '1'}\n  condition: sel",
	"sel: {'targetResources[Role].displayName': x}\n  condition: not sel",
	"sel: {'targetResources[].displayName': x}\n  condition: not sel",
	"sel: {'additionalDetails[ipaddr].value': x}\n  condition: sel",
	"sel: {subject.name: x}\n  condition: sel",
	"sel: {subject.name: x}\n  condition: not sel",
	"sel: {subject.name: null}\n  condition: sel",
	"sel: {subject.name: '*'}\n  condition: sel",
}

// listed are events of such lists.
var listed = []string{
	`{}`, `{"targetResources": []}`, `{"targetResources": [{"type": "Role"}]}`,
	`{"targetResources": [{"type": "Role", "displayName": "X", "id": "1"}]}`,
	`{"targetResources": [{"type": "Role", "displayName": "X", "id": "2"}, {"type": "Role", "displayName": "z", "id": "1"}]}`,
	`{"targetResources": [{"type": "User", "displayName": "y"}, {"type": "Role", "displayName": "y", "id": "1"}]}`,
	`{"targetResources": [{"type": "User", "displayName": "x"}, {"type": "Group", "displayName": "y"}]}`,
	`{"targetResources": [{"type": "User", "userPrincipalName": "x", "displayName": "y"}]}`,
	`{"targetResources": [{"type": "Group", "displayName": "x"}, {"type": "User", "displayName": null}]}`,
	`{"targetResources": [{"type": "role", "displayName": "x"}]}`,
	`{"targetResources": [{"displayName": "x"}]}`,
	`{"targetResources": [{}, {}, {}, {}, {}, {}, {}, {"type": "Role", "displayName": "x", "id": "1"}]}`,
	`{"additionalDetails": [{"key": "other", "value": "x"}, {"key": "ipaddr", "value": "x"}]}`,
	`{"additionalDetails": [{"key": "ipaddr", "value": "y"}, {"key": "other", "value": "x"}]}`,
}

// beyond is an event whose ninth member is the one that is meant.
const beyond = `{"targetResources": [{}, {}, {}, {}, {}, {}, {}, {}, {"type": "Role", "displayName": "x", "id": "1"}]}`

// Members holds searches of members of lists against the reference matcher; the
// limit of that code says that the ninth member is not looked at.
func Members(t *testing.T, l Language, limit string) {
	t.Helper()
	for _, detection := range lists {
		p := In(t, "entra_audit", detection)
		q, diags := l.Emit(p)
		if q == nil {
			t.Errorf("%s: %v", detection, diags)
			continue
		}
		if len(q.Limits) == 0 || q.Limits[0].Code != limit {
			t.Errorf("%s: the limits are %v, want %s first", detection, q.Limits, limit)
		}
		matcher := eval.NewMatcher(p.Pred)
		for _, src := range listed {
			event, err := eval.ParseJSON([]byte(src))
			if err != nil {
				t.Fatal(err)
			}
			got, err := l.Match(q.Text, p, event.(*eval.Object))
			if want := matcher.Match(event); err != nil || got != want {
				t.Errorf("%s, %s: got %t, want %t, %v\n%s", detection, src, got, want, err, q.Text)
			}
		}
	}
	p := In(t, "entra_audit", lists[0])
	q, _ := l.Emit(p)
	event, _ := eval.ParseJSON([]byte(beyond))
	if got, err := l.Match(q.Text, p, event.(*eval.Object)); err != nil || got {
		t.Errorf("the ninth member is met: %v", err)
	}
}
