package lint

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// modifierChecks look at modifiers that do nothing, or too much.
var modifierChecks = []*Check{expandIdle, expandMissing, windashIdle, base64Whole, base64Offset, base64Case, fieldrefSelf}

// keyWith is the key of an item with other modifiers in the place of one.
func keyWith(item *sigma.Item, name string, others ...string) string {
	var names []string
	for _, m := range item.Modifiers {
		if m.Name == name {
			names = append(names, others...)
		} else {
			names = append(names, m.Name)
		}
	}
	return strings.Join(append([]string{item.Field.Value}, names...), "|")
}

// idle makes a check for a modifier that finds nothing to work on in any value
// of its item.
func idle(name, signs, what, before, after string) *Check {
	return &Check{
		Code:     "modifier/" + name + "-idle",
		Severity: sigma.Info,
		Title:    "modifier " + name + " has nothing to work on",
		Why:      "Without " + what + " in a value the modifier does nothing, and some tools refuse it.",
		Before:   selecting(before),
		After:    selecting(after),
		Fix:      SafeFix,
		Since:    "0.1",
		Run: func(p *Pass) {
			for _, at := range p.Items() {
				if !at.Has(name) || slices.ContainsFunc(at.Values, func(v sigma.Value) bool { return strings.ContainsAny(v.Written().Value, signs) }) {
					continue
				}
				f := p.report(modifierAt(at.Item, name), "modifier %q has nothing to work on: no value has %s", name, what)
				if !p.keyTaken(at, keyWith(at.Item, name)) {
					f.safe("remove |"+name, p.dropModifier(at, name)...)
				}
			}
		},
	}
}

var (
	expandIdle  = idle("expand", "%", "a %placeholder%", "User|expand: 'admin'", "User: 'admin'")
	windashIdle = idle("windash", "-/–—―", "a dash or slash", "CommandLine|contains|windash: 'quiet'", "CommandLine|contains: 'quiet'")
)

// placeholder is a value that is nothing else, and variable what Windows calls
// so itself.
var (
	placeholder = lazyre.New(`^%[A-Za-z_][A-Za-z0-9_-]*%$`)
	variable    = lazyre.New(`(?i)^%(?:allusersprofile|appdata|commonprogramfiles|computername|comspec|home\w*|localappdata|logonserver|os|path|pathext|processor\w*|program\w*|psmodulepath|public|sessionname|system\w*|temp|tmp|user\w*|windir)%$`)
)

var expandMissing = &Check{
	Code:     "modifier/expand-missing",
	Severity: sigma.Warning,
	Title:    "placeholder without the modifier expand",
	Why:      "Since Sigma 2 the modifier says that a %name% stands for values. Without it the item asks for the percent signs too, which no event has.",
	Before:   selecting("User: '%admins%'"),
	After:    selecting("User|expand: '%admins%'"),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.eachString(func(at place, s *sigma.String) {
			if !at.Keywords && !at.Has("contains") && placeholder.Get().MatchString(s.Text.Value) && !variable.Get().MatchString(s.Text.Value) {
				p.report(s.Text.At, "%s is compared as it is written; the modifier expand takes it for a placeholder", p.shown(s))
			}
		})
	},
}

// modifierAt is where a modifier stands.
func modifierAt(item *sigma.Item, name string) sigma.Span {
	for _, m := range item.Modifiers {
		if m.Name == name {
			return m.At
		}
	}
	return item.KeyAt
}

// addBehind adds a modifier behind another one, unless the key is taken.
func (p *Pass) addBehind(at place, behind, name string) []sigma.Edit {
	m := modifierAt(at.Item, behind)
	if m == at.KeyAt || p.File().Text(m) != behind || p.keyTaken(at, keyWith(at.Item, behind, behind, name)) {
		return nil
	}
	return insert(m.End, "|"+name)
}

var base64Whole = &Check{
	Code:     "modifier/base64-whole",
	Severity: sigma.Warning,
	Title:    "encoded text is compared with the whole field",
	Why:      "Base64 mostly stands within a longer text. Without contains it must be all of it.",
	Before:   selecting("CommandLine|base64offset: 'http://'"),
	After:    selecting("CommandLine|base64offset|contains: 'http://'"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			for _, name := range []string{"base64", "base64offset"} {
				if at.Has(name) && !at.Keywords && !at.Has("contains") && !at.Has("startswith") && !at.Has("endswith") {
					p.report(modifierAt(at.Item, name), "the encoded text must be all of %q; |%s|contains finds it within", at.Field.Value, name).
						unsafe("add |contains", p.addBehind(at, name, "contains")...)
				}
			}
		}
	},
}

var base64Offset = &Check{
	Code:     "modifier/base64-offset",
	Severity: sigma.Info,
	Title:    "encoded text is looked for at one offset of three",
	Why:      "How a text looks in Base64 depends on how many bytes stand before it. The modifier base64offset finds all three forms.",
	Before:   selecting("CommandLine|base64|contains: 'http://'"),
	After:    selecting("CommandLine|base64offset|contains: 'http://'"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if !at.Has("base64") || !at.Has("contains") && !at.Has("endswith") {
				continue
			}
			m := modifierAt(at.Item, "base64")
			f := p.report(m, `"base64" finds the text at one offset of three; "base64offset" finds it at all`)
			if p.File().Text(m) == "base64" && !p.keyTaken(at, keyWith(at.Item, "base64", "base64offset")) {
				f.unsafe("write base64offset", replace(m, "base64offset")...)
			}
		}
	},
}

var base64Case = &Check{
	Code:     "modifier/base64-cased",
	Severity: sigma.Hint,
	Title:    "encoded text is compared in any case",
	Why:      "Sigma compares Base64 like other text, so that other texts which differ in case once encoded are found too. The modifier cased finds the one meant.",
	Before:   selecting("CommandLine|base64offset|contains: 'http://'"),
	After:    selecting("CommandLine|base64offset|contains|cased: 'http://'"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Optional: true,
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if !at.Has("base64") && !at.Has("base64offset") || at.Has("cased") || len(at.Modifiers) == 0 {
				continue
			}
			last := at.Modifiers[len(at.Modifiers)-1].Name
			p.report(at.KeyAt, "encoded text is compared in any case; |cased finds only what was encoded").
				unsafe("add |cased", p.addBehind(at, last, "cased")...)
		}
	},
}

var fieldrefSelf = &Check{
	Code:     "modifier/fieldref-self",
	Severity: sigma.Warning,
	Title:    "field is compared with itself",
	Why:      "It always is what it is. Another field was meant.",
	Before:   selecting("User|fieldref: User"),
	After:    selecting("User|fieldref: TargetUser"),
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			for _, v := range at.Values {
				if at.Has("fieldref") && v.Written().Value == at.Field.Value {
					p.report(v.Span(), "%q is compared with itself; another field was meant", at.Field.Value)
				}
			}
		}
	},
}
