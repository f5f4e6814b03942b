package config

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/display"
)

// A Setting is one thing that a file sets, and where.
type Setting struct {
	Key    string `json:"setting"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

// Place is where the file says something, as people read it.
func (c *Config) Place(t sigma.Text) string {
	return c.File.Name + ":" + c.File.Position(t.At.Start).String()
}

// Defines tells whether the file defines a placeholder.
func (c *Config) Defines(name string) bool {
	return slices.ContainsFunc(c.Define, func(d Definition) bool { return d.Name.Value == name })
}

// Path gives a path that the file says, which is seen from its folder.
func (c *Config) Path(t string) string {
	if filepath.IsAbs(t) {
		return t
	}
	return filepath.Join(filepath.Dir(c.File.Name), t)
}

// Inside is Path for what is read: the settings may be of others, so that what
// they name must lie below their folder, or below the working folder, and no
// link may lead out.
func (c *Config) Inside(t string) (string, error) {
	path := c.Path(t)
	at, err := filepath.EvalSymlinks(path)
	if err != nil {
		return path, err
	}
	for _, dir := range []string{filepath.Dir(c.File.Name), "."} {
		if isBelow(dir, at) {
			return path, nil
		}
	}
	return path, fmt.Errorf("%s lies neither below the folder of the settings nor below the working folder", path)
}

func isBelow(dir, path string) bool {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return false
	}
	if path, err = filepath.Abs(path); err != nil {
		return false
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// Settings lists what the file sets, in the order of its keys.
func (c *Config) Settings() []Setting {
	var out []Setting
	set := func(key string, at sigma.Text, values ...sigma.Text) {
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = v.Value
		}
		out = append(out, Setting{key, strings.Join(texts, ", "), c.Place(at)})
	}
	if c.Log.Value != "" {
		set("log", c.Log, c.Log)
	}
	for _, d := range c.Define {
		set("define."+d.Name.Value, d.Name, d.Values...)
	}
	for _, t := range c.Pipelines {
		set("pipelines", t, t)
	}
	for _, t := range c.Enable {
		set("check.enable", t, t)
	}
	for _, t := range c.Disable {
		set("check.disable", t, t)
	}
	for _, g := range c.Severity {
		set("check.severity."+g.Code.Value, g.Code, g.Severity)
	}
	return out
}

// WriteText writes settings as a table.
func WriteText(w io.Writer, settings []Setting) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SETTING\tVALUE\tORIGIN")
	for _, s := range settings {
		fmt.Fprintf(tw, "%s\t%s\t%s\n", display.Line(s.Key), display.Line(s.Value), display.Line(s.Origin))
	}
	return tw.Flush()
}

// WriteJSON writes an object a line and setting.
func WriteJSON(w io.Writer, settings []Setting) error {
	enc := json.NewEncoder(w)
	for _, s := range settings {
		if err := enc.Encode(s); err != nil {
			return err
		}
	}
	return nil
}
