package splunk

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/pack"
)

type (
	// An Event is one as an add-on brings it in.
	Event struct{ Sourcetype, Raw string }

	// A Test is events that a search finds.
	Test struct {
		Name   string
		Events []Event
	}
)

// KnowsText tells whether the text is known that Splunk gets as an event of a
// log. Of a log whose fields an add-on takes out of its text, only these are.
func KnowsText(log *schema.Log) bool { return !log.SPL.Fields }

type unitTest struct {
	Name string       `yaml:"name"`
	Data []attackData `yaml:"attack_data"`
}

type attackData struct {
	Data       string `yaml:"data"`
	Source     string `yaml:"source"`
	Sourcetype string `yaml:"sourcetype"`
}

// ContentTests writes tests as those of a detection of contentctl, below the key
// tests. The files of their events, whose names begin with stem, have the paths
// that the tests give, from the folder of the repository.
func ContentTests(stem string, tests []Test) (section []byte, files []pack.File) {
	list, files := contentTests(stem, tests)
	return yamlOf(struct {
		Tests []unitTest `yaml:"tests"`
	}{list}), files
}

func contentTests(stem string, tests []Test) (out []unitTest, files []pack.File) {
	for i, t := range tests {
		of := stem
		if len(tests) > 1 {
			of = fmt.Sprintf("%s.%d", stem, i+1)
		}
		u := unitTest{Name: t.Name}
		for _, sourcetype := range t.sourcetypes() {
			f := pack.File{Path: path.Join("tests", of+"."+macroName(words(sourcetype))+".log"), Data: t.lines(sourcetype)}
			files = append(files, f)
			u.Data = append(u.Data, attackData{f.Path, sourcetype, sourcetype})
		}
		out = append(out, u)
	}
	return out, files
}

// sourcetypes lists those of the events.
func (t *Test) sourcetypes() []string {
	var out []string
	for _, e := range t.Events {
		if !slices.Contains(out, e.Sourcetype) {
			out = append(out, e.Sourcetype)
		}
	}
	slices.Sort(out)
	return out
}

// lines writes the events of a sourcetype, one a line.
func (t *Test) lines(sourcetype string) []byte {
	var b strings.Builder
	for _, e := range t.Events {
		if e.Sourcetype == sourcetype {
			b.WriteString(e.Raw + "\n")
		}
	}
	return []byte(b.String())
}
