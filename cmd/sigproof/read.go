package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/cmd/sigproof/bounded"
	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/sigma"
)

// Bounds of what is read at once, as multiples of what one file or event may
// have. They leave room for any repository of rules and for a day of audit
// logs, and none for a folder or stream made to fill the memory.
const (
	// filesAtOnce times --max-size is how much rules, tests and pipelines may
	// have together.
	filesAtOnce = 64

	// eventsAtOnce times --max-event is how much events may have together where
	// all are held in memory: for a query, and for correlations.
	eventsAtOnce = 16

	// leastHeld is what an event counts beside its text: one without any takes
	// memory too.
	leastHeld = 1 << 10
)

// bounds are the flags that say how much is read.
type bounds struct {
	size  size // of a file of rules, of tests, of settings, of a query
	event size // of one event
}

func defaultBounds() bounds { return bounds{sigma.MaxSize, event.MaxBytes} }

// compile makes what a rule may unfold to grow with the size of its file.
func (b *bounds) compile(opts *compiler.Options) {
	if b.size > sigma.MaxSize {
		opts.MaxUnfolded = int(float64(compiler.MaxUnfolded) * float64(b.size) / sigma.MaxSize)
	}
}

// options are those of events, with their bound.
func (b *bounds) options(opts *event.Options) *event.Options {
	var bounded event.Options
	if opts != nil {
		bounded = *opts
	}
	bounded.MaxBytes = int64(b.event)
	return &bounded
}

// readFile reads a file, and stdin for "-", as far as --max-size allows and a
// byte more: who reads the text then says that there is too much, and where.
func (a *app) readFile(name string) ([]byte, error) {
	text, err := a.readUpTo(name, int64(a.bounds.size))
	return a.counted(name, text, err)
}

// readBelow is readFile for a file that a folder holds: of who made the folder
// nothing is known, so that links may not lead out of it.
func (a *app) readBelow(dir, name string) ([]byte, error) {
	text, err := bounded.ReadBelow(dir, name, int64(a.bounds.size))
	return a.counted(filepath.Join(dir, name), text, err)
}

// counted ends reading where files are too much together.
func (a *app) counted(name string, text []byte, err error) ([]byte, error) {
	if a.read += int64(len(text)); err == nil && a.read > filesAtOnce*int64(a.bounds.size) {
		return nil, fmt.Errorf("%s: more than %d bytes of files are read at once; --max-size sets a %dth of that", name, filesAtOnce*int64(a.bounds.size), filesAtOnce)
	}
	return text, err
}

func (a *app) readUpTo(name string, most int64) ([]byte, error) {
	if name == "-" {
		return bounded.Read(a.stdin, most)
	}
	return bounded.ReadFile(name, most)
}

// readWhole reads a file of which a part would be of no use.
func (a *app) readWhole(name string) ([]byte, error) {
	text, err := a.readFile(name)
	if err == nil && len(text) > int(a.bounds.size) {
		return nil, fmt.Errorf("%s has more than %d bytes, and no more are read; --max-size sets how many", name, a.bounds.size)
	}
	return text, err
}

// readNamed reads a file that another file names, which may be of others: it
// must lie below the working folder, or below a folder that the command line
// names, by itself or with a file. A flag sets how long it may be.
func (a *app) readNamed(name string, most size, flag string) ([]byte, error) {
	for _, dir := range append([]string{"."}, a.named...) {
		if path, ok := below(dir, name); ok {
			text, err := bounded.ReadBelow(dir, path, int64(most))
			if err == nil && len(text) > int(most) {
				err = fmt.Errorf("%s has more than %d bytes, and no more are read; %s sets how many", name, most, flag)
			}
			return text, err
		}
	}
	return nil, fmt.Errorf("%s lies neither below the working folder nor below one that the command line names", name)
}

// below gives the path of a file from a folder, if it lies there.
func below(dir, name string) (path string, ok bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	if name, err = filepath.Abs(name); err != nil {
		return "", false
	}
	path, err = filepath.Rel(dir, name)
	return path, err == nil && filepath.IsLocal(path)
}

// readIn reads a log that stands in a folder, and no file outside of it.
func (a *app) readIn(folder, name string) ([]byte, error) {
	most := int64(a.bounds.event)
	text, err := bounded.ReadBelow(folder, name, most)
	switch a.read += int64(len(text)); {
	case err != nil:
		return nil, err
	case int64(len(text)) > most:
		return nil, fmt.Errorf("%s has more than %d bytes, and no more are read; --max-event sets how many", name, most)
	case a.read > eventsAtOnce*most:
		return nil, fmt.Errorf("%s: more than %d bytes of logs are read at once; --max-event sets a %dth of that", name, eventsAtOnce*most, eventsAtOnce)
	}
	return text, nil
}

// A size is a number of bytes as a flag takes it: 4194304, 4096KiB, 4MiB, 1GiB.
type size int64

var sizeUnits = []struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}

func (s *size) String() string {
	for _, u := range sizeUnits {
		if int64(*s)%u.bytes == 0 && int64(*s) >= u.bytes {
			return strconv.FormatInt(int64(*s)/u.bytes, 10) + u.name
		}
	}
	return "0"
}

// Set reads a size.
func (s *size) Set(text string) error {
	const most = 1 << 40
	for _, u := range sizeUnits {
		digits, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 1 || n > most/u.bytes {
			break
		}
		*s = size(n * u.bytes)
		return nil
	}
	return errors.New("it must be a number of bytes such as 4194304, or one of KiB, MiB or GiB such as 4MiB")
}

// Type is the word for sizes in the help.
func (*size) Type() string { return "size" }
