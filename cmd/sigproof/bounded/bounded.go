// Package bounded reads files that someone may have made to harm, too large for
// the memory or without an end, and keeps to folders that hold links which lead
// out of them.
package bounded

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Open opens a file that may be of any length, to be read in parts. A pipe
// must have someone who writes to it.
func Open(name string) (io.ReadCloser, error) {
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		return f, err
	}
	return &pipe{File: f}, nil
}

// errNobody says what is wrong with such a pipe.
var errNobody = errors.New("a pipe that nobody writes to")

// open opens a file. A pipe that nobody writes to would be waited for without
// end: so opened, it ends at once. It changes nothing for a file.
func open(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// A pipe is one that may have nobody who writes to it.
type pipe struct {
	*os.File
	some bool // was read
}

func (p *pipe) Read(b []byte) (int, error) {
	n, err := p.File.Read(b)
	if p.some = p.some || n > 0; err == io.EOF && !p.some {
		err = errNobody
	}
	return n, err
}

// ReadFile reads a file up to most bytes, and one byte more if there is one:
// who looks at the text can then say that there is too much.
func ReadFile(name string, most int64) ([]byte, error) {
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return read(f, most)
}

// ReadWhole reads a file of which a part would be of no use; one of more than
// most bytes is refused.
func ReadWhole(name string, most int64) ([]byte, error) {
	text, err := ReadFile(name, most)
	if err == nil && int64(len(text)) > most {
		return nil, fmt.Errorf("%s has more than %d bytes, and no more are read", name, most)
	}
	return text, err
}

// Read is ReadFile for what is open.
func Read(r io.Reader, most int64) ([]byte, error) { return io.ReadAll(io.LimitReader(r, most+1)) }
