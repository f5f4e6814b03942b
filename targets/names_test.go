package targets

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadNames(t *testing.T) {
	t.Parallel()
	got, err := ReadNames([]byte(`{"sources": {"entra_audit": "a"}, "fields": {"result": "b"}}`))
	want := &Names{Sources: map[string]string{"entra_audit": "a"}, Fields: map[string]string{"result": "b"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	const form = `it must hold {"sources": {...}, "fields": {...}}: `
	for text, want := range map[string]string{
		"":                              form + "EOF",
		"[]":                            form + "json: cannot unmarshal array into Go value of type targets.Names",
		`{"source": {}}`:                form + `json: unknown field "source"`,
		`{} {}`:                         form + "more follows",
		`{"sources": {"entra": "a"}}`:   `sources: there is no log "entra"; sigproof schema lists them`,
		`{"fields": {"result": ["b"]}}`: form + "json: cannot unmarshal array into Go struct field Names.fields of type string",
	} {
		if _, err := ReadNames([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// TestOr puts names over those that are assumed.
func TestOr(t *testing.T) {
	t.Parallel()
	var none *Names
	assumed := &Names{Sources: map[string]string{"x": "a", "y": "b"}}
	own := &Names{Sources: map[string]string{"x": "c"}, Fields: map[string]string{"f": "g"}}
	for _, test := range []struct{ got, want *Names }{
		{none.Or(assumed), &Names{Sources: assumed.Sources, Fields: map[string]string{}}},
		{own.Or(assumed), &Names{Sources: map[string]string{"x": "c", "y": "b"}, Fields: own.Fields}},
		{none.Or(nil), &Names{Sources: map[string]string{}, Fields: map[string]string{}}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
