package sigma

import (
	"bytes"
	"cmp"
	"fmt"
	"sort"
	"unicode/utf16"
	"unicode/utf8"
)

// A Span is a half-open range of bytes of one File.
type Span struct {
	Start, End int
}

// Len is the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Contains tells whether t lies within s.
func (s Span) Contains(t Span) bool { return s.Start <= t.Start && t.End <= s.End }

// join gives the smallest span that holds both.
func (s Span) join(t Span) Span {
	return Span{min(s.Start, t.Start), max(s.End, t.End)}
}

// A Position is a place as people and editors count it: lines and columns from
// 1, columns in runes.
type Position struct {
	Line, Column int
}

func (p Position) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// A File is one source text with an index of its lines. It is never changed
// after NewFile and may be used by many goroutines at once.
type File struct {
	Name string
	Src  []byte

	lines []int // offset of the first byte of each line
	most  int   // bytes that readers take; 0 means MaxSize
}

// NewFile makes a File of src. The name is only shown to people.
func NewFile(name string, src []byte) *File {
	f := &File{Name: name, Src: src, lines: make([]int, 1, 1+bytes.Count(src, []byte("\n")))}
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		f.lines[0] = len("\ufeff") // editors hide the mark, and count none of it
	}
	for at := 0; ; {
		i := bytes.IndexByte(src[at:], '\n')
		if i < 0 {
			return f
		}
		at += i + 1
		f.lines = append(f.lines, at)
	}
}

// Allow gives the file with another bound than MaxSize: readers take size bytes
// of it, and of its keys and values as many more.
func (f *File) Allow(size int) *File {
	allowed := *f
	allowed.most = size
	return &allowed
}

// maxSize is how many bytes are read.
func (f *File) maxSize() int { return cmp.Or(f.most, MaxSize) }

// maxNodes is how many keys and values are read.
func (f *File) maxNodes() int {
	return max(MaxNodes, int(float64(MaxNodes)*float64(f.maxSize())/MaxSize))
}

// maxAliased is how many bytes of keys and values may stand behind aliases.
func (f *File) maxAliased() int { return max(MaxAliased, f.maxSize()/MaxSize*MaxAliased) }

// Position gives line and column of a byte offset. An offset behind the end is
// taken as the end.
func (f *File) Position(offset int) Position {
	offset = max(f.lines[0], min(offset, len(f.Src)))
	line := f.line(offset)
	return Position{line + 1, utf8.RuneCount(f.Src[f.lines[line]:offset]) + 1}
}

// line gives the 0-based line of an offset.
func (f *File) line(offset int) int {
	return sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > offset }) - 1
}

// Line gives the text of a 1-based line without its line break.
func (f *File) Line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	start, end := f.lines[n-1], len(f.Src)
	if n < len(f.lines) {
		end = f.lines[n] - 1
	}
	if end > start && f.Src[end-1] == '\r' {
		end--
	}
	return string(f.Src[start:end])
}

// Text gives the bytes of a span as a string.
func (f *File) Text(s Span) string { return string(f.Src[s.Start:s.End]) }

// UTF16 gives the place as language servers count it: lines from 0, and
// characters from 0 in units of UTF-16.
func (f *File) UTF16(offset int) (line, character int) {
	offset = max(f.lines[0], min(offset, len(f.Src)))
	line = f.line(offset)
	for _, r := range string(f.Src[f.lines[line]:offset]) {
		character += utf16.RuneLen(r)
	}
	return line, character
}

// OffsetUTF16 is the way back from UTF16. A place behind the end of its line
// is taken as that end.
func (f *File) OffsetUTF16(line, character int) int {
	if line < 0 {
		return f.lines[0]
	}
	if line >= len(f.lines) {
		return len(f.Src)
	}
	offset := f.lines[line]
	for _, r := range f.Line(line + 1) {
		if character <= 0 {
			break
		}
		character -= utf16.RuneLen(r)
		offset += utf8.RuneLen(r)
	}
	return offset
}
