// Package bounded reads files that someone may have made to harm: too large
// for the memory, or without an end.
package bounded

import (
	"bytes"
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
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	text.Grow(int(min(info.Size(), most)) + bytes.MinRead) // so that a file is read at once
	_, err = text.ReadFrom(io.LimitReader(f, most+1))
	if err == nil && text.Len() == 0 && info.Mode()&fs.ModeNamedPipe != 0 {
		err = fmt.Errorf("%s is a pipe, and nobody writes to it", name)
	}
	return text.Bytes(), err
}

// Read is ReadFile for what is open.
func Read(r io.Reader, most int64) ([]byte, error) { return io.ReadAll(io.LimitReader(r, most+1)) }
