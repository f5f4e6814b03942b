package lint

import (
	"strings"

	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/sigmago"
)

// sigmaGoChecks say what the library sigma-go reads otherwise. They are for
// those who use it, and are off unless they are asked for.
var sigmaGoChecks = []*Check{sigmaGo}

var sigmaGo = &Check{
	Code:     "sigma-go/otherwise",
	Severity: sigma.Info,
	Title:    "sigma-go reads this otherwise",
	Why:      "The library sigma-go 0.6.6 has no wildcards, keywords, nulls, correlations or filters, and few modifiers. A rule that it evaluates finds other events there.",
	Before:   selecting("Image: '*\\a.exe'"),
	After:    selecting("Image|endswith: '\\a.exe'"),
	Since:    "0.1",
	Optional: true,
	Run: func(p *Pass) {
		r, ok := p.Doc.(*sigma.Rule)
		if !ok {
			p.report(p.Head().Title.At, "sigma-go has no correlations and no filters")
			return
		}
		if p.Detection() == nil {
			return
		}
		_, losses := sigmago.ToRule(r)
		for _, loss := range losses {
			p.report(loss.At, "%s", loss.What)
		}
		for _, at := range p.Items() {
			p.sigmaGoItem(at)
		}
	},
}

// sigmaGoModifiers are those that sigma-go has.
const sigmaGoModifiers = " contains startswith endswith re cidr gt gte lt lte base64 all "

func (p *Pass) sigmaGoItem(at place) {
	if at.Keywords {
		p.report(at.At, "sigma-go evaluates no keywords")
		return
	}
	for i, m := range at.Modifiers {
		switch {
		case !strings.Contains(sigmaGoModifiers, " "+m.Name+" "):
			p.report(m.At, "sigma-go has no modifier %q, and fails on the rule", m.Name)
		case m.Name == "all" && i < len(at.Modifiers)-1:
			p.report(m.At, `sigma-go knows "all" only as the last modifier`)
		}
	}
	for _, v := range at.Values {
		switch v := v.(type) {
		case *sigma.Null:
			p.report(at.KeyAt, "sigma-go compares null with the text of the field, which is <nil> where it is absent")
		case *sigma.String:
			if hasWildcards(at.Item) && strings.ContainsAny(v.Text.Value, "*?") {
				p.report(v.Span(), "sigma-go has no wildcards: it reads %s letter by letter", p.shown(v))
			} else if hasWildcards(at.Item) && strings.Contains(v.Text.Value, `\\`) {
				p.report(v.Span(), "sigma-go takes no backslash away: it reads both of %s", p.shown(v))
			}
		}
	}
}
