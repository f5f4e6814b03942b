package splunk

import (
	"testing"
)

// FuzzExported reads what others wrote: it may be anything. A file of stanzas
// that is read and written again is the same.
func FuzzExported(f *testing.F) {
	for _, seed := range []string{
		"[a]\nsearch = x \\\n| y\n\n[b]\ndisabled = 1\n", "[a]\r\nk=v\\\r\n", "\ufeff# c\n[default]\n[a", "k\\\n = v",
		`{"entry": [{"name": "a", "content": {"search": "x", "is_scheduled": true, "alert.severity": 3}}], "paging": {"total": 1}}`,
		`{"preview": false, "result": {"title": "a", "search": "x"}}` + "\n" + `{"result": {"title": "b"}}`, `[{"name": "a", "content": {"disabled": "0"}}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if objects, err := Exported(data); err == nil {
			Merge(objects)
		}
		stanzas, err := readConf(data)
		if err != nil {
			return
		}
		for _, s := range stanzas {
			for _, x := range s.settings {
				if unwritable(x.value) != "" {
					return
				}
			}
		}
		again, err := readConf(conf(stanzas...))
		if err != nil || len(again) != len(stanzas) {
			t.Fatalf("%d stanzas of %d are read again: %v", len(again), len(stanzas), err)
		}
		for i, s := range stanzas {
			for _, x := range s.settings {
				if got, _ := again[i].get(x.key); got != last(s, x.key) {
					t.Fatalf("[%s] %s is %q, and was %q", s.name, x.key, got, last(s, x.key))
				}
			}
		}
	})
}

// last gives the value that counts.
func last(s stanza, key string) string {
	v, _ := s.get(key)
	return v
}
