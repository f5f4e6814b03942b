package main

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/config"
	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/pipeline"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
)

// meaning holds the flags that say what rules mean: the same in each command.
type meaning struct {
	log       string
	define    []string
	pipelines []string
}

func (a *app) meaningFlags(cmd *cobra.Command, m *meaning) {
	cmd.Flags().StringVar(&m.log, "log", "", "the log whose fields rules name, or the beginning of several such as xdr; generic takes every field as written")
	cmd.Flags().StringArrayVar(&m.define, "define", nil, "a placeholder: name=value[,value...] or name=@file")
	cmd.Flags().StringArrayVarP(&m.pipelines, "pipeline", "p", nil, "a processing pipeline of pySigma, or a folder of them, that rewrites rules first")
}

// meaningOf gives the compiler's options for rules at paths: what the flags
// say, else what their settings say, else the pipelines, else the defaults of
// the pack.
func (a *app) meaningOf(m *meaning, paths []string) (*compiler.Options, error) {
	c, err := a.settings(paths)
	if err != nil {
		return nil, err
	}
	return a.options(m, c)
}

func (a *app) options(m *meaning, c *config.Config) (*compiler.Options, error) {
	pipes, err := a.pipeline(m.pipelines, c)
	if err != nil {
		return nil, err
	}
	define := map[string][]string{}
	for _, p := range entra.Placeholders() {
		if pipes == nil || !pipes.Defines(p.Name) {
			define[p.Name] = p.Values
		}
	}
	given, err := a.defines(m.define)
	if err != nil {
		return nil, err
	}
	if err := a.configured(define, given, c); err != nil {
		return nil, err
	}
	maps.Copy(define, given)

	opts := &compiler.Options{Define: define, Pipeline: pipes, Jobs: a.jobs}
	a.bounds.compile(opts)
	switch {
	case m.log != "":
		if opts.Log, opts.Among = schema.Called(m.log); opts.Log == nil && opts.Among == nil {
			return nil, noLog(m.log)
		}
	case c.Log.Value != "":
		opts.Log, opts.Among = schema.Called(c.Log.Value)
		a.note("%s: log is %s", c.Place(c.Log), c.Log.Value)
	}
	return opts, nil
}

func noLog(name string) error {
	return fmt.Errorf("--log: there is no log %q%s", name, didYouMean(name, config.LogNames()))
}

// calledLogs gives the logs that --log names; none without it.
func calledLogs(name string) ([]*schema.Log, error) {
	log, among := schema.Called(name)
	switch {
	case name == "":
		return nil, nil
	case log != nil:
		return []*schema.Log{log}, nil
	case among == nil:
		return nil, noLog(name)
	}
	return among, nil
}

// pipeline reads the pipelines and joins them; nil if there are none. Those of
// the settings come first, so that a flag adds to them.
func (a *app) pipeline(flags []string, c *config.Config) (*pipeline.Pipeline, error) {
	var paths []string
	for _, t := range c.Pipelines {
		path, err := c.Inside(t.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Place(t), err)
		}
		paths = append(paths, path)
		a.note("%s: pipeline %s is applied", c.Place(t), t.Value)
	}
	paths = append(paths, flags...)
	if len(paths) == 0 {
		return nil, nil
	}
	sources, err := a.sources(paths, isYAML)
	if err != nil {
		return nil, fmt.Errorf("--pipeline: %w", err)
	}
	var all []*pipeline.Pipeline
	for _, s := range sources {
		p, diags := pipeline.Read(s.name, s.src, &pipeline.Options{ReadFile: a.readPiped})
		for _, d := range diags {
			fmt.Fprint(a.stderr, d.Render())
		}
		if p == nil {
			return nil, fmt.Errorf("--pipeline: %s can't be used", s.name)
		}
		all = append(all, p)
	}
	return pipeline.Merge(all...), nil
}

// readPiped reads a file that a pipeline names. The pipeline may come from
// elsewhere: it may name files below the working folder, and no others.
func (a *app) readPiped(name string) ([]byte, error) {
	if !filepath.IsLocal(name) {
		return nil, errors.New("the file must lie below the working folder")
	}
	text, err := a.readBelow(".", name)
	if err == nil && len(text) > int(a.bounds.size) {
		err = fmt.Errorf("it has more than %d bytes, and no more are read; --max-size sets how many", a.bounds.size)
	}
	return text, err
}

// configured adds the definitions of the settings, less those that flags give.
// They change what rules mean, so that it is said.
func (a *app) configured(define, given map[string][]string, c *config.Config) error {
	for _, d := range c.Define {
		name := d.Name.Value
		if given[name] != nil {
			continue
		}
		define[name] = nil
		for _, v := range d.Values {
			values := []string{v.Value}
			if file, ok := strings.CutPrefix(v.Value, "@"); ok {
				path, err := c.Inside(file)
				if err == nil {
					values, err = a.readLines(path)
				}
				if err != nil {
					return fmt.Errorf("%s: %w", c.Place(v), err)
				}
			}
			define[name] = append(define[name], values...)
		}
		a.note("%s: %%%s%% is defined", c.Place(d.Name), name)
	}
	return nil
}

// defines reads --define name=value. Values of one name add up, a comma
// separates values, and name=@file takes one value a line.
func (a *app) defines(args []string) (map[string][]string, error) {
	out := map[string][]string{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--define %q: name=value or name=@file must stand here", arg)
		}
		file, isFile := strings.CutPrefix(value, "@")
		if !isFile {
			out[name] = append(out[name], strings.Split(value, ",")...)
			continue
		}
		values, err := a.readLines(file)
		if err != nil {
			return nil, fmt.Errorf("--define %s: %w", name, err)
		}
		out[name] = append(out[name], values...)
	}
	return out, nil
}

// readLines reads a value a line, less comments.
func (a *app) readLines(file string) ([]string, error) {
	text, err := a.readWhole(file)
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out, nil
}

func didYouMean(name string, names []string) string {
	if near := sigma.DidYouMean(name, names); near != "" {
		return "; " + near
	}
	return "; there are " + strings.Join(names, ", ")
}
