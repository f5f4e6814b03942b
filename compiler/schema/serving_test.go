package schema

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Several logs serve a logsource; the one that has most of its fields comes
// first.
func TestAmong(t *testing.T) {
	t.Parallel()
	process := Source{Product: "windows", Category: "process_creation"}
	if log, among := Called("xdr_process"); log == nil || among != nil {
		t.Errorf("xdr_process is one log, not %v", among)
	}
	for _, test := range []struct {
		word string
		want string
	}{
		{"windows", "windows_sysmon"},
		{"xdr", "xdr_process"},
		{"entra", ""},
		{"windows_", ""},
		{"xd", ""},
	} {
		got := ""
		if _, logs := Called(test.word); logs != nil {
			if l := Among(logs, process); l != nil {
				got = l.Name
			}
		}
		if got != test.want {
			t.Errorf("--log %s: log %q, want %q", test.word, got, test.want)
		}
	}
}

// What rules call the query may stand in the path too.
func TestResolveForSeveral(t *testing.T) {
	t.Parallel()
	log := ByName("webserver")
	r := log.ResolveFor(log.Serving(Source{Category: "webserver"}), "cs-uri-query")
	if r == nil || r.Name != "cs-uri-query" || len(r.Also) != 1 || r.Also[0].Name != "cs-uri" {
		t.Errorf("cs-uri-query resolves to %+v", r)
	}
	if r := log.ResolveFor(nil, "cs-uri-query"); len(r.Also) != 0 {
		t.Errorf("without a logsource it means %v besides", r.Also)
	}
}

// A name may mean one thing in rules of a logsource, and another in the log.
func TestResolveFor(t *testing.T) {
	t.Parallel()
	log := ByName("windows_security")
	process := log.Serving(Source{Product: "windows", Category: "process_creation"})
	security := log.Serving(Source{Product: "windows", Service: "security"})
	for _, test := range []struct {
		serving    *Serving
		name, want string
	}{
		{process, "ProcessId", "NewProcessId"},
		{process, "ParentProcessId", "ProcessId"},
		{process, "CommandLine", "CommandLine"},
		{security, "ProcessId", "ProcessId"},
		{security, "Image", ""},
		{nil, "ProcessId", "ProcessId"},
	} {
		got := ""
		if r := log.ResolveFor(test.serving, test.name); r != nil {
			got = r.Name
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestMade(t *testing.T) {
	t.Parallel()
	hashes := &Made{With: ",", Join: []Piece{{"SHA1=", "SHA1"}, {"MD5=", "MD5"}}}
	account := &Made{With: `\`, Join: []Piece{{"", "Domain"}, {"", "Name"}}}
	key := &Made{With: `\`, Join: []Piece{{"", "Key"}, {"", "Value"}}, Starts: []Word{{"HKLM", []string{"HKEY_LOCAL_MACHINE"}}}}
	details := &Made{Of: "Data", Kind: "Type", Words: []Word{{"DWORD (0x%08x)", []string{"Dword"}}, {"Binary Data", []string{"Binary"}}}}
	initiated := &Made{Of: "Action", Words: []Word{{"true", []string{"Success", "Failed"}}, {"false", []string{"Accepted"}}}}
	query := &Made{Of: "URL", Find: `^[^?]*\?([^#]*)(?:#.*)?$`, Put: "/?%s"}
	for _, test := range []struct {
		made  *Made
		parts map[string]string
		text  string
		back  map[string]string // what the text tells, if it is not parts
	}{
		{hashes, map[string]string{"SHA1": "a", "MD5": "b"}, "SHA1=a,MD5=b", nil},
		{hashes, map[string]string{"MD5": "b"}, "MD5=b", nil},
		{hashes, map[string]string{}, "", nil},
		{account, map[string]string{"Domain": "CONTOSO", "Name": "eve"}, `CONTOSO\eve`, nil},
		{account, map[string]string{"Name": "eve"}, "eve", map[string]string{"Domain": "eve"}},
		{account, map[string]string{"Domain": `a\b`, "Name": "c"}, `a\b\c`, nil},
		{key, map[string]string{"Key": `HKEY_LOCAL_MACHINE\Run`, "Value": "a"}, `HKLM\Run\a`, nil},
		{details, map[string]string{"Type": "Dword", "Data": "4294967295"}, "DWORD (0xffffffff)", nil},
		{details, map[string]string{"Type": "Binary", "Data": "00"}, "Binary Data", map[string]string{"Type": "Binary", "Data": "Binary Data"}},
		{details, map[string]string{"Type": "String", "Data": "x"}, "x", map[string]string{"Data": "x"}},
		{details, map[string]string{"Type": "Dword"}, "", map[string]string{}},
		{initiated, map[string]string{"Action": "Success"}, "true", nil},
		{initiated, map[string]string{"Action": "failed"}, "true", map[string]string{"Action": "Success"}},
		{initiated, map[string]string{"Action": "Other"}, "", map[string]string{}},
		{query, map[string]string{"URL": "http://a.example/b?c=d#e"}, "c=d", map[string]string{"URL": "/?c=d"}},
		{query, map[string]string{"URL": "/?c=d"}, "c=d", nil},
		{query, map[string]string{"URL": "http://a.example/b"}, "", map[string]string{}},
	} {
		text := test.made.Text(func(field string) string { return test.parts[field] })
		if text != test.text {
			t.Errorf("%v: %q, want %q", test.parts, text, test.text)
		}
		back := map[string]string{}
		if text != "" {
			test.made.Parts(text, func(field, text string) { back[field] = text })
		}
		want := test.back
		if want == nil {
			want = test.parts
		}
		if diff := cmp.Diff(want, back); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
