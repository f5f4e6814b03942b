package main

import (
	"io"
	"os"
	"strings"

	"github.com/sigproof/sigproof/fixtures/report"
)

// A showing writes for people: text of others, in names of files, titles and
// values, does not drive the terminal. Our own colours pass.
type showing struct {
	io.Writer
	show func(string) string
}

// Write writes what may be shown of p.
func (s showing) Write(p []byte) (int, error) {
	var b strings.Builder
	for text := string(p); text != ""; {
		start, end := report.NextColor(text)
		b.WriteString(s.show(text[:start]))
		b.WriteString(text[start:end])
		text = text[end:]
	}
	if _, err := io.WriteString(s.Writer, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
