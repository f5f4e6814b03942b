package spleval

import (
	"strings"
)

// A token of a command's arguments.
type token struct {
	kind   tokenKind
	text   string // quotes taken off, escapes resolved
	lo, hi int
}

type tokenKind int

const (
	tokEnd    tokenKind = iota
	tokWord             // unquoted
	tokQuoted           // "double" quotes
	tokField            // 'single' quotes
	tokPunct            // ( ) , = != < > <= >=
	tokGroup            // [ a subsearch ], text without its brackets
)

// A scanner reads the arguments of one command: the text from pos to end. How a
// word ends depends on the command, so that there is no one list of tokens.
type scanner struct {
	src   *source
	pos   int
	end   int
	first bool // no command stands before this one
	log   *useLog
}

func (s *scanner) errorf(lo, hi int, format string, args ...any) *Error {
	return s.src.errorf(lo, hi, format, args...)
}

func (s *scanner) unexpected(t token, want string) *Error {
	if t.kind == tokEnd {
		return s.errorf(t.lo, t.hi, "search ends where %s should stand", want)
	}
	return s.errorf(t.lo, t.hi, "unexpected %q: %s should stand here", s.src.text[t.lo:t.hi], want)
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}

func (s *scanner) skipSpace() {
	for s.pos < s.end && isSpace(s.src.text[s.pos]) {
		s.pos++
	}
}

// peek reads the next token and stays before it.
func (s *scanner) peek() (token, *Error) {
	at := s.pos
	t, err := s.next()
	s.pos = at
	return t, err
}

// next reads a token of an option list or a field list.
func (s *scanner) next() (token, *Error) {
	s.skipSpace()
	text := s.src.text
	lo := s.pos
	if lo >= s.end {
		return token{tokEnd, "", s.end, s.end}, nil
	}
	switch c := text[lo]; c {
	case '"', '\'':
		return s.quoted(c)
	case '(', ')', ',':
		s.pos++
		return token{tokPunct, text[lo:s.pos], lo, s.pos}, nil
	case '=', '<', '>', '!':
		s.pos++
		if s.pos < s.end && text[s.pos] == '=' {
			s.pos++
		}
		return token{tokPunct, text[lo:s.pos], lo, s.pos}, nil
	case '[':
		return s.group()
	case ']':
		return token{}, s.errorf(lo, lo+1, "unexpected %q: no subsearch is open", "]")
	}
	for s.pos < s.end && !endsWord(text[s.pos]) {
		if text[s.pos] == '\\' && s.pos+1 < s.end {
			s.pos++
		}
		s.pos++
	}
	return token{tokWord, unescape(text[lo:s.pos]), lo, s.pos}, nil
}

func endsWord(c byte) bool {
	return isSpace(c) || strings.IndexByte(`"(),=<>![]`, c) >= 0
}

// quoted reads a string. In single quotes stands a field name.
func (s *scanner) quoted(quote byte) (token, *Error) {
	lo := s.pos
	s.pos = min(skipQuoted(s.src.text[:s.end], lo), s.end)
	if s.pos-lo < 2 || s.src.text[s.pos-1] != quote {
		return token{}, s.errorf(lo, lo+1, "quote is not closed: %c is missing", quote)
	}
	kind := tokQuoted
	if quote == '\'' {
		kind = tokField
	}
	return token{kind, unescape(s.src.text[lo+1 : s.pos-1]), lo, s.pos}, nil
}

// group reads a subsearch in its brackets.
func (s *scanner) group() (token, *Error) {
	lo := s.pos
	end := skipGroup(s.src.text[:s.end], lo)
	if end < 0 {
		return token{}, s.errorf(lo, lo+1, "subsearch is not closed: ] is missing")
	}
	s.pos = end
	return token{tokGroup, s.src.text[lo+1 : end-1], lo, end}, nil
}

// skipGroup returns the byte after the bracket that closes the one at i, or -1.
func skipGroup(text string, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '"':
			i = skipQuoted(text, i)
			continue
		case '\\':
			i++
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return -1
}

// unescape resolves the escapes of SPL. search, "Quotes and escaping characters":
// "The backslash character is used to escape quotes, pipes, and the backslash
// character itself. [...] Unrecognized backslash sequences are not altered".
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(`"\|`, s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// An option is one name=value among a command's arguments.
type option struct {
	name  string
	value token
	lo    int
}

// option reads name=value if it stands next.
func (s *scanner) option() (*option, *Error) {
	at := s.pos
	name, err := s.next()
	if err != nil {
		return nil, err
	}
	if name.kind != tokWord {
		s.pos = at
		return nil, nil
	}
	eq, err := s.peek()
	if err != nil || eq.kind != tokPunct || eq.text != "=" {
		s.pos = at
		return nil, err
	}
	s.pos = eq.hi
	value, err := s.next()
	if err != nil {
		return nil, err
	}
	if value.kind != tokWord && value.kind != tokQuoted && value.kind != tokField {
		return nil, s.unexpected(value, "the value of "+name.text)
	}
	return &option{name.text, value, name.lo}, nil
}

// fieldName reads one field name, quoted or not.
func (s *scanner) fieldName() (token, *Error) {
	t, err := s.next()
	if err != nil {
		return t, err
	}
	if t.kind != tokWord && t.kind != tokQuoted && t.kind != tokField {
		return t, s.unexpected(t, "a field name")
	}
	return t, nil
}

// fieldList reads names up to the end, separated by commas or spaces.
func (s *scanner) fieldList() ([]token, *Error) {
	var names []token
	for {
		t, err := s.peek()
		if err != nil || t.kind == tokEnd {
			return names, err
		}
		if t.kind == tokPunct && t.text == "," {
			s.pos = t.hi
			continue
		}
		if t, err = s.fieldName(); err != nil {
			return nil, err
		}
		names = append(names, t)
	}
}

func (s *scanner) atEnd() bool {
	s.skipSpace()
	return s.pos >= s.end
}

// isKeyword says whether t is the unquoted word, in any case.
func (t token) isKeyword(word string) bool {
	return t.kind == tokWord && strings.EqualFold(t.text, word)
}

func (t token) isPunct(text string) bool { return t.kind == tokPunct && t.text == text }
