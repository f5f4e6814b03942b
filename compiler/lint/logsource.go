package lint

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// logsourceChecks look at logsources, and at fields that repeat them.
var logsourceChecks = []*Check{logsourceCase, logsourceNear, logsourceSysmon, logsourceGeneral, fieldCovered}

// parts are the parts of a logsource with their keys.
func parts(l *sigma.Logsource) []struct {
	key  string
	text sigma.Text
} {
	return []struct {
		key  string
		text sigma.Text
	}{{"product", l.Product}, {"service", l.Service}, {"category", l.Category}}
}

var logsourceCase = &Check{
	Code:     "logsource/case",
	Severity: sigma.Warning,
	Title:    "logsource is not in lower case",
	Why:      "Logsources are compared letter by letter: the rule meets no log, no filter and no pipeline.",
	Before:   "logsource:\n  category: process_creation\n  product: Windows",
	After:    "logsource:\n  category: process_creation\n  product: windows",
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		l := p.Logsource()
		if l == nil {
			return
		}
		for _, part := range parts(l) {
			better := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(part.text.Value)), " ", "_")
			if better != part.text.Value {
				p.report(part.text.At, "%s %q must be in lower case, without spaces: %q", part.key, part.text.Value, better).
					unsafe("write "+better, rewrite(p.File(), part.text, better)...)
			}
		}
	},
}

//go:embed data/logsources.txt
var logsourceText string

// logsources are those that public rules name, and those of the logs that are
// known.
var logsources = sync.OnceValue(func() []schema.Source {
	var out []schema.Source
	for line := range strings.Lines(logsourceText) {
		f := strings.Fields(strings.ReplaceAll(line, "-\n", "\n"))
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		f = append(f, "", "")
		for i := range f {
			f[i] = strings.TrimPrefix(f[i], "-")
		}
		out = append(out, schema.Source{Product: f[0], Service: f[1], Category: f[2]})
	}
	for _, log := range schema.Logs() {
		for _, s := range log.Sources {
			out = append(out, s.Source)
		}
	}
	return out
})

var logsourceNear = &Check{
	Code:     "logsource/misspelt",
	Severity: sigma.Warning,
	Title:    "logsource is nearly one that rules use",
	Why:      "Logsources are compared letter by letter: the rule meets no log, no filter and no pipeline.",
	Before:   "logsource:\n  category: proces_creation\n  product: windows",
	After:    "logsource:\n  category: process_creation\n  product: windows",
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		l := p.Logsource()
		if l == nil {
			return
		}
		for _, part := range parts(l) {
			known := partsLike(part.key, l)
			if part.text.Value == "" || slices.Contains(known, part.text.Value) || strings.ToLower(part.text.Value) != part.text.Value {
				continue
			}
			if near := sigma.Nearest(part.text.Value, known); len(near) > 0 {
				p.report(part.text.At, "no rule of the public collections has %s %q; did you mean %s?", part.key, part.text.Value, sigma.Choices(near)).
					unsafe("write "+near[0], rewrite(p.File(), part.text, near[0])...)
			}
		}
	},
}

// partsLike lists what may stand at a key: of a service or category, what goes
// with the product.
func partsLike(key string, l *sigma.Logsource) []string {
	if key == "product" {
		return logsourceParts()[[2]string{key}]
	}
	return logsourceParts()[[2]string{key, l.Product.Value}]
}

// logsourceParts are those of the logsources, by key and product.
var logsourceParts = sync.OnceValue(func() map[[2]string][]string {
	parts := map[[2]string][]string{}
	add := func(key, product, text string) {
		if of := [2]string{key, product}; text != "" && !slices.Contains(parts[of], text) {
			parts[of] = append(parts[of], text)
		}
	}
	for _, s := range logsources() {
		add("product", "", s.Product)
		add("service", s.Product, s.Service)
		add("category", s.Product, s.Category)
	}
	return parts
})

// eventIDs gives a function the items that ask for ids of events, if it is
// their numbers that they ask for.
func (p *Pass) eventIDs(f func(at place, ids []string)) {
	for _, at := range p.Items() {
		if at.Field.Value != "EventID" || len(at.Modifiers) > 0 {
			continue
		}
		var ids []string
		for _, v := range at.Values {
			ids = append(ids, v.Written().Value)
		}
		f(at, ids)
	}
}

var logsourceSysmon = &Check{
	Code:     "logsource/sysmon",
	Severity: sigma.Warning,
	Title:    "rule for Sysmon does not say which event",
	Why:      "Sysmon writes two dozen kinds of events with the same fields. A category says which, or EventID does.",
	Before:   "logsource:\n  product: windows\n  service: sysmon",
	After:    "logsource:\n  product: windows\n  category: process_creation",
	Since:    "0.1",
	Run: func(p *Pass) {
		l := p.Logsource()
		if l == nil || l.Service.Value != "sysmon" || l.Category.Value != "" || p.Detection() == nil {
			return
		}
		if _, rule := p.Doc.(*sigma.Rule); rule && !slices.ContainsFunc(p.Items(), func(at place) bool { return at.Field.Value == "EventID" || at.Keywords }) {
			p.report(l.Service.At, "the rule reads all that Sysmon writes; a category must say which events, or EventID")
		}
	},
}

// sysmonEvents are the categories that have one event of Sysmon each.
var sysmonEvents = map[string]string{
	"2": "file_change", "3": "network_connection", "5": "process_termination", "6": "driver_load", "7": "image_load",
	"8": "create_remote_thread", "9": "raw_access_thread", "10": "process_access", "11": "file_event", "13": "registry_set",
	"14": "registry_rename", "15": "create_stream_hash", "22": "dns_query", "24": "clipboard_capture", "25": "process_tampering",
	"27": "file_block_executable", "28": "file_block_shredding", "29": "file_executable_detected",
}

var logsourceGeneral = &Check{
	Code:     "logsource/specific",
	Severity: sigma.Info,
	Title:    "event of Sysmon is named by its number",
	Why:      "A category names the same events, and other products' of the kind as well.",
	Before:   "logsource:\n  product: windows\n  service: sysmon\n" + selecting("EventID: 22\nQueryName: a"),
	After:    "logsource:\n  product: windows\n  category: dns_query\n" + selecting("QueryName: a"),
	Since:    "0.1",
	Run: func(p *Pass) {
		l := p.Logsource()
		if l == nil || l.Product.Value != "windows" || l.Service.Value != "sysmon" {
			return
		}
		asked := map[string]sigma.Span{}
		p.eventIDs(func(at place, ids []string) {
			for _, id := range ids {
				asked[id] = at.At
			}
		})
		if len(asked) == len(p.Items()) {
			return // the rule is about such events themselves
		}
		for id, at := range asked {
			if category := sysmonEvents[id]; category != "" && len(asked) == 1 {
				p.report(at, "event %s of Sysmon is what category %s names", id, category)
			}
		}
	},
}

var fieldCovered = &Check{
	Code:     "field/covered",
	Severity: sigma.Info,
	Title:    "item asks for what the category says",
	Why:      "The category has one kind of events. Of other products, which number them otherwise, the rule finds none.",
	Before:   "logsource:\n  product: windows\n  category: dns_query\n" + selecting("EventID: 22\nQueryName: a"),
	After:    "logsource:\n  product: windows\n  category: dns_query\n" + selecting("QueryName: a"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		l := p.Logsource()
		if l == nil || l.Product.Value != "windows" || l.Category.Value == "" {
			return
		}
		p.eventIDs(func(at place, ids []string) {
			if len(ids) != 1 || sysmonEvents[ids[0]] != l.Category.Value || at.all == nil {
				return
			}
			f := p.report(at.KeyAt, "category %s says already that EventID is %s", l.Category.Value, ids[0])
			if lines, ok := keyLines(p.File(), at.At); ok && len(at.all.Items) > 1 {
				f.unsafe("remove it", removeLines(p.File(), lines, at.At.End)...)
			}
		})
	},
}
