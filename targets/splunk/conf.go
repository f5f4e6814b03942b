package splunk

import (
	"fmt"
	"strings"
)

// A stanza of a .conf file, with its settings in their order.
type stanza struct {
	name     string
	settings []setting
}

type setting struct{ key, value string }

// set adds a setting.
func (s *stanza) set(key, value string) { s.settings = append(s.settings, setting{key, value}) }

// get gives the value of a setting, and whether it is there.
func (s *stanza) get(key string) (string, bool) {
	for i := len(s.settings) - 1; i >= 0; i-- { // the last one counts
		if s.settings[i].key == key {
			return s.settings[i].value, true
		}
	}
	return "", false
}

// conf writes a file of stanzas. A line of a value that is not its last ends
// with a backslash.
func conf(stanzas ...stanza) []byte {
	var b strings.Builder
	for i, s := range stanzas {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "[%s]\n", s.name)
		for _, x := range s.settings {
			fmt.Fprintf(&b, "%s = %s\n", x.key, strings.ReplaceAll(x.value, "\n", "\\\n"))
		}
	}
	return []byte(b.String())
}

// unwritable says why a .conf file can't keep a value as it is; empty if it
// can.
func unwritable(value string) string {
	if strings.TrimSpace(value) != value {
		return "it begins or ends with white space"
	}
	for line := range strings.SplitSeq(value, "\n") {
		switch {
		case strings.HasSuffix(line, `\`):
			return fmt.Sprintf("a line of it ends with a backslash: %s", line)
		case strings.ContainsAny(line, "\r\x00"):
			return fmt.Sprintf("a line of it has a control character: %q", line)
		}
	}
	return ""
}

// readConf reads a file of stanzas. Comments are left out, and settings before
// the first stanza are those of [default].
func readConf(data []byte) ([]stanza, error) {
	text := strings.TrimPrefix(strings.ReplaceAll(string(data), "\r\n", "\n"), "\ufeff")
	lines := strings.Split(text, "\n")
	var out []stanza
	for i := 0; i < len(lines); i++ {
		at, line := i+1, strings.TrimSpace(lines[i])
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
			continue
		case line[0] == '[':
			name, ok := strings.CutSuffix(line[1:], "]")
			if !ok {
				return nil, fmt.Errorf("line %d: stanza %.60q lacks its ]", at, line)
			}
			out = append(out, stanza{name: name})
			continue
		}
		key, value, ok := strings.Cut(lines[i], "=")
		if !ok {
			return nil, fmt.Errorf("line %d: %.60q is neither a [stanza] nor key = value", at, line)
		}
		var more []string
		for value = strings.TrimSpace(value); strings.HasSuffix(value, `\`) && i+1 < len(lines); i++ {
			more = append(more, strings.TrimSuffix(value, `\`))
			value = lines[i+1]
		}
		if len(out) == 0 {
			out = append(out, stanza{name: "default"})
		}
		out[len(out)-1].set(strings.TrimSpace(key), strings.TrimSpace(strings.Join(append(more, value), "\n")))
	}
	return out, nil
}
