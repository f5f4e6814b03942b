// Package lint finds what is legal and yet wrong, and mends it: rules that say
// something else than their author means, that other tools read otherwise, or
// that never fire. It knows the tree, the logs and the habits of authors; it
// knows no query language and runs no event.
//
// A check is data and a function. The catalogue also holds what the parser and
// the other rooms report, so that each code that a person can meet is
// explained in one place.
package lint

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// Options say what to look for; nil and the zero value are the default.
type Options struct {
	// Enable turns on checks that are off by default, and Disable turns checks
	// off. Both take codes and their beginnings: "value" means "value/..." too,
	// "all" means every check. Of two that fit, the longer wins.
	Enable, Disable []string

	// Severity replaces the severity of codes, named as in Enable.
	Severity map[string]sigma.Severity

	// Log is the log that every rule reads. Nil means the one that serves the
	// rule's logsource, if there is one.
	Log *schema.Log

	// Unsafe lets Fix also make fixes that change which events match, or that a
	// person should look at.
	Unsafe bool
}

// Run lints the documents. known is what the parser and others said of them;
// it is given back with the findings, less what comments or opts silence. An
// error can't be silenced: its document can't be used.
func Run(docs []sigma.Document, known []*sigma.Diagnostic, opts *Options) []*sigma.Diagnostic {
	if opts == nil {
		opts = &Options{}
	}
	s := newSession(docs, opts)
	for _, c := range catalogue {
		s.index(c)
	}
	for _, d := range docs {
		p := &Pass{session: s, Doc: d}
		for _, c := range catalogue {
			if c.Run != nil && s.enabled(c.Code) {
				p.check = c
				c.Run(p)
			}
		}
	}
	diags := append(slices.Clone(known), s.diags...)
	return sigma.SortDiagnostics(s.silence(diags))
}

// enabled tells whether findings of a code are wanted.
func (s *session) enabled(code string) bool {
	on := s.checks[code] == nil || !s.checks[code].Optional
	longest := -1
	for _, list := range []struct {
		names []string
		on    bool
	}{{s.opts.Disable, false}, {s.opts.Enable, true}} {
		for _, name := range list.names {
			if covers(name, code) && specific(name) > longest {
				on, longest = list.on, specific(name)
			}
		}
	}
	return on
}

// severity is what the options make of a finding's severity.
func (s *session) severity(code string, given sigma.Severity) sigma.Severity {
	longest := -1
	for name, severity := range s.opts.Severity {
		if covers(name, code) && specific(name) > longest {
			given, longest = severity, specific(name)
		}
	}
	return given
}

// covers tells whether name is the code, or a beginning of it.
func covers(name, code string) bool {
	rest, ok := strings.CutPrefix(code, name)
	return name == "all" || ok && (rest == "" || rest[0] == '/')
}

func specific(name string) int {
	if name == "all" {
		return 0
	}
	return len(name)
}

// silence drops what options and comments silence, and says which comments
// have no use.
func (s *session) silence(diags []*sigma.Diagnostic) []*sigma.Diagnostic {
	var out []*sigma.Diagnostic
	comments := s.ignores()
	for _, d := range diags {
		if d.Severity != sigma.Error {
			if !s.enabled(d.Code) || comments.silence(d) {
				continue
			}
			if severity := s.severity(d.Code, d.Severity); severity != d.Severity {
				changed := *d
				changed.Severity = severity
				d = &changed
			}
		}
		out = append(out, d)
	}
	for _, d := range comments.findings(s) {
		if s.enabled(d.Code) {
			d.Severity = s.severity(d.Code, d.Severity)
			out = append(out, d)
		}
	}
	return out
}
