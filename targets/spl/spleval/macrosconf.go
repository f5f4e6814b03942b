package spleval

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseMacros reads macros.conf: stanzas [name] or [name(N)] with the keys args and
// definition. A line that ends in a backslash goes on in the next. Macros whose
// definition is an eval expression (iseval) are refused.
func ParseMacros(text string) ([]Macro, error) {
	var macros []Macro
	var arity int
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		at, line := i+1, strings.TrimSpace(lines[i])
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, `\`) + "\n" + strings.TrimSpace(lines[i])
		}
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
			continue
		case line[0] == '[':
			if err := checkArity(macros, arity); err != nil {
				return nil, err
			}
			m, n, err := stanza(line)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", at, err)
			}
			macros, arity = append(macros, m), n
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || len(macros) == 0 {
			return nil, fmt.Errorf("line %d: %q is neither a [stanza] nor key = value in one", at, line)
		}
		if err := macros[len(macros)-1].setKey(strings.TrimSpace(key), strings.TrimSpace(value)); err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
	}
	return macros, checkArity(macros, arity)
}

// stanza reads [name] or [name(N)].
func stanza(line string) (Macro, int, error) {
	name, ok := strings.CutSuffix(line[1:], "]")
	if !ok {
		return Macro{}, 0, fmt.Errorf("stanza %q lacks its ]", line)
	}
	base, args, hasArgs := strings.Cut(name, "(")
	if !hasArgs {
		return Macro{Name: name}, 0, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(args, ")"))
	if err != nil || n < 0 {
		return Macro{}, 0, fmt.Errorf("stanza %q has no number of arguments: [name(2)] is meant", line)
	}
	return Macro{Name: base}, n, nil
}

func (m *Macro) setKey(key, value string) error {
	switch key {
	case "definition":
		m.Definition = value
	case "args":
		for _, a := range strings.Split(value, ",") {
			if a = strings.TrimSpace(a); a != "" {
				m.Args = append(m.Args, a)
			}
		}
	case "iseval":
		if isYes(value) {
			return fmt.Errorf("macro %q is an eval expression, which is not read here", m.Name)
		}
	}
	return nil
}

func checkArity(macros []Macro, arity int) error {
	if len(macros) == 0 {
		return nil
	}
	if m := macros[len(macros)-1]; len(m.Args) != arity {
		return fmt.Errorf("macro %q takes %d arguments by its name, and args names %d", m.Name, arity, len(m.Args))
	}
	return nil
}
