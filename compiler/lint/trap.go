package lint

import (
	"slices"
	"strings"
	"unicode"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// trapChecks look for values that are not what they seem.
var trapChecks = []*Check{
	valueQuotedNumber, valueControl, valueInvisible, valueSpaces, valueFileName, valueWholePath, valueShare, valueHash, valueLocalised,
}

// numbers are fields that hold a number in every log.
var numbers = lazyre.New(`^(?:EventID|EventId|EventCode|event_id|winlog\.event_id|LogonType|KeyLength|(?:Source|Destination|Dst|Src|Remote|Local)Port|(?:dst|src)_port|sc-status|status_code)$`)

var valueQuotedNumber = &Check{
	Code:     "value/quoted-number",
	Severity: sigma.Hint,
	Title:    "number stands in quotes",
	Why:      "Converters write it as text, and a query that compares a number with text finds nothing, or fails.",
	Before:   selecting("EventID: '4624'"),
	After:    selecting("EventID: 4624"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if len(at.Modifiers) > 0 && !(len(at.Modifiers) == 1 && at.Has("neq")) || at.Keywords {
				continue
			}
			plain := map[string]bool{} // numbers that stand without quotes
			for _, v := range at.Values {
				if n, ok := v.(*sigma.Number); ok {
					plain[n.Text.Value] = true
				}
			}
			for _, v := range at.Values {
				s, ok := v.(*sigma.String)
				if !ok || !isDigits(s.Text.Value) || len(plain) == 0 && !p.holdsNumbers(at) || style(p.File(), s.Text) == 0 {
					continue
				}
				if plain[s.Text.Value] {
					continue // value/number-twice reports it
				}
				f := p.report(v.Span(), "%s is a number in quotes", p.shown(v))
				if oneLine(p.File(), s.Text) {
					f.safe("remove the quotes", replace(s.Text.At, s.Text.Value)...)
				}
			}
		}
	},
}

// holdsNumbers tells whether the log says that a field holds numbers, or its
// name does.
func (p *Pass) holdsNumbers(at place) bool {
	if log := p.Log(); log != nil && !log.Open {
		if ref := log.Resolve(at.Field.Value); ref != nil && ref.Field.Type != schema.Any {
			return ref.Field.Type == schema.Number
		}
	}
	return numbers.Get().MatchString(at.Field.Value)
}

var valueControl = &Check{
	Code:     "value/control-character",
	Severity: sigma.Warning,
	Title:    "value has a control character",
	Why:      `Mostly a backslash in double quotes made it: "\b" is a backspace, "\t" a tab. In single quotes a backslash is one.`,
	Before:   selecting(`Image|endswith: "\a.exe"`),
	After:    selecting(`Image|endswith: '\a.exe'`),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			for _, v := range at.Values {
				s, ok := v.(*sigma.String)
				written := p.File().Text(v.Written().At)
				if !ok || !strings.ContainsFunc(s.Text.Value, isControl) && !escapedPath.Get().MatchString(written) {
					continue
				}
				f := p.report(v.Span(), "%s holds a control character; in single quotes a backslash is one", p.shown(v))
				if !oneLine(p.File(), s.Text) || written[0] != '"' || strings.Contains(written, `\\`) {
					continue
				}
				if quoted, ok := quote(strings.ReplaceAll(written[1:len(written)-1], `\"`, `"`)); ok {
					f.unsafe("write it in single quotes", replace(s.Text.At, quoted)...)
				}
			}
		}
	},
}

// escapedPath finds a name in a path that double quotes make a tab or a line
// break and the rest of the name: "\temp", "C:\new".
var escapedPath = lazyre.New(`^"(?:[^"\\]*[:%])?\\[tnr][A-Za-z0-9_]`)

// isControl tells a control character from the line breaks and tabs of texts
// that have several lines.
func isControl(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }

// invisible are characters that no one sees, or takes for a plain space.
var invisible = map[rune]string{
	'\u00a0': "a space that does not break", '\u200b': "a space without width", '\ufeff': "a byte order mark", '\u00ad': "a soft hyphen", '\u2060': "a word joiner",
}

var valueInvisible = &Check{
	Code:     "value/invisible",
	Severity: sigma.Warning,
	Title:    "value has a character that can't be seen",
	Why:      "It came along when the text was copied from a page or a document, and no event has it.",
	Before:   selecting("CommandLine|contains: 'a\u00a0b'"),
	After:    selecting("CommandLine|contains: 'a b'"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			for _, v := range at.Values {
				t := v.Written()
				i := strings.IndexFunc(t.Value, func(r rune) bool { return invisible[r] != "" })
				if i < 0 || !strings.ContainsFunc(t.Value, visible) {
					continue // a value of nothing else is looked for
				}
				better := strings.Map(func(r rune) rune {
					switch {
					case r == '\u00a0':
						return ' '
					case invisible[r] != "":
						return -1
					}
					return r
				}, t.Value)
				r := []rune(t.Value[i:])[0]
				p.report(p.within(t, i, i+len(string(r))), "the value has U+%04X, %s, which can't be seen", r, invisible[r]).
					unsafe("write it without", rewrite(p.File(), t, better)...)
			}
		}
	},
}

func visible(r rune) bool { return invisible[r] == "" && !unicode.IsSpace(r) }

var valueSpaces = &Check{
	Code:     "value/spaces",
	Severity: sigma.Info,
	Title:    "value that is compared as a whole has spaces at an end",
	Why:      "A field that ends in a space is rare. Mostly the spaces came along when the text was copied, or contains was meant.",
	Before:   selecting("User: 'admin '"),
	After:    selecting("User: 'admin'"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if at.Keywords || len(at.Modifiers) > 0 {
				continue
			}
			for _, v := range at.Values {
				s, ok := v.(*sigma.String)
				if !ok || strings.ContainsAny(s.Text.Value, "*?") {
					continue
				}
				better := strings.TrimSpace(s.Text.Value)
				if better == s.Text.Value || better == "" {
					continue
				}
				if longTexts.Get().MatchString(at.Field.Value) { // a part was meant: all values have the one cause
					p.report(s.Text.At, "%s has spaces at an end, and is compared with the whole of %q; |contains looks for a part", p.shown(s), at.Field.Value).
						unsafe("add |contains", p.withModifiers(at, "contains")...)
					break
				}
				p.report(s.Text.At, "%s has spaces at an end, and is compared with the whole field", p.shown(s)).
					unsafe("remove them", rewrite(p.File(), s.Text, better)...)
			}
		}
	},
}

// longTexts are fields whose values are seldom known as a whole.
var longTexts = lazyre.New(`(?:CommandLine|ScriptBlockText|Payload)$`)

// paths are fields that hold the whole path of a program or file.
var paths = lazyre.New(`^(?:Image|ParentImage|GrandParentImage|SourceImage|TargetImage|ImageLoaded|ProcessName|ParentProcessName|NewProcessName|TargetFilename|process\.executable)$`)

var bareProgram = lazyre.New(`^[A-Za-z0-9][A-Za-z0-9_-]*\.(?i:exe|dll|sys|com|scr)$`)

var valueFileName = &Check{
	Code:     "value/file-name",
	Severity: sigma.Hint,
	Title:    "name of a file without a backslash before it",
	Why:      `A path that ends in "cmd.exe" may end in "xcmd.exe". The backslash is where the name begins.`,
	Before:   selecting("Image|endswith: 'cmd.exe'"),
	After:    selecting(`Image|endswith: '\cmd.exe'`),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		if !p.onWindows() {
			return
		}
		for _, at := range p.Items() {
			if !at.Has("endswith") || !paths.Get().MatchString(at.Field.Value) || !hasWildcards(at.Item) || p.meansNoBackslash(at) {
				continue
			}
			for _, v := range at.Values {
				if s, ok := v.(*sigma.String); ok && bareProgram.Get().MatchString(s.Text.Value) {
					p.report(s.Text.At, `%s is also the end of other names; a backslash before it is where the name begins`, p.shown(s)).
						unsafe("add a backslash", rewrite(p.File(), s.Text, `\`+s.Text.Value)...)
				}
			}
		}
	},
}

// meansNoBackslash tells whether a comment behind a value speaks of the
// backslash that is not there.
func (p *Pass) meansNoBackslash(at place) bool {
	return slices.ContainsFunc(at.Values, func(v sigma.Value) bool {
		end := v.Span().End
		_, comment, _ := strings.Cut(string(p.File().Src[end:lineEnd(p.File().Src, end)]), "#")
		return strings.Contains(comment, `\`)
	})
}

func (p *Pass) onWindows() bool {
	l := p.Logsource()
	return l != nil && l.Product.Value == "windows"
}

var partOfPath = lazyre.New(`^\\?[A-Za-z0-9_. -]+\.(?i:exe|dll|sys|com|scr)$`)

var valueWholePath = &Check{
	Code:     "value/whole-path",
	Severity: sigma.Warning,
	Title:    "part of a path is compared with a whole one",
	Why:      "The field holds the path from its root. Without endswith the item never holds.",
	Before:   selecting(`Image: '\cmd.exe'`),
	After:    selecting(`Image|endswith: '\cmd.exe'`),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		if !p.onWindows() {
			return
		}
		for _, at := range p.Items() {
			if len(at.Modifiers) > 0 || !paths.Get().MatchString(at.Field.Value) {
				continue
			}
			if odd, _, _ := oddOne(at.Item); odd != nil && len(at.Values) >= fewestAlike {
				continue // wildcard/mix reports it
			}
			part := func(v sigma.Value) bool { return partOfPath.Get().MatchString(v.Written().Value) }
			i := slices.IndexFunc(at.Values, part)
			if i < 0 {
				continue
			}
			f := p.report(at.Values[i].Span(), "%s is a part of a path, and %q holds whole ones", p.shown(at.Values[i]), at.Field.Value)
			if !slices.ContainsFunc(at.Values, func(v sigma.Value) bool { return !part(v) }) {
				f.unsafe("add |endswith", p.withModifiers(at, "endswith")...)
			}
		}
	},
}

var share = lazyre.New(`^\\\\[A-Za-z0-9%.-]`)

var valueShare = &Check{
	Code:     "value/share",
	Severity: sigma.Info,
	Title:    "share begins with one backslash",
	Why:      `Two backslashes side by side are one. A path such as \\server\share must be written \\\\server\share.`,
	Before:   selecting(`Image|startswith: '\\server\share\'`),
	After:    selecting(`Image|startswith: '\\\\server\share\'`),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.eachString(func(at place, s *sigma.String) {
			if !at.Keywords && !at.Has("contains") && !at.Has("endswith") && share.Get().MatchString(s.Text.Value) {
				p.report(s.Text.At, `%s begins with one backslash, since two side by side are one; a share has two`, p.shown(s)).
					unsafe(`write \\\\`, rewrite(p.File(), s.Text, `\\`+s.Text.Value)...)
			}
		})
	},
}

// hashes are how many digits the hashes of Sysmon have.
var hashes = map[string]int{"MD5": 32, "SHA1": 40, "SHA256": 64, "IMPHASH": 32}

var hashForm = lazyre.New(`^(?i)(MD5|SHA1|SHA256|IMPHASH)=([^*?,]*)$`)

var valueHash = &Check{
	Code:     "value/hash",
	Severity: sigma.Warning,
	Title:    "hash has not the length of its kind",
	Why:      "No file has it. Mostly a digit was lost, or the kind is another.",
	Before:   selecting("Hashes|contains: 'MD5=0123456789abcdef0123456789abcde'"),
	After:    selecting("Hashes|contains: 'MD5=0123456789abcdef0123456789abcdef'"),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.eachString(func(at place, s *sigma.String) {
			kind, digits := at.Field.Value, s.Text.Value
			if strings.EqualFold(kind, "hashes") {
				if m := hashForm.Get().FindStringSubmatch(digits); m != nil {
					kind, digits = m[1], m[2]
				}
			}
			want := hashes[strings.ToUpper(kind)]
			if want == 0 || digits == "" || strings.ContainsAny(digits, "*?") || at.Has("startswith") || at.Has("contains") && kind == at.Field.Value {
				return
			}
			switch {
			case strings.Trim(digits, "0123456789abcdefABCDEF") != "":
				p.report(s.Text.At, "%s is no hash: it has other characters than hexadecimal digits", p.shown(s))
			case len(digits) != want:
				p.report(s.Text.At, "the hash has %d digits; %s has %d", len(digits), strings.ToUpper(kind), want)
			}
		})
	},
}

// localised are names of accounts that Windows writes in its own language.
var localised = lazyre.New(`(?i)^(?:NT AUTHORITY|BUILTIN)\\|^(?:NT )?AUTHORITY$`)

var valueLocalised = &Check{
	Code:     "value/localised",
	Severity: sigma.Info,
	Title:    "name of an account is written in another way on a Windows in another language",
	Why:      "NT AUTHORITY is AUTORITE NT in French and NT-AUTORITÄT in German. The parts AUTHORI and AUTORI fit them all.",
	Before:   selecting(`User|contains: 'NT AUTHORITY\SYSTEM'`),
	After:    selecting(`User|contains: 'AUTHORI'`),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.eachString(func(at place, s *sigma.String) {
			if strings.HasSuffix(at.Field.Value, "User") && localised.Get().MatchString(s.Text.Value) {
				p.report(s.Text.At, "%s has another name on a Windows in another language; AUTHORI and AUTORI are parts of all", p.shown(s))
			}
		})
	},
}
