package lint

import (
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// regexChecks look at regular expressions.
var regexChecks = []*Check{regexFlags, regexPlain, regexEnds, regexNested, regexCostly, regexDot, regexStar, regexEscape, regexUnbound}

// regexes gives a function the regular expressions of the document, one by
// one.
func (p *Pass) regexes(f func(at place, v sigma.Value, re string)) {
	for _, at := range p.Items() {
		if !at.Has("re") || at.Has("expand") {
			continue
		}
		for _, v := range at.Values {
			f(at, v, v.Written().Value)
		}
	}
}

// syntaxOf reads a regular expression with the flags of its item; nil if it
// can't be read, which others report.
func syntaxOf(item *sigma.Item, text string) *syntax.Regexp {
	flags := syntax.Perl
	if item.Has("i") {
		flags |= syntax.FoldCase
	}
	if item.Has("m") {
		flags &^= syntax.OneLine
	}
	if item.Has("s") {
		flags |= syntax.DotNL
	}
	re, err := syntax.Parse(text, flags)
	if err != nil {
		return nil
	}
	return re
}

var inlineFlags = lazyre.New(`^\(\?([ims]+)\)`)

var regexFlags = &Check{
	Code:     "regex/flags",
	Severity: sigma.Info,
	Title:    "flags stand in the regular expression",
	Why:      "Engines differ in which they take there. The modifiers i, m and s are what Sigma has for them.",
	Before:   selecting("CommandLine|re: '(?i)a+b'"),
	After:    selecting("CommandLine|re|i: 'a+b'"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if !at.Has("re") || len(at.Values) == 0 {
				continue
			}
			flags, edits := p.inlineFlags(at)
			if flags == "" {
				continue
			}
			f := p.report(at.KeyAt, "flags stand in the regular expression; they must be modifiers: |re|%s", strings.Join(strings.Split(flags, ""), "|"))
			added := ""
			for _, flag := range flags {
				if !at.Has(string(flag)) && !strings.ContainsRune(added, flag) {
					added += "|" + string(flag)
				}
			}
			if len(edits) == 0 {
				continue
			}
			if added != "" {
				key := p.addBehind(at, "re", added[1:])
				if len(key) == 0 {
					continue
				}
				edits = append(edits, key...)
			}
			f.safe("write |re"+added, edits...)
		}
	},
}

// inlineFlags gives the flags that all regular expressions of an item begin
// with, and the edits that take them away.
func (p *Pass) inlineFlags(at place) (flags string, edits []sigma.Edit) {
	for i, v := range at.Values {
		m := inlineFlags.Get().FindStringSubmatch(v.Written().Value)
		if m == nil || i > 0 && m[1] != flags {
			return "", nil
		}
		flags = m[1]
	}
	for _, v := range at.Values {
		edit := rewrite(p.File(), v.Written(), v.Written().Value[len(flags)+len("(?)"):])
		if len(edit) == 0 {
			return flags, nil
		}
		edits = append(edits, edit...)
	}
	return flags, edits
}

var regexPlain = &Check{
	Code:     "regex/plain",
	Severity: sigma.Hint,
	Title:    "regular expression is plain text",
	Why:      "Text is faster everywhere, needs no escapes, and every language has it.",
	Before:   selecting(`Image|re: '\\a\.exe$'`),
	After:    selecting(`Image|endswith|cased: '\a.exe'`),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if !at.Has("re") || at.Keywords || at.Has("expand") || len(at.Values) == 0 {
				continue
			}
			plain, ok := p.plainText(at)
			if !ok {
				continue
			}
			names := plain.modifiers(at.Item)
			f := p.report(at.KeyAt, "the regular expression is plain text; it can be written as %s", strings.Join(append([]string{at.Field.Value}, names...), "|"))
			if edits := p.regexToText(at, plain, names); len(edits) > 0 {
				f.safe("write it as text", edits...)
			}
		}
	},
}

// plainTexts are the texts that the regular expressions of an item stand for,
// all open at the same ends.
type plainTexts struct {
	front, back bool
	texts       []string
}

// modifiers are those that say the same without a regular expression.
func (x plainTexts) modifiers(item *sigma.Item) []string {
	var names []string
	if part := partOf(x.front, x.back); part != "" {
		names = append(names, part)
	}
	if !item.Has("i") {
		names = append(names, "cased")
	}
	return names
}

func (p *Pass) plainText(at place) (plainTexts, bool) {
	var x plainTexts
	for i, v := range at.Values {
		re := syntaxOf(at.Item, v.Written().Value)
		if re == nil {
			return x, false
		}
		front, back, text, ok := literalOf(re, at.Has("i"))
		if _, printable := quote(text); !ok || !printable || i > 0 && (front != x.front || back != x.back) {
			return x, false
		}
		x.front, x.back, x.texts = front, back, append(x.texts, text)
	}
	return x, true
}

// literalOf reads a regular expression that is a text, with or without its
// ends bound.
func literalOf(re *syntax.Regexp, fold bool) (front, back bool, text string, ok bool) {
	parts := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		parts = re.Sub
	}
	front, back = true, true
	if parts[0].Op == syntax.OpBeginText {
		front, parts = false, parts[1:]
	} else if isAnything(parts[0]) {
		parts = parts[1:]
	}
	if n := len(parts); n > 0 && parts[n-1].Op == syntax.OpEndText {
		back, parts = false, parts[:n-1]
	} else if n > 0 && isAnything(parts[n-1]) {
		parts = parts[:n-1]
	}
	if len(parts) != 1 || parts[0].Op != syntax.OpLiteral || parts[0].Flags&syntax.FoldCase != 0 != (fold && foldable(parts[0].Rune)) {
		return false, false, "", false
	}
	return front, back, string(parts[0].Rune), true
}

// foldable tells whether some rune of a text has another case.
func foldable(runes []rune) bool {
	return slices.ContainsFunc(runes, func(r rune) bool { return strings.ToUpper(string(r)) != strings.ToLower(string(r)) })
}

// isAnything tells whether a piece is .* in any form.
func isAnything(re *syntax.Regexp) bool {
	return re.Op == syntax.OpStar && (re.Sub[0].Op == syntax.OpAnyChar || re.Sub[0].Op == syntax.OpAnyCharNotNL)
}

// regexToText rewrites key and values.
func (p *Pass) regexToText(at place, x plainTexts, names []string) []sigma.Edit {
	edits := p.swapRegex(at, names)
	if len(edits) == 0 {
		return nil
	}
	for i, v := range at.Values {
		text := sigma.EscapeString(x.texts[i])
		if text == v.Written().Value {
			continue
		}
		edit := rewrite(p.File(), v.Written(), text)
		if len(edit) == 0 {
			return nil
		}
		edits = append(edits, edit...)
	}
	return edits
}

// swapRegex puts other modifiers in the place of re and its flags.
func (p *Pass) swapRegex(at place, names []string) []sigma.Edit {
	key := at.Field.Value
	var edits []sigma.Edit
	for _, m := range at.Modifiers {
		text := "|" + m.Name
		switch m.Name {
		case "re":
			text = ""
			for _, name := range names {
				text += "|" + name
			}
		case "i", "m", "s":
			text = ""
		}
		key += text
		where := sigma.Span{Start: m.At.Start - 1, End: m.At.End}
		if p.File().Text(where) != "|"+m.Name {
			return nil
		}
		if text != "|"+m.Name {
			edits = append(edits, replace(where, text)...)
		}
	}
	if p.keyTaken(at, key) {
		return nil
	}
	return edits
}

var regexEnds = &Check{
	Code:     "regex/ends",
	Severity: sigma.Hint,
	Title:    "regular expression begins or ends with .*",
	Why:      "It is looked for anywhere, unless ^ or $ bind it. The .* finds nothing more, and makes some engines try every place twice.",
	Before:   selecting("CommandLine|re: '.*a+b.*'"),
	After:    selecting("CommandLine|re: 'a+b'"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.regexes(func(at place, v sigma.Value, text string) {
			re := syntaxOf(at.Item, text)
			if re == nil || re.Op != syntax.OpConcat {
				return
			}
			better := text
			if isAnything(re.Sub[0]) {
				better = strings.TrimPrefix(strings.TrimPrefix(better, ".*"), "?")
			}
			if isAnything(re.Sub[len(re.Sub)-1]) {
				better = strings.TrimSuffix(strings.TrimSuffix(better, "?"), ".*")
			}
			if better != text && syntaxOf(at.Item, better) != nil {
				p.report(v.Span(), "the .* at an end finds nothing more: the expression is looked for anywhere").
					safe("remove it", rewrite(p.File(), v.Written(), better)...)
			}
		})
	},
}

var regexNested = &Check{
	Code:     "regex/nested",
	Severity: sigma.Warning,
	Title:    "repetition of a repetition",
	Why:      "An engine that tries one way after the other has endless ways to split the same text, and hangs on a text that does not match.",
	Before:   selecting(`CommandLine|re: '^(\w+\s?)+$'`),
	After:    selecting(`CommandLine|re: '^\w[\w\s]*$'`),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.regexes(func(at place, v sigma.Value, text string) {
			if re := syntaxOf(at.Item, text); re != nil && nested(re) {
				p.report(v.Span(), "the expression repeats a repetition, which can be split in endless ways; engines that backtrack hang on it")
			}
		})
	},
}

// nested tells whether some loop of a regular expression has a body that can
// take the same text in one turn and in several.
func nested(re *syntax.Regexp) bool {
	if loops(re) && splits(re.Sub[0]) {
		return true
	}
	return slices.ContainsFunc(re.Sub, nested)
}

func loops(re *syntax.Regexp) bool {
	return re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Max < 0
}

// splits tells whether a body is a loop once all that may be empty is left
// out.
func splits(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpCapture:
		return splits(re.Sub[0])
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, splits)
	case syntax.OpConcat:
		for i, x := range re.Sub {
			others := slices.Delete(slices.Clone(re.Sub), i, i+1)
			if splits(x) && !slices.ContainsFunc(others, func(y *syntax.Regexp) bool { return !nullable(y) }) {
				return true
			}
		}
		return false
	}
	return loops(re)
}

// nullable tells whether a piece can match nothing.
func nullable(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpStar, syntax.OpQuest, syntax.OpEmptyMatch:
		return true
	case syntax.OpRepeat:
		return re.Min == 0 || nullable(re.Sub[0])
	case syntax.OpPlus, syntax.OpCapture:
		return nullable(re.Sub[0])
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, nullable)
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(x *syntax.Regexp) bool { return !nullable(x) })
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	return false
}

// bareDot finds a dot before the ending of a file's name that no backslash
// makes a plain one.
var bareDot = lazyre.New(`[A-Za-z0-9_](\.)(?:exe|dll|sys|bat|cmd|ps1|vbs|hta|lnk|scr|msi|docx?|xlsx?|pdf|zip|rar|com|net|org)(?:[^A-Za-z0-9_?*+{]|$)`)

var regexDot = &Check{
	Code:     "regex/dot",
	Severity: sigma.Info,
	Title:    "dot of a name is any character",
	Why:      `In a regular expression a dot stands for any character. A plain one is written \.`,
	Before:   selecting(`Image|re: 'a{2}x.exe$'`),
	After:    selecting(`Image|re: 'a{2}x\.exe$'`),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.regexes(func(_ place, v sigma.Value, text string) {
			m := bareDot.Get().FindStringSubmatchIndex(text)
			if m == nil {
				return
			}
			dot := m[2]
			p.report(p.within(v.Written(), dot, dot+1), `the dot stands for any character; a plain one is \.`).
				unsafe(`write \.`, rewrite(p.File(), v.Written(), text[:dot]+`\`+text[dot:])...)
		})
	},
}

var regexStar = &Check{
	Code:     "regex/star",
	Severity: sigma.Info,
	Title:    "star behind a word repeats its last letter",
	Why:      "In a value without re a star stands for any text. In a regular expression it repeats what stands before it; any text is .*",
	Before:   selecting("CommandLine|re: 'whoami* +/all'"),
	After:    selecting("CommandLine|re: 'whoami.* +/all'"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.regexes(func(_ place, v sigma.Value, text string) {
			star := wordStar(text)
			if star < 0 {
				return
			}
			p.report(p.within(v.Written(), star-1, star+1), `%q is any number of %q; any text is .*`, text[star-1:star+1], text[star-1:star]).
				unsafe("write .*", rewrite(p.File(), v.Written(), text[:star]+"."+text[star:])...)
		})
	},
}

// wordStar finds a star behind two letters or more, outside of classes and
// escapes; -1 if there is none.
func wordStar(re string) int {
	letters, class := 0, false
	for i := 0; i < len(re); i++ {
		switch c := re[i]; {
		case c == '\\':
			i++
			letters = 0
		case class:
			class = c != ']'
		case c == '[':
			class, letters = true, 0
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			letters++
		case c == '*' && letters > 1:
			return i
		default:
			letters = 0
		}
	}
	return -1
}

var regexEscape = &Check{
	Code:     "regex/escape",
	Severity: sigma.Hint,
	Title:    "backslash before a character that has no other meaning",
	Why:      "It changes nothing here, is hard to read, and some dialects refuse escapes that they do not know.",
	Before:   selecting(`CommandLine|re: 'a+\"\/b'`),
	After:    selecting(`CommandLine|re: 'a+"/b'`),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.regexes(func(at place, v sigma.Value, text string) {
			better, signs := unescaped(text)
			if signs == "" {
				return
			}
			before, after := syntaxOf(at.Item, text), syntaxOf(at.Item, better)
			if before == nil || after == nil || !before.Equal(after) {
				return
			}
			p.report(v.Span(), "the backslash before %s has no meaning", strings.Join(strings.Split(signs, ""), " and ")).
				safe("remove the backslashes", rewrite(p.File(), v.Written(), better)...)
		})
	},
}

// unescaped takes backslashes away that mean nothing in any dialect, and names
// the characters behind them.
func unescaped(re string) (better, signs string) {
	var b strings.Builder
	for i := 0; i < len(re); i++ {
		if re[i] != '\\' || i+1 == len(re) {
			b.WriteByte(re[i])
			continue
		}
		i++
		if strings.IndexByte(`"'/_@%;`, re[i]) < 0 {
			b.WriteByte('\\')
		} else if !strings.Contains(signs, string(re[i])) {
			signs += string(re[i])
		}
		b.WriteByte(re[i])
	}
	return b.String(), signs
}

// mostLoops is how many .* a regular expression may have before the time to
// search a long text grows beyond use.
const mostLoops = 5

var regexCostly = &Check{
	Code:     "regex/costly",
	Severity: sigma.Hint,
	Title:    "regular expression has many .* in a row",
	Why:      "An engine that backtracks tries each way to share the text among them: with five, a text of a thousand characters has billions of them.",
	Before:   selecting(`CommandLine|re: 'a.*b.*c.*d.*e.*f+'`),
	After:    selecting(`CommandLine|re: 'a.*b.*c+'`),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.regexes(func(at place, v sigma.Value, text string) {
			re := syntaxOf(at.Item, text)
			if re == nil {
				return
			}
			if n := anythings(re); n >= mostLoops {
				p.report(v.Span(), "the expression has %d of .* in a row; engines that backtrack are slow on long texts", n)
			}
		})
	},
}

// anythings counts the .* and .+ that one match goes through.
func anythings(re *syntax.Regexp) int {
	if loops(re) && (re.Sub[0].Op == syntax.OpAnyChar || re.Sub[0].Op == syntax.OpAnyCharNotNL) {
		return 1
	}
	n := 0
	for _, x := range re.Sub {
		if re.Op == syntax.OpAlternate {
			n = max(n, anythings(x))
		} else {
			n += anythings(x)
		}
	}
	return n
}

// endsInProgram finds an expression that ends in the ending of a program's
// name, which it binds to nothing.
var endsInProgram = lazyre.New(`\\\.(?:exe|dll|sys|com|scr|bat|ps1)$`)

var regexUnbound = &Check{
	Code:     "regex/unbound",
	Severity: sigma.Hint,
	Title:    "end of a path is bound to nothing",
	Why:      "The expression is looked for anywhere: it also finds folders, and names that go on. $ binds it to the end.",
	Before:   selecting(`Image|re: '\\[a-z]{8}\.exe'`),
	After:    selecting(`Image|re: '\\[a-z]{8}\.exe$'`),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.regexes(func(at place, v sigma.Value, text string) {
			if paths.Get().MatchString(at.Field.Value) && endsInProgram.Get().MatchString(text) && syntaxOf(at.Item, text+"$") != nil {
				p.report(v.Span(), "the path may go on behind the expression; $ binds it to the end").
					unsafe("add $", rewrite(p.File(), v.Written(), text+"$")...)
			}
		})
	},
}
