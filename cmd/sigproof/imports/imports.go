// Package imports makes suites beside rules: of the tests that other tools have,
// and of events that products exported. It writes the files of an export too.
// It knows nothing of flags.
package imports

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sigproof/sigproof/cmd/sigproof/bounded"
	"github.com/sigproof/sigproof/fixtures/foreign"
	"github.com/sigproof/sigproof/fixtures/foreign/reading"
	"github.com/sigproof/sigproof/fixtures/foreign/suites"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/display"
)

// A Run gathers suites, and writes them.
type Run struct {
	Homes   *suites.Homes
	Reader  *reading.Reader
	Replace bool // write suites anew that are there already
	JSON    bool // a line of JSON for each suite, and not one for people

	// Embedded begins the paths of rules beside which nothing can be written.
	Embedded string

	Diags []*sigma.Diagnostic

	drafted map[string][]string // files of events, by the path of the rules
}

// Tests takes the suites of a file of another tool; false if it has none.
func (r *Run) Tests(name string, src []byte) bool {
	read, diags, known := r.Reader.Read(foreign.Readers(), filepath.ToSlash(name), src)
	r.Diags = append(r.Diags, diags...)
	for _, suite := range read {
		if d := r.Homes.Place(sigma.NewFile(name, src), suite); d != nil {
			r.Diags = append(r.Diags, d)
		}
	}
	return known
}

// Write writes the suites, and a line for each.
func (r *Run) Write(w io.Writer) error {
	for _, h := range r.Homes.All() {
		name := h.SuitePath()
		if strings.HasPrefix(name, r.Embedded) {
			return fmt.Errorf("%s belongs to the embedded pack, which can't be written", h.Path)
		}
		if _, err := os.Lstat(name); err == nil && !r.Replace {
			r.leave("%s is there already; --replace writes it anew", name)
			continue
		}
		text, left := suites.Text(name, h.Suites)
		for _, l := range left {
			r.leave("%s: %s", name, l)
		}
		if len(text) == 0 {
			continue
		}
		if err := bounded.WriteBelow(filepath.Dir(name), filepath.Base(name), append(r.head(h), text...)); err != nil {
			return err
		}
		if err := r.lines(w, name, h); err != nil {
			return err
		}
	}
	return nil
}

// head asks the author to look at what was drafted.
func (r *Run) head(h *suites.Home) []byte {
	from := r.drafted[h.Path]
	if len(from) == 0 {
		return nil
	}
	return fmt.Appendf(nil, "# Drafted from %s: match says what the native engine answers.\n"+
		"# Whether that is right is yours to say: look at each case, then take these lines away.\n", strings.Join(from, ", "))
}

func (r *Run) leave(format string, args ...any) {
	r.Diags = append(r.Diags, &sigma.Diagnostic{Code: "import/left-out", Severity: sigma.Error, Message: fmt.Sprintf(format, args...)})
}

func (r *Run) change(format string, args ...any) {
	r.Diags = append(r.Diags, &sigma.Diagnostic{Code: "import/says-less", Severity: sigma.Warning, Message: fmt.Sprintf(format, args...)})
}

// An imported is a line of `import --format jsonl`.
type imported struct {
	Suite string `json:"suite"`
	Rule  string `json:"rule"`
	Cases int    `json:"cases"`
}

func (r *Run) lines(w io.Writer, name string, h *suites.Home) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, s := range h.Suites {
		id, label := s.Rule.Value, s.Rule.Value
		if d := h.Rule(s); d != nil {
			id, label = d.Info().ID.Value, d.Info().Label()
		}
		var err error
		if r.JSON {
			err = enc.Encode(imported{Suite: name, Rule: id, Cases: len(s.Cases)})
		} else {
			_, err = fmt.Fprintf(w, "%s: %s, cases: %d\n", display.Line(name), display.Line(label), len(s.Cases))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
