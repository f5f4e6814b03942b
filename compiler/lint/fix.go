package lint

import (
	"bytes"

	"github.com/sigproof/sigproof/sigma"
)

// rounds bounds Fix. A mended document may have new findings, such as a list
// of one value where two were the same; deeper chains are not known.
const rounds = 20

// Fix mends the documents of one file until nothing more can be mended, and
// tells how many fixes it made. A fix that would give the file an error which
// it had not is not made.
func Fix(name string, src []byte, opts *Options) (fixed []byte, applied int) {
	if opts == nil {
		opts = &Options{}
	}
	for range rounds {
		out, n := mend(name, src, opts)
		if n == 0 || bytes.Equal(out, src) {
			break
		}
		src, applied = out, applied+n
	}
	return src, applied
}

// mend makes one round of fixes.
func mend(name string, src []byte, opts *Options) ([]byte, int) {
	diags := lintFile(name, src, opts)
	var fixes []sigma.Fix
	for _, d := range diags {
		if i := choose(d, opts); i >= 0 {
			fixes = append(fixes, d.Fixes[i])
		}
	}
	if len(fixes) == 0 {
		return src, 0
	}
	before := countErrors(diags)
	out, n := sigma.Apply(src, fixes)
	if countErrors(lintFile(name, out, opts)) <= before {
		return out, n
	}
	return mendSingly(name, src, fixes, opts)
}

// mendSingly makes the first fix that does no harm by itself.
func mendSingly(name string, src []byte, fixes []sigma.Fix, opts *Options) ([]byte, int) {
	before := countErrors(lintFile(name, src, opts))
	for _, fix := range fixes {
		out, _ := sigma.Apply(src, []sigma.Fix{fix})
		if !bytes.Equal(out, src) && countErrors(lintFile(name, out, opts)) <= before {
			return out, 1
		}
	}
	return src, 0
}

// choose picks the fix to make: the first safe one, else the first if unsafe
// ones are wanted.
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

// lintFile parses and lints one file by itself.
func lintFile(name string, src []byte, opts *Options) []*sigma.Diagnostic {
	docs, diags := sigma.Parse(name, src)
	_, linked := sigma.NewCollection(docs)
	return Run(docs, append(diags, linked...), opts)
}

func countErrors(diags []*sigma.Diagnostic) int {
	n := 0
	for _, d := range diags {
		if d.Severity == sigma.Error {
			n++
		}
	}
	return n
}
