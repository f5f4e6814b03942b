// Package source takes lists of values out of texts: lines, a column of CSV, or
// what a path finds in JSON and YAML. It knows nothing of pipelines, and reads
// no file itself.
package source

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// A Format says where in a text the values stand.
type Format struct {
	Name   string // plaintext, csv, json, yaml
	Column string // of csv: its name, or its number from 0
	Bare   bool   // csv has no header
	Path   *Path  // of json and yaml
	Only   *regexp.Regexp
}

// Names are those of the formats.
var Names = []string{"plaintext", "csv", "json", "yaml"}

// Values takes the values out of a text. Lines and columns are without the
// space around them and without what is empty.
func (f *Format) Values(file *sigma.File) ([]string, error) {
	var values []string
	var err error
	switch f.Name {
	case "csv":
		values, err = f.column(file)
	case "json", "yaml":
		values, err = f.found(file)
	default:
		for line := range strings.Lines(string(file.Src)) {
			if line = strings.TrimSpace(line); line != "" {
				values = append(values, line)
			}
		}
	}
	if f.Only == nil || err != nil {
		return values, err
	}
	var kept []string
	for _, v := range values {
		if f.Only.MatchString(v) {
			kept = append(kept, v)
		}
	}
	return kept, nil
}

func (f *Format) column(file *sigma.File) ([]string, error) {
	r := csv.NewReader(strings.NewReader(string(file.Src)))
	r.FieldsPerRecord = -1
	at, err := strconv.Atoi(f.Column)
	named := err != nil
	if !f.Bare {
		header, err := r.Read()
		if err != nil {
			return nil, fmt.Errorf("the header can't be read: %w", err)
		}
		for i, name := range header {
			if named && name == f.Column {
				at, named = i, false
			}
		}
	}
	if named {
		return nil, fmt.Errorf("there is no column %q", f.Column)
	}
	var values []string
	for {
		row, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return values, nil
		case err != nil:
			return nil, err
		case at < len(row):
			values = append(values, row[at])
		}
	}
}

func (f *Format) found(file *sigma.File) ([]string, error) {
	docs, diags := sigma.ReadData(file)
	if sigma.HasErrors(diags) || len(docs) == 0 {
		if len(diags) > 0 {
			return nil, errors.New(diags[0].String())
		}
		return nil, errors.New("the file is empty")
	}
	var values []string
	for _, d := range f.Path.find(docs[0]) {
		s, ok := d.(*sigma.Scalar)
		if !ok {
			return nil, errors.New(`the path finds a list or a map; it must find single values, as ".items[]" does`)
		}
		if _, null := s.Value().(*sigma.Null); !null {
			values = append(values, s.Text.Value)
		}
	}
	return values, nil
}

// A Path is the part of jq's language that walks down: .name, ."name", [],
// [0], and "|" between them.
type Path struct{ steps []step }

type step struct {
	name  string // of a map; empty: an element, or each
	each  bool
	index int
}

var pathSteps = regexp.MustCompile(`^(?:\s*\|\s*)?(?:\.([A-Za-z_][A-Za-z0-9_]*)|\.?\[?"([^"]+)"\]?|\.?\[(-?[0-9]*)\]|(\.)\s*(?:$|\|))\??`)

// ParsePath reads a path. Whatever else jq has is refused, at a byte.
func ParsePath(text string) (*Path, int, error) {
	p := &Path{}
	for pos := 0; ; {
		rest := strings.TrimLeft(text[pos:], " \t\r\n")
		if pos = len(text) - len(rest); rest == "" {
			return p, 0, nil
		}
		m := pathSteps.FindStringSubmatch(rest)
		switch {
		case m == nil:
			return nil, pos, fmt.Errorf("%q is no path that is known here; there is .name, .[], .[0] and | between them", rest)
		case m[1]+m[2] != "":
			p.steps = append(p.steps, step{name: m[1] + m[2]})
		case m[4] == "":
			n, err := strconv.Atoi(m[3])
			p.steps = append(p.steps, step{each: err != nil, index: n})
		}
		pos += len(strings.TrimRight(m[0], "|"))
	}
}

func (p *Path) find(d sigma.Data) []sigma.Data {
	found := []sigma.Data{d}
	for _, s := range p.steps {
		var next []sigma.Data
		for _, d := range found {
			next = append(next, s.from(d)...)
		}
		found = next
	}
	return found
}

func (s step) from(d sigma.Data) []sigma.Data {
	switch d := d.(type) {
	case *sigma.Map:
		if s.each {
			var out []sigma.Data
			for _, e := range d.Entries {
				out = append(out, e.Data)
			}
			return out
		}
		if v := d.Get(s.name); v != nil && s.name != "" {
			return []sigma.Data{v}
		}
	case *sigma.List:
		i := s.index
		if i < 0 {
			i += len(d.Of)
		}
		switch {
		case s.each:
			return d.Of
		case s.name == "" && i >= 0 && i < len(d.Of):
			return d.Of[i : i+1]
		}
	}
	return nil
}
