package spleval

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shared finds the folder of shared data, or skips the test.
func shared(t testing.TB) string {
	if dir := os.Getenv("SIGPROOF_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			candidate := filepath.Join(dir, "..", "shared")
			if _, err := os.Stat(filepath.Join(candidate, "oracle")); err == nil {
				return candidate
			}
		}
		dir = filepath.Dir(dir)
	}
	t.Skip("no shared data: set SIGPROOF_SHARED to run this test")
	return ""
}

func lines(t testing.TB, name string, f func(line []byte)) {
	file, err := os.Open(filepath.Join(shared(t), name))
	if err != nil {
		t.Skip("no shared data: ", err)
	}
	defer file.Close()
	s := bufio.NewScanner(file)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		f(s.Bytes())
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
}

// refusedCorpus is the rules of which a converter's search is wrong or beyond this
// evaluator, with the reason. One that parses after all fails the test too.
var refusedCorpus = map[string]string{
	"rules-threat-hunting/windows/process_creation/proc_creation_win_curl_fileupload.yml":          leftOver,
	"rules/windows/process_creation/proc_creation_win_curl_custom_user_agent.yml":                  leftOver,
	"rules/windows/process_creation/proc_creation_win_curl_upload_file_sharing_websites.yml":       leftOver,
	"rules/windows/process_creation/proc_creation_win_wget_download_direct_ip.yml":                 leftOver,
	"rules/windows/process_creation/proc_creation_win_wget_download_susp_file_sharing_domains.yml": leftOver,
}

// leftOver is what is said of a search that begins with OR: the converter cut the
// condition at a regular expression and left the operator behind.
const leftOver = "OR has nothing before it: a term should stand before OR (in quotes it is a keyword)"

// TestCorpus parses and runs each SPL text that another converter wrote for the
// corpus. A pipeline's text is judged by itself.
func TestCorpus(t *testing.T) {
	t.Parallel()
	in := &Input{Events: []Event{EventFromJSON([]byte(`{"EventID":1,"CommandLine":"x -h"}`), Meta{})}}
	got, total := map[string]string{}, 0
	lines(t, "oracle/pysigma-corpus.jsonl", func(line []byte) {
		var rule map[string]json.RawMessage
		if err := json.Unmarshal(line, &rule); err != nil {
			t.Fatal(err)
		}
		path := strings.Trim(string(rule["path"]), `"`)
		for _, key := range []string{"spl", "spl_windows", "spl_cim"} {
			var out struct{ Q []string }
			if json.Unmarshal(rule[key], &out) != nil {
				continue
			}
			for _, text := range out.Q {
				total++
				if why := tryCorpus(text, in); why != "" {
					got[path] = why
				}
			}
		}
	})
	t.Logf("%d searches", total)
	if diff := cmp.Diff(refusedCorpus, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// tryCorpus gives the message of what is wrong with a search.
func tryCorpus(text string, in *Input) string {
	q, err := Parse(text, nil)
	if err == nil {
		_, err = q.Run(context.Background(), in)
	}
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Msg
	default:
		return err.Error()
	}
}

// TestAcceptance parses the searches of another converter's tests. Those that ask a
// data model are refused by name.
func TestAcceptance(t *testing.T) {
	t.Parallel()
	opts := &Options{Macros: []Macro{{Name: "drop_dm_object_name", Args: []string{"object"}, Definition: "rename $object$.* as *"}}}
	parsed, refused := 0, 0
	lines(t, "oracle/acceptance.jsonl", func(line []byte) {
		var c struct {
			Suite, Backend, Format string
			Expect                 json.RawMessage
		}
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		var texts []string
		if c.Backend != "SplunkBackend" || c.Format == "savedsearches" || json.Unmarshal(c.Expect, &texts) != nil {
			return
		}
		for _, text := range texts {
			_, err := Parse(text, opts)
			if strings.HasPrefix(text, "| tstats") {
				refused++
				if err == nil || !strings.Contains(err.Error(), `command "tstats" is refused`) {
					t.Errorf("%s: want a refusal of tstats, got %v", text, err)
				}
				continue
			}
			parsed++
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	})
	if parsed == 0 || refused == 0 {
		t.Errorf("%d searches parsed and %d refused: the file has none of a kind", parsed, refused)
	}
}
