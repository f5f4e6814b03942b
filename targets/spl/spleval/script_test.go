package spleval

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the wanted rows of the scripts")

// TestScripts runs each testdata/*.txtar: events.jsonl holds the events, one a
// line, after @SECONDS and SOURCETYPE if there are any; macros one a line as
// name(arg, arg)=definition; lookup/NAME a CSV table; then each NAME.spl is run
// and compared with NAME.want: the columns, then a row a line, or the error.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runScript(t, file)
		})
	}
}

func runScript(t *testing.T, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	comment, files := archive(string(raw))
	in := &Input{Lookups: map[string]*Lookup{}, Now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	opts := &Options{}
	var text string
	for i, f := range files {
		data := strings.TrimRight(f.data, "\n")
		name, kind := f.name, filepath.Ext(f.name)
		switch {
		case name == "events.jsonl":
			in.Events = scriptEvents(t, data)
		case name == "macros":
			opts.Macros = scriptMacros(t, data)
		case strings.HasPrefix(name, "lookup/"):
			in.Lookups[strings.TrimPrefix(name, "lookup/")] = scriptLookup(t, data)
		case kind == ".spl":
			text = data
		case kind == ".want":
			got := scriptRun(text, opts, in)
			if *update {
				files[i].data = got + "\n"
				continue
			}
			if diff := cmp.Diff(data, got); diff != "" {
				t.Errorf("%s: %s\n(-want +got):\n%s", strings.TrimSuffix(name, ".want"), text, diff)
			}
		default:
			t.Fatalf("%s: file %q has no meaning here", file, name)
		}
	}
	if *update {
		out := comment
		for _, f := range files {
			out += "-- " + f.name + " --\n" + f.data
		}
		if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

type archiveFile struct{ name, data string }

// archive cuts a txtar archive. The module that reads them is not needed for this.
func archive(text string) (comment string, files []archiveFile) {
	for _, line := range strings.SplitAfter(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "-- ") && strings.HasSuffix(trimmed, " --"):
			files = append(files, archiveFile{name: trimmed[3 : len(trimmed)-3]})
		case len(files) == 0:
			comment += line
		default:
			files[len(files)-1].data += line
		}
	}
	return comment, files
}

func scriptRun(text string, opts *Options, in *Input) string {
	q, err := Parse(text, opts)
	if err != nil {
		return "error: " + err.Error()
	}
	res, err := q.Run(context.Background(), in)
	if err != nil {
		return "error: " + err.Error()
	}
	lines := []string{strings.Join(res.Fields, " | ")}
	for _, e := range res.Events {
		cells := make([]string, len(res.Fields))
		for i, f := range res.Fields {
			switch v := e.Get(f); len(v) {
			case 0:
				cells[i] = "-"
			case 1:
				cells[i] = strconv.Quote(v[0])[1:]
				cells[i] = cells[i][:len(cells[i])-1]
			default:
				cells[i] = "[" + strings.Join(v, "; ") + "]"
			}
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	return strings.Join(lines, "\n")
}

func scriptEvents(t *testing.T, data string) []Event {
	var events []Event
	for _, line := range strings.Split(data, "\n") {
		meta := Meta{}
		if strings.HasPrefix(line, "@") {
			at, rest, _ := strings.Cut(line[1:], " ")
			f, err := strconv.ParseFloat(at, 64)
			if err != nil {
				t.Fatal(err)
			}
			meta.Time, line = f, rest
		}
		if !strings.HasPrefix(line, "{") && !strings.HasPrefix(line, "[") {
			meta.Sourcetype, line, _ = strings.Cut(line, " ")
		}
		events = append(events, EventFromJSON([]byte(line), meta))
	}
	return events
}

func scriptMacros(t *testing.T, data string) []Macro {
	var macros []Macro
	for _, line := range strings.Split(data, "\n") {
		head, body, ok := strings.Cut(line, "=")
		if !ok {
			t.Fatalf("macro %q has no definition", line)
		}
		m := Macro{Name: head, Definition: body}
		if name, args, ok := strings.Cut(head, "("); ok {
			m.Name = name
			for _, a := range strings.Split(strings.TrimSuffix(args, ")"), ",") {
				m.Args = append(m.Args, strings.TrimSpace(a))
			}
		}
		macros = append(macros, m)
	}
	return macros
}

func scriptLookup(t *testing.T, data string) *Lookup {
	l, err := ParseLookupCSV(data)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
