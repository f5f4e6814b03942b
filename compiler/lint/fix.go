package lint

import (
	"bytes"
	"slices"

	"github.com/sigproof/sigproof/compiler/atonce"
	"github.com/sigproof/sigproof/sigma"
)

// rounds bounds Fix. A mended document may have new findings, such as a list
// of one value where two were the same; deeper chains are not known.
const rounds = 20

// Fix mends sources until nothing more can be mended, and gives them back in
// the same order with what is left to say. A fix that would bring an error
// which was not there is not made.
func Fix(sources []Source, opts *Options) ([]Source, *Result) {
	if opts == nil {
		opts = &Options{}
	}
	m := &mender{opts: opts, files: atonce.Map(opts.Jobs, sources, opts.parse), careful: map[string]*attempts{}}
	m.result = lint(m.files, opts)
	for range rounds {
		if !m.round() {
			break
		}
	}
	fixed := make([]Source, len(m.files))
	for i, f := range m.files {
		fixed[i] = f.source
	}
	return fixed, m.result
}

// A mender holds the files as they are after some rounds.
type mender struct {
	opts   *Options
	files  []*parsed
	result *Result

	// careful holds the files, by name, in which a round did harm: their fixes
	// are tried one by one.
	careful map[string]*attempts
}

// attempts are the fixes of a file that did harm.
type attempts struct {
	harmful map[attempt]bool
	last    attempt
}

// An attempt is a fix at its place in one state of the file.
type attempt struct {
	src, title string
	at         sigma.Span
}

// round makes the fixes of all files that do not overlap, and takes back those
// that bring errors. It tells whether anything was tried.
func (m *mender) round() bool {
	before, files := m.result, m.files
	m.files = make([]*parsed, len(files))
	byFile := groupByFile(before.Diags)
	changed := map[string]*parsed{} // what was there before
	for i, f := range files {
		m.files[i] = f
		if src := m.mend(f, byFile[f.source.Name]); !bytes.Equal(src, f.source.Src) {
			m.files[i] = m.opts.parse(Source{f.source.Name, src})
			changed[f.source.Name] = f
		}
	}
	if len(changed) == 0 {
		return false
	}
	m.result = lint(m.files, m.opts)
	if m.takeBack(before, changed) {
		m.result = lint(m.files, m.opts)
	}
	return true
}

// mend makes the fixes of one file that may be made together.
func (m *mender) mend(f *parsed, diags []*sigma.Diagnostic) []byte {
	var fixes []sigma.Fix
	careful := m.careful[f.source.Name]
	for _, d := range diags {
		i := choose(d, m.opts)
		if i < 0 {
			continue
		}
		if careful == nil {
			fixes = append(fixes, d.Fixes[i])
			continue
		}
		try := attempt{string(f.source.Src), d.Fixes[i].Title, d.At}
		if !careful.harmful[try] {
			careful.last = try
			fixes = append(fixes, d.Fixes[i])
			break
		}
	}
	src, _ := sigma.Apply(f.source.Src, fixes)
	return src
}

// takeBack restores the changed files that a new error speaks of, itself or
// through a document that they refer to.
func (m *mender) takeBack(before *Result, changed map[string]*parsed) bool {
	had, has := countErrors(before.Diags), countErrors(m.result.Diags)
	worse := func(name string) bool { return has[name] > had[name] }
	back := false
	for i, f := range m.files {
		name := f.source.Name
		old := changed[name]
		if old == nil || !worse(name) && !slices.ContainsFunc(before.dependents(old), worse) {
			continue
		}
		m.files[i], back = old, true
		if careful := m.careful[name]; careful != nil {
			careful.harmful[careful.last] = true
		} else {
			m.careful[name] = &attempts{harmful: map[attempt]bool{}}
		}
	}
	return back
}

// dependents names the files whose documents refer to those of f.
func (r *Result) dependents(f *parsed) []string {
	var names []string
	for _, d := range f.docs {
		for _, other := range r.collection.Dependents(d) {
			names = append(names, other.Info().File.Name)
		}
	}
	return names
}

// choose picks the fix to make: the first safe one, else the first if unsafe
// ones are wanted; -1 if there is none.
func choose(d *sigma.Diagnostic, opts *Options) int {
	for i, fix := range d.Fixes {
		if fix.Safe {
			return i
		}
	}
	if opts.Unsafe && len(d.Fixes) > 0 {
		return 0
	}
	return -1
}

func groupByFile(diags []*sigma.Diagnostic) map[string][]*sigma.Diagnostic {
	groups := map[string][]*sigma.Diagnostic{}
	for _, d := range diags {
		groups[d.File.Name] = append(groups[d.File.Name], d)
	}
	return groups
}

func countErrors(diags []*sigma.Diagnostic) map[string]int {
	counts := map[string]int{}
	for _, d := range diags {
		if d.Severity == sigma.Error {
			counts[d.File.Name]++
		}
	}
	return counts
}
