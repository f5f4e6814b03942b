package lint

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sigproof/sigproof/sigma"
)

// headChecks look at a document as a whole, and at keys that need no group of
// their own.
var headChecks = []*Check{ruleDuplicate, nameLong, taxonomyLong, filterLevel, filterStatus, keyCustom}

// isOld tells whether nobody is to use the document any more.
func isOld(d sigma.Document) bool {
	status := d.Info().Status.Value
	return status == "deprecated" || status == "unsupported"
}

var ruleDuplicate = &Check{
	Code:     "rule/duplicate",
	Severity: sigma.Warning,
	Title:    "two rules look for the same in the same log",
	Why:      "Each event raises two alerts; often one of the rules was copied and is still to be changed.",
	Before:   twoRules("level: low", "level: high"),
	After:    "title: Process Started\nlevel: low\n" + someLog,
	Since:    "0.1",
	Run: func(p *Pass) {
		r, ok := p.Doc.(*sigma.Rule)
		if !ok || r.Broken || isOld(r) {
			return
		}
		all := p.together()
		if first := all.senses[all.senseOf[r]]; first != p.Doc && !sameID(first, p.Doc) { // collection/duplicate-id reports those
			p.report(r.Title.At, "the rule looks for the same as %q", first.Info().Label()).
				see(first.Info().File, first.Info().Title.At, "it stands here")
		}
	},
}

// ruleSense is the same for rules that look for the same in the same log.
func ruleSense(r *sigma.Rule) sense {
	var searches sense
	for _, s := range r.Detection.Searches {
		searches = searches.and(senseOf(s.Body).in(s.Name.Value))
	}
	for _, x := range r.Detection.Conditions {
		searches = searches.in(sigma.PrintExpr(x.Expr))
	}
	if l := r.Logsource; l != nil {
		searches = searches.in(l.Product.Value).in(l.Service.Value).in(l.Category.Value)
	}
	return searches
}

// long makes a check for a text that the specification bounds.
func long(key string, limit int, get func(*sigma.Head) sigma.Text) *Check {
	return &Check{
		Code:     key + "/long",
		Severity: sigma.Warning,
		Title:    fmt.Sprintf("%s is longer than %d characters", key, limit),
		Why:      "The specification allows no more.",
		Before:   key + ": " + strings.Repeat("word_", limit/5) + "ending",
		After:    key + ": word",
		Since:    "0.1",
		Run: func(p *Pass) {
			t := get(p.Head())
			if n := utf8.RuneCountInString(t.Value); n > limit {
				p.report(sigma.Span{Start: t.At.Start, End: t.At.Start + 1}, "the %s has %d characters; the specification allows %d", key, n, limit)
			}
		},
	}
}

var (
	nameLong        = long("name", 256, func(h *sigma.Head) sigma.Text { return h.Name })
	taxonomyLong    = long("taxonomy", 256, func(h *sigma.Head) sigma.Text { return h.Taxonomy })
	descriptionLong = long("description", 65535, func(h *sigma.Head) sigma.Text { return h.Description })
)

// ofFilter makes a check for a key that a filter has no use for.
func ofFilter(key, value string, get func(*sigma.Head) sigma.Text) *Check {
	const filter = "logsource:\n  product: windows\nfilter:\n  rules: any\n  selection:\n    User: backup\n  condition: not selection"
	return &Check{
		Code:     "filter/" + key,
		Severity: sigma.Info,
		Title:    "filter has a " + key,
		Why:      "A filter raises no alert; the schema of the specification has no such key for it.",
		Before:   "title: Backup Software\n" + key + ": " + value + "\n" + filter,
		After:    "title: Backup Software\n" + filter,
		Fix:      SafeFix,
		Since:    "0.1",
		Run: func(p *Pass) {
			if _, ok := p.Doc.(*sigma.Filter); !ok {
				return
			}
			if t := get(p.Head()); t.Value != "" {
				p.report(t.At, "a filter raises no alert, and has no %s", key).safe("remove it", p.removeKey(key)...)
			}
		},
	}
}

var (
	filterLevel  = ofFilter("level", "low", func(h *sigma.Head) sigma.Text { return h.Level })
	filterStatus = ofFilter("status", "test", func(h *sigma.Head) sigma.Text { return h.Status })
)

var keyCustom = &Check{
	Code:     "key/custom",
	Severity: sigma.Hint,
	Title:    "document has an attribute of its own",
	Why:      "The specification allows custom attributes, and no tool but its author's knows what they mean. Who wants none of them turns this on.",
	Before:   "runbook: rb-17",
	After:    "references:\n  - https://example.com/runbooks/17",
	Optional: true,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, e := range p.Head().Custom {
			p.report(e.Key.At, "%q is no key of the specification", e.Key.Value)
		}
	},
}
