package lint

import (
	"bytes"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// listChecks look at the head's lists.
var listChecks = []*Check{
	tagDuplicate, referenceDuplicate, falsePositiveDuplicate, fieldsDuplicate, scopeDuplicate, relatedDuplicate, relatedSelf, listText,
}

var (
	tagDuplicate           = repeated("tag", "tags", "attack.execution", func(h *sigma.Head) []sigma.Text { return h.Tags })
	referenceDuplicate     = repeated("reference", "references", "https://example.com/report", func(h *sigma.Head) []sigma.Text { return h.References })
	falsePositiveDuplicate = repeated("falsepositive", "falsepositives", "Backup software", func(h *sigma.Head) []sigma.Text { return h.FalsePositives })
	fieldsDuplicate        = repeated("fields", "fields", "CommandLine", func(h *sigma.Head) []sigma.Text { return h.Fields })
	scopeDuplicate         = repeated("scope", "scope", "servers", func(h *sigma.Head) []sigma.Text { return h.Scope })
)

// repeated makes a check for entries that stand twice in a list of the head.
func repeated(code, key, entry string, get func(*sigma.Head) []sigma.Text) *Check {
	return &Check{
		Code:     code + "/duplicate",
		Severity: sigma.Info,
		Title:    "entry stands twice in " + key,
		Why:      "The second says nothing; often another was meant.",
		Before:   key + ":\n  - " + entry + "\n  - " + entry,
		After:    key + ":\n  - " + entry,
		Fix:      SafeFix,
		Since:    "0.1",
		Run: func(p *Pass) {
			seen := map[string]sigma.Text{}
			for _, t := range get(p.Head()) {
				name := strings.TrimSpace(t.Value)
				if key == "tags" {
					name = strings.ToLower(name)
				}
				if first, ok := seen[name]; ok && name != "" {
					p.report(t.At, "%q stands twice in %q", t.Value, key).see(p.File(), first.At, "the first stands here").
						safe("remove the second", removeEntry(p.File(), t.At)...)
					continue
				}
				seen[name] = t
			}
		},
	}
}

// each runs a function on the texts of a list that are not empty.
func each(texts []sigma.Text, f func(t sigma.Text)) {
	for _, t := range texts {
		if t.Value != "" {
			f(t)
		}
	}
}

var relatedDuplicate = &Check{
	Code:     "related/duplicate",
	Severity: sigma.Info,
	Title:    "relation stands twice",
	Why:      "The second says nothing; often another was meant.",
	Before:   "related:\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e\n    type: similar\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e\n    type: similar",
	After:    "related:\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e\n    type: similar",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		seen := map[string]bool{}
		for _, r := range p.Head().Related {
			key := strings.ToLower(r.ID.Value) + " " + r.Type.Value
			if seen[key] && r.ID.Value != "" {
				p.report(r.ID.At, "the relation stands twice").safe("remove the second", removeEntry(p.File(), r.At)...)
			}
			seen[key] = true
		}
	},
}

var relatedSelf = &Check{
	Code:     "related/self",
	Severity: sigma.Warning,
	Title:    "document is related to itself",
	Why:      "The id of another document was meant.",
	Before:   "related:\n  - id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\n    type: similar",
	After:    "related:\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e\n    type: similar",
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, r := range p.Head().Related {
			if r.ID.Value != "" && strings.EqualFold(r.ID.Value, p.Head().ID.Value) {
				p.report(r.ID.At, "the document is related to itself; another id was meant")
			}
		}
	},
}

var listText = &Check{
	Code:     "list/text",
	Severity: sigma.Info,
	Title:    "text stands where the specification has a list",
	Why:      "Other tools refuse the document, or read the text letter by letter.",
	Before:   "references: https://example.com/report",
	After:    "references:\n  - https://example.com/report",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		h := p.Head()
		for _, list := range []struct {
			key   string
			texts []sigma.Text
		}{{"references", h.References}, {"tags", h.Tags}, {"falsepositives", h.FalsePositives}, {"fields", h.Fields}, {"scope", h.Scope}} {
			if len(list.texts) != 1 || list.texts[0].Value == "" || p.isEntry(list.texts[0]) {
				continue
			}
			t := list.texts[0]
			e := p.entry(list.key)
			if e == nil {
				continue
			}
			if _, scalar := e.Data.(*sigma.Scalar); !scalar {
				continue
			}
			f := p.report(firstLineOf(p.File(), t.At), "%q is a list; the text must be an entry of it", list.key)
			before := string(p.File().Src[lineStart(p.File().Src, t.At.Start):t.At.Start])
			if strings.TrimSpace(before) == list.key+":" && oneLine(p.File(), t) && !strings.Contains(t.Value, ",") {
				colon := t.At.Start - len(before) + strings.IndexByte(before, ':') + 1
				f.safe("make a list of it", replace(sigma.Span{Start: colon, End: t.At.Start}, "\n  - ")...)
			}
		}
	},
}

// isEntry tells whether a text stands behind a dash or in brackets, so far as
// that can be seen without reading the file once more.
func (p *Pass) isEntry(t sigma.Text) bool {
	before := bytes.TrimRight(p.File().Src[:t.At.Start], " \t\r\n")
	return bytes.HasSuffix(before, []byte("-")) || bytes.HasSuffix(before, []byte("["))
}
