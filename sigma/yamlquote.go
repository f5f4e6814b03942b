package sigma

import (
	"regexp"
	"strings"
)

// quoted is a quoted scalar in a text that may be broken.
type quoted struct {
	open, close int  // of the quotes; close is negative if there is none
	trailing    bool // something that can't follow stands behind it
}

// scanQuotes finds quoted scalars as the library does: where a value or key
// begins, and not within text or block scalars.
func scanQuotes(text string) []quoted {
	var found []quoted
	for p := 0; p < len(text); {
		line := text[p:]
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		if blockScalar.MatchString(line) {
			p += len(line)
			for p < len(text) {
				next, _, _ := strings.Cut(text[p:], "\n")
				if strings.TrimSpace(next) != "" && width(next) <= width(line) {
					break
				}
				p = min(len(text), p+len(next)+1)
			}
			continue
		}
		p = scanLine(text, p, p+len(line), &found)
	}
	return found
}

var blockScalar = regexp.MustCompile(`^[^#'"]*[:-] +[|>][-+0-9]*[ \t]*(?:#.*)?\r?\n$`)

// scanLine finds the quoted scalars that begin on one line, and gives the
// place from which to go on.
func scanLine(text string, p, end int, found *[]quoted) int {
	fresh := true // a scalar may begin here
	for p < end {
		switch c := text[p]; {
		case (c == '\'' || c == '"') && fresh:
			q := quoted{open: p, close: closingQuote(text, p)}
			if q.close < 0 {
				*found = append(*found, q)
				return len(text)
			}
			p = q.close + 1
			rest := strings.TrimLeft(text[p:], " \t")
			q.trailing = rest != "" && strings.IndexByte(":,]}#\r\n", rest[0]) < 0
			*found = append(*found, q)
			if p >= end {
				if i := strings.IndexByte(text[p:], '\n'); i >= 0 {
					end = p + i + 1
				} else {
					end = len(text)
				}
			}
			fresh = false
			continue
		case c == '#' && (p == 0 || isBlank(text[p-1]) || text[p-1] == '\n'):
			return end
		case isBlank(c):
		case c == ':' || c == '-' || c == '?':
			fresh = p+1 < len(text) && (isBlank(text[p+1]) || text[p+1] == '\n') && (c == ':' || fresh)
		case strings.IndexByte("[{,", c) >= 0:
			fresh = fresh || c == ','
		default:
			fresh = false
		}
		p++
	}
	return end
}

func closingQuote(text string, open int) int {
	quote := text[open]
	for p := open + 1; p < len(text); p++ {
		switch {
		case text[p] == '\\' && quote == '"':
			p++
		case text[p] != quote:
		case quote == '\'' && strings.HasPrefix(text[p+1:], "'"):
			p++
		default:
			return p
		}
	}
	return -1
}
