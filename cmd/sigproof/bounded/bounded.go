// Package bounded reads files that someone may have made to harm: too large
// for the memory, or without an end.
package bounded

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ReadFile reads a file up to most bytes, and one byte more if there is one:
// who looks at the text can then say that there is too much. A pipe must have
// someone who writes to it.
func ReadFile(name string, most int64) ([]byte, error) {
	// A pipe that nobody writes to would be waited for without end: so opened, it
	// ends at once. It changes nothing for a file.
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := Read(f, most)
	if info, statErr := f.Stat(); err == nil && statErr == nil && len(text) == 0 && info.Mode()&fs.ModeNamedPipe != 0 {
		err = fmt.Errorf("%s is a pipe, and nobody writes to it", name)
	}
	return text, err
}

// Read is ReadFile for what is open.
func Read(r io.Reader, most int64) ([]byte, error) { return io.ReadAll(io.LimitReader(r, most+1)) }
