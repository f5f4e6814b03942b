package lint

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// wildcardChecks look at stars and question marks.
var wildcardChecks = []*Check{
	wildcardModifier, wildcardRedundant, wildcardDouble, wildcardLone, wildcardMix, wildcardEscaped, wildcardQuestion, valueEmptyPart,
}

// outer tells which ends of a value are open by a star, and what stands
// between; ok is false if wildcards stand there too, or nothing does.
func outer(s *sigma.String) (front, back bool, core string, ok bool) {
	runs := s.Runs()
	text := s.Text.Value
	start, end := 0, len(text)
	if len(runs) > 0 && runs[0].Kind == sigma.AnyRun {
		front, start, runs = true, runs[0].End, runs[1:]
	}
	if n := len(runs); n > 0 && runs[n-1].Kind == sigma.AnyRun {
		back, end, runs = true, runs[n-1].Start, runs[:n-1]
	}
	if len(runs) != 1 || runs[0].Kind != sigma.Literal {
		return front, back, "", false
	}
	return front, back, text[start:end], true
}

// partOf names the modifier that says what a star at each end does.
func partOf(front, back bool) string {
	switch {
	case front && back:
		return "contains"
	case back:
		return "startswith"
	case front:
		return "endswith"
	}
	return ""
}

var wildcardModifier = &Check{
	Code:     "wildcard/modifier",
	Severity: sigma.Hint,
	Title:    "stars at the ends say what a modifier says better",
	Why:      "The modifier shows at the field what is compared, and a star that is forgotten in one value of a list can't change its meaning.",
	Before:   selecting("CommandLine:\n  - '*abc*'\n  - '*def*'"),
	After:    selecting("CommandLine|contains:\n  - 'abc'\n  - 'def'"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if part, edits := p.starsToModifier(at); part != "" {
				p.report(at.KeyAt, "stars at the ends of the values of %q do what |%s says", at.Field.Value, part).
					safe("write |"+part, edits...)
			}
		}
	},
}

// starsToModifier names the modifier for stars that all values of an item have
// alike.
func (p *Pass) starsToModifier(at place) (part string, edits []sigma.Edit) {
	if at.Keywords || !comparesText(at.Item) || at.Has("contains") || at.Has("startswith") || at.Has("endswith") {
		return "", nil
	}
	complete := true
	for _, v := range at.Values {
		s, ok := v.(*sigma.String)
		if !ok {
			return "", nil
		}
		front, back, core, ok := outer(s)
		this := partOf(front, back)
		if !ok || this == "" || part != "" && this != part {
			return "", nil
		}
		part = this
		edit := rewrite(p.File(), s.Text, core)
		complete = complete && len(edit) > 0
		edits = append(edits, edit...)
	}
	key := p.withModifiers(at, part)
	if !complete || len(key) == 0 {
		return part, nil
	}
	return part, append(key, edits...)
}

// withModifiers puts modifiers before those that an item has. There are no
// edits if the map would then have two such keys.
func (p *Pass) withModifiers(at place, names ...string) []sigma.Edit {
	added := "|" + strings.Join(names, "|")
	if p.File().Text(at.Field.At) != at.Field.Value || p.keyTaken(at, at.Field.Value+added+strings.TrimPrefix(sigma.ItemKey(at.Item), at.Field.Value)) {
		return nil
	}
	return insert(at.Field.At.End, added)
}

// keyTaken tells whether another item of the map has a key.
func (p *Pass) keyTaken(at place, key string) bool {
	return at.all != nil && slices.ContainsFunc(p.sameField(at), func(x *sigma.Item) bool { return x != at.Item && sigma.ItemKey(x) == key })
}

var wildcardRedundant = &Check{
	Code:     "wildcard/redundant",
	Severity: sigma.Hint,
	Title:    "star stands where the text is open anyway",
	Why:      "A part, and a keyword, may stand anywhere. The star changes nothing, and slows some engines down.",
	Before:   selecting("CommandLine|contains: '*abc*'"),
	After:    selecting("CommandLine|contains: 'abc'"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if !comparesText(at.Item) {
				continue
			}
			front := open(at.Item, "contains") || at.Has("endswith")
			back := open(at.Item, "contains") || at.Has("startswith")
			for _, v := range at.Values {
				s, ok := v.(*sigma.String)
				if !ok || !strings.Contains(s.Text.Value, "*") {
					continue
				}
				if core := stripStars(s, front, back); core != s.Text.Value && core != "" {
					p.report(v.Span(), "the stars at the ends of %s change nothing here", p.shown(v)).
						safe("remove them", rewrite(p.File(), s.Text, core)...)
				}
			}
		}
	},
}

// stripStars takes the stars from the ends of a value that are open anyway.
func stripStars(s *sigma.String, front, back bool) string {
	runs, text := s.Runs(), s.Text.Value
	start, end := 0, len(text)
	for ; front && len(runs) > 0 && runs[0].Kind == sigma.AnyRun; runs = runs[1:] {
		start = runs[0].End
	}
	for ; back && len(runs) > 0 && runs[len(runs)-1].Kind == sigma.AnyRun; runs = runs[:len(runs)-1] {
		end = runs[len(runs)-1].Start
	}
	return text[min(start, end):end]
}

var wildcardDouble = &Check{
	Code:     "wildcard/double",
	Severity: sigma.Info,
	Title:    "two stars stand side by side",
	Why:      "One says the same: a star stands for any run of characters, over backslashes and slashes too.",
	Before:   selecting("CommandLine: 'a**b'"),
	After:    selecting("CommandLine: 'a*b'"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.eachString(func(_ place, s *sigma.String) {
			if !strings.Contains(s.Text.Value, "**") {
				return
			}
			if single := singleStars(s); single != s.Text.Value {
				p.report(s.Span(), "two stars stand side by side in %s; one says the same", p.shown(s)).
					safe("write one", rewrite(p.File(), s.Text, single)...)
			}
		})
	},
}

// eachString gives a function the texts of items whose wildcards are such.
func (p *Pass) eachString(f func(at place, s *sigma.String)) {
	for _, at := range p.Items() {
		if !hasWildcards(at.Item) {
			continue
		}
		for _, v := range at.Values {
			if s, ok := v.(*sigma.String); ok {
				f(at, s)
			}
		}
	}
}

// hasWildcards tells whether * and ? are wildcards in the values.
func hasWildcards(item *sigma.Item) bool {
	return !slices.ContainsFunc(item.Modifiers, func(m sigma.Modifier) bool {
		switch m.Name {
		case "re", "cidr", "base64", "base64offset", "fieldref", "exists", "expand":
			return true
		}
		return false
	})
}

func singleStars(s *sigma.String) string {
	var b strings.Builder
	last := sigma.Literal
	for _, run := range s.Runs() {
		if run.Kind != sigma.AnyRun || last != sigma.AnyRun {
			b.WriteString(s.Text.Value[run.Start:run.End])
		}
		last = run.Kind
	}
	return b.String()
}

var wildcardLone = &Check{
	Code:     "wildcard/lone",
	Severity: sigma.Hint,
	Title:    "star alone asks whether the field is there",
	Why:      "The modifier exists says so in words. It also takes null and nothing for there, which a star does not.",
	Before:   selecting("CommandLine: '*'"),
	After:    selecting("CommandLine|exists: true"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if at.Keywords || len(at.Modifiers) > 0 || len(at.Values) != 1 || at.List {
				continue
			}
			s, ok := at.Values[0].(*sigma.String)
			if !ok || strings.Trim(s.Text.Value, "*") != "" || s.Text.Value == "" {
				continue
			}
			f := p.report(s.Text.At, "a star alone asks that %q is there and not null; |exists asks that it is there", at.Field.Value)
			if key := p.withModifiers(at, "exists"); len(key) > 0 && oneLine(p.File(), s.Text) {
				f.unsafe("write |exists: true", append(key, replace(s.Text.At, "true")...)...)
			}
		}
	},
}

var valueEmptyPart = &Check{
	Code:     "value/empty-part",
	Severity: sigma.Warning,
	Title:    "part of a text is empty",
	Why:      "Every text has the empty one in it, so that the item only asks whether the field is there.",
	Before:   selecting("CommandLine|contains: ''"),
	After:    selecting("CommandLine: '*'"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if at.Keywords || !at.Has("contains") && !at.Has("startswith") && !at.Has("endswith") || !comparesText(at.Item) {
				continue
			}
			for _, v := range at.Values {
				s, ok := v.(*sigma.String)
				if !ok || s.Text.Value != "" {
					continue
				}
				f := p.report(s.Text.At, "every text has the empty one in it; the item only asks that %q is there", at.Field.Value)
				if len(at.Modifiers) == 1 && len(at.Values) == 1 && oneLine(p.File(), s.Text) && !p.keyTaken(at, at.Field.Value) {
					f.safe("write a star", append(p.dropModifier(at, at.Modifiers[0].Name), replace(s.Text.At, "'*'")...)...)
				}
			}
		}
	},
}

var wildcardMix = &Check{
	Code:     "wildcard/mix",
	Severity: sigma.Info,
	Title:    "all values of a list but one have a star at an end",
	Why:      "The one without is compared with the whole field. Mostly the star was forgotten.",
	Before:   selecting("Image:\n  - '*\\a.exe'\n  - '*\\b.exe'\n  - '\\c.exe'"),
	After:    selecting("Image:\n  - '*\\a.exe'\n  - '*\\b.exe'\n  - '*\\c.exe'"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if at.Keywords || len(at.Values) < fewestAlike || !comparesText(at.Item) || at.Has("contains") || at.Has("startswith") || at.Has("endswith") {
				continue
			}
			if odd, front, back := oddOne(at.Item); odd != nil {
				better := odd.Text.Value
				if front {
					better = "*" + better
				}
				if back {
					better += "*"
				}
				p.report(odd.Text.At, "%s is compared with the whole field, while all others of the list have a star at an end", p.shown(odd)).
					unsafe("write "+better, rewrite(p.File(), odd.Text, better)...)
			}
		}
	},
}

// fewestAlike is how many values show a habit that one of them breaks.
const fewestAlike = 3

// oddOne finds the only value of a list without the stars that all others
// have, if it is like them where the star would stand: `\c.exe` is, beside
// `*\a.exe`, and `C:\c.exe` is not.
func oddOne(item *sigma.Item) (odd *sigma.String, front, back bool) {
	part := ""
	var cores []string
	for _, v := range item.Values {
		s, ok := v.(*sigma.String)
		if !ok {
			return nil, false, false
		}
		f, b, core, ok := outer(s)
		cores = append(cores, core)
		switch this := partOf(f, b); {
		case !ok, this != "" && part != "" && this != part, this == "" && odd != nil:
			return nil, false, false
		case this == "":
			odd = s
		default:
			part, front, back = this, f, b
		}
	}
	for _, core := range cores {
		if front && core[0] != cores[0][0] || back && core[len(core)-1] != cores[0][len(cores[0])-1] {
			return nil, false, false
		}
	}
	return odd, front, back
}

// literalStar finds an escaped star that stands for a whole name in a path,
// behind another name.
var literalStar = lazyre.New(`\\[A-Za-z0-9_ .()%-]+\\\*(?:\\|$)`)

var wildcardEscaped = &Check{
	Code:     "wildcard/escaped",
	Severity: sigma.Warning,
	Title:    "backslash before a star takes the star's meaning",
	Why:      `In \* the star is a plain one, which no path has. A backslash and then any name is written \\*.`,
	Before:   selecting(`Image: 'C:\Users\*\a.exe'`),
	After:    selecting(`Image: 'C:\Users\\*\a.exe'`),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.eachString(func(_ place, s *sigma.String) {
			if !strings.Contains(s.Text.Value, `\*`) {
				return
			}
			if m := literalStar.Get().FindStringIndex(s.Text.Value); m != nil {
				star := m[0] + strings.LastIndexByte(s.Text.Value[m[0]:m[1]], '*')
				better := s.Text.Value[:star] + `\` + s.Text.Value[star:]
				p.report(p.within(s.Text, star-1, star+1), `\* is a plain star, which no path has; a backslash and then any name is \\*`).
					unsafe(`write \\*`, rewrite(p.File(), s.Text, better)...)
			}
		})
	},
}

// question finds a question mark that begins the query of a URL.
var question = lazyre.New(`[A-Za-z0-9_/]\?[A-Za-z0-9_-]+=`)

var wildcardQuestion = &Check{
	Code:     "wildcard/question",
	Severity: sigma.Hint,
	Title:    "question mark of a URL is a wildcard",
	Why:      `It stands for any one character. A plain question mark is written \?.`,
	Before:   selecting(`c-uri|contains: '/a.php?id='`),
	After:    selecting(`c-uri|contains: '/a.php\?id='`),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.eachString(func(_ place, s *sigma.String) {
			if !strings.Contains(s.Text.Value, "?") {
				return
			}
			if m := question.Get().FindStringIndex(s.Text.Value); m != nil {
				i := m[0] + 1
				p.report(p.within(s.Text, i, i+1), `"?" stands for any one character here; a plain question mark is \?`).
					unsafe(`write \?`, rewrite(p.File(), s.Text, s.Text.Value[:i]+`\`+s.Text.Value[i:])...)
			}
		})
	},
}
