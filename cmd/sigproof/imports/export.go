package imports

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/sigproof/sigproof/cmd/sigproof/bounded"
	"github.com/sigproof/sigproof/fixtures/foreign/writing"
	"github.com/sigproof/sigproof/sigma/display"
)

// An exported is a line of `export --format jsonl`.
type exported struct {
	File  string `json:"file"`
	Rule  string `json:"rule"`
	Tests int    `json:"tests"`
}

// WriteExport writes the files of an export into a folder, and a line for each
// rule.
func WriteExport(w io.Writer, folder string, x *writing.Export, asJSON bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, f := range x.Files {
		if err := bounded.WriteBelow(folder, f.Path, f.Text); err != nil {
			return err
		}
	}
	for _, r := range x.Rules {
		name, head := filepath.Join(folder, filepath.FromSlash(r.Path)), r.Doc.Info()
		var err error
		if asJSON {
			err = enc.Encode(exported{File: name, Rule: head.ID.Value, Tests: r.Tests})
		} else {
			_, err = fmt.Fprintf(w, "%s: %s, tests: %d\n", display.Line(name), display.Line(head.Label()), r.Tests)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
