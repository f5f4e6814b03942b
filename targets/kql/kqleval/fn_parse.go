package kqleval

import (
	"fmt"
	"math"
	"math/big"
	"net/url"
	"strings"
)

func parseFunctions() map[string]function {
	return map[string]function{
		"parse_url":          {params: "s", ret: TDynamic, apply: parseURL},
		"parse_urlquery":     {params: "s", ret: TDynamic, apply: func(_ *runtime, a []Value) Value { return bagOf("Query Parameters", queryBag(str(a[0]))) }},
		"parse_path":         {params: "s", ret: TDynamic, apply: parsePath},
		"parse_version":      {params: "s", ret: TDecimal, apply: parseVersion},
		"parse_command_line": {params: "Ss", ret: TDynamic, apply: parseCommandLine},
		"parse_xml":          {params: "s", ret: TDynamic, naming: nameArg, apply: parseXML},
		"format_bytes":       {params: "n?ik", ret: TString, naming: nameArg, apply: formatBytes},
	}
}

func bagOf(pairs ...any) *Bag {
	bag := &Bag{}
	for i := 0; i+1 < len(pairs); i += 2 {
		switch v := pairs[i+1].(type) {
		case string:
			bag.set(pairs[i].(string), String(v))
		case Value:
			bag.set(pairs[i].(string), v)
		}
	}
	return bag
}

// queryBag reads k=v&k=v.
func queryBag(query string) *Bag {
	bag := &Bag{}
	for _, pair := range strings.Split(strings.TrimPrefix(query, "?"), "&") {
		k, v, _ := strings.Cut(pair, "=")
		if k == "" {
			continue
		}
		if text, err := url.QueryUnescape(v); err == nil {
			v = text
		}
		bag.set(k, String(v))
	}
	return bag
}

// parseURL takes a URL apart by hand, for it reads any text.
func parseURL(_ *runtime, a []Value) Value {
	rest := str(a[0])
	if rest == "" {
		return nil
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	scheme := ""
	if s, after, ok := strings.Cut(rest, "://"); ok {
		scheme, rest = s, after
	} else if i := strings.Index(rest, ":"); i >= 0 && !strings.Contains(rest[:i], "/") {
		scheme, rest = rest[:i], rest[i+1:]
	}
	authority, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	user, password := "", ""
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		user, password, _ = strings.Cut(authority[:i], ":")
		authority = authority[i+1:]
	}
	host, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		host, port = authority[:i], authority[i+1:]
	}
	return bagOf("Scheme", scheme, "Host", host, "Port", port, "Path", path, "Username", user,
		"Password", password, "Query Parameters", queryBag(query), "Fragment", fragment)
}

// parsePath takes the path of a file apart, of Windows or Unix.
func parsePath(_ *runtime, a []Value) Value {
	rest := str(a[0])
	scheme, root, stream := "", "", ""
	if s, after, ok := strings.Cut(rest, "://"); ok {
		scheme, rest = s, after
	}
	if len(rest) >= 3 && isLetter(rest[0]) && rest[1] == ':' && (rest[2] == '\\' || rest[2] == '/') {
		root = rest[:3]
	}
	if i := strings.LastIndexByte(rest, ':'); i > len(root) && !strings.ContainsAny(rest[i:], `/\`) {
		rest, stream = rest[:i], rest[i+1:]
	}
	dir, file := "", rest
	if i := strings.LastIndexAny(rest, `/\`); i >= 0 {
		dir, file = rest[:i], rest[i+1:]
	}
	name := dir
	if i := strings.LastIndexAny(dir, `/\`); i >= 0 {
		name = dir[i+1:]
	}
	ext := ""
	if i := strings.LastIndexByte(file, '.'); i >= 0 {
		ext = file[i+1:]
	}
	return bagOf("Scheme", scheme, "RootPath", root, "DirectoryPath", dir, "DirectoryName", name,
		"Filename", file, "Extension", ext, "AlternateDataStreamName", stream)
}

// parseVersion makes a number that orders versions: up to four parts of up to
// eight digits, the first of which weighs most.
func parseVersion(_ *runtime, a []Value) Value {
	parts := strings.Split(strings.TrimSpace(str(a[0])), ".")
	if len(parts) > 4 {
		return nil
	}
	total, scale := new(big.Int), big.NewInt(100_000_000)
	for i := range 4 {
		n := 0
		if i < len(parts) {
			var ok bool
			if n, ok = smallInt(parts[i], 99_999_999); !ok {
				return nil
			}
		}
		total.Mul(total, scale)
		total.Add(total, big.NewInt(int64(n)))
	}
	return Decimal{new(big.Rat).SetInt(total)}
}

// parseCommandLine cuts a command line as Windows does: a backslash escapes a
// quote, and quotes hold spaces together.
func parseCommandLine(rt *runtime, a []Value) Value {
	if kind := str(a[1]); !strings.EqualFold(kind, "windows") {
		rt.fail(span{}, "parse_command_line() knows the parser windows, not %q", kind)
		return nil
	}
	text := str(a[0])
	if strings.TrimSpace(text) == "" {
		return nil
	}
	out := Array{}
	var word strings.Builder
	quoted, open := false, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			n := 1
			for i+n < len(text) && text[i+n] == '\\' {
				n++
			}
			open = true
			if i+n < len(text) && text[i+n] == '"' {
				word.WriteString(strings.Repeat(`\`, n/2))
				if n%2 == 1 {
					word.WriteByte('"')
					n++
				}
			} else {
				word.WriteString(strings.Repeat(`\`, n))
			}
			i += n - 1
		case c == '"':
			quoted, open = !quoted, true
		case (c == ' ' || c == '\t') && !quoted:
			if open {
				out = append(out, String(word.String()))
				word.Reset()
				open = false
			}
		default:
			word.WriteByte(c)
			open = true
		}
	}
	if open {
		out = append(out, String(word.String()))
	}
	return out
}

var byteUnits = []string{"Bytes", "KB", "MB", "GB", "TB", "PB", "EB"}

// formatBytes writes a size in the unit given, or in the largest that leaves
// at least 1.
func formatBytes(rt *runtime, a []Value) Value {
	size, ok := asFloat(a[0])
	digits := num(arg(a, 1, Long(0)))
	if !ok || digits < 0 || digits > 15 {
		return nil
	}
	unit := -1
	if want := str(arg(a, 2, String(""))); want != "" {
		for i, u := range byteUnits {
			if strings.EqualFold(u, want) {
				unit = i
			}
		}
		if unit < 0 {
			rt.fail(span{}, "format_bytes() knows no unit %q", want)
			return nil
		}
	}
	if unit < 0 {
		for unit = 0; math.Abs(size) >= 1024 && unit < len(byteUnits)-1; unit++ {
			size /= 1024
		}
	} else {
		size /= math.Pow(1024, float64(unit))
	}
	text := fmt.Sprintf("%.*f", int(digits), size)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return String(text + " " + byteUnits[unit])
}
