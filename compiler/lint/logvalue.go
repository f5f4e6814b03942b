package lint

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// logValueChecks hold values against the log that the rule reads.
var logValueChecks = []*Check{valueActivity, valueCategory, valueType, valueName}

// eachField gives a function the items whose field the log declares.
func (p *Pass) eachField(f func(at place, ref *schema.Ref)) {
	log := p.Log()
	if log == nil || log.Open {
		return
	}
	for _, at := range p.Items() {
		if at.Keywords {
			continue
		}
		if ref := log.Resolve(at.Field.Value); ref != nil {
			f(at, ref)
		}
	}
}

//go:embed data/activities.txt
var activityText string

// activities are the names that the Entra audit log has for what was done.
var activities = sync.OnceValue(func() []string {
	var names []string
	for line := range strings.Lines(activityText) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !strings.HasPrefix(line, "==") {
			names = append(names, line)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
})

var valueActivity = &Check{
	Code:     "value/activity",
	Severity: sigma.Warning,
	Title:    "activity that the Entra audit log does not name so",
	Why:      "The log spells each activity in one way, and the portal and the guides in others. An item that asks for another spelling never holds. The catalogue is Microsoft's, and may lack some.",
	Before:   entraAudit("activityDisplayName: 'Add member to role completed - PIM activation'"),
	After:    entraAudit("activityDisplayName: 'Add member to role completed (PIM activation)'"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		if log := p.Log(); log == nil || log.Name != "entra_audit" {
			return
		}
		p.eachField(func(at place, ref *schema.Ref) {
			if ref.Name != "activityDisplayName" || !comparesText(at.Item) {
				return
			}
			for _, v := range at.Values {
				s, ok := v.(*sigma.String)
				if g, text := globOf(at.Item, v); ok && text && !hasActivity(g) {
					p.unknownActivity(s)
				}
			}
		})
	},
}

// categories are the services and categories of the catalogue's activities, by
// the field that holds them.
var categories = sync.OnceValue(func() map[string][]string {
	known := map[string][]string{}
	for line := range strings.Lines(activityText) {
		heading, ok := strings.CutPrefix(strings.TrimSpace(line), "== ")
		if !ok {
			continue
		}
		service, category, _ := strings.Cut(heading, " / ")
		known["loggedByService"] = append(known["loggedByService"], service)
		known["category"] = append(known["category"], category)
	}
	return known
})

var valueCategory = &Check{
	Code:     "value/category",
	Severity: sigma.Info,
	Title:    "service or category that the Entra audit log does not name so",
	Why:      "An item that asks for another spelling, or for the category of another log, never holds. The catalogue is Microsoft's, and may lack some.",
	Before:   entraAudit("category: 'Role Management'"),
	After:    entraAudit("category: 'RoleManagement'"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		if log := p.Log(); log == nil || log.Name != "entra_audit" {
			return
		}
		p.eachField(func(at place, ref *schema.Ref) {
			known := categories()[ref.Name]
			if known == nil || len(at.Modifiers) > 0 {
				return
			}
			for _, v := range at.Values {
				text := v.Written().Value
				if strings.ContainsAny(text, "*?") || slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, text) }) {
					continue
				}
				f := p.report(v.Span(), "no activity of the catalogue has the %s %s", ref.Name, p.shown(v))
				for _, k := range known {
					if letters(k) == letters(text) {
						f.unsafe("write "+k, rewrite(p.File(), v.Written(), k)...)
						break
					}
				}
			}
		})
	},
}

// entraAudit is an example of a rule that reads the Entra audit log.
func entraAudit(items string) string {
	return "logsource:\n  product: azure\n  service: auditlogs\n" + selecting(items)
}

func hasActivity(wanted glob) bool {
	return slices.ContainsFunc(activityGlobs(), func(g glob) bool { return g.within(wanted) })
}

var activityGlobs = sync.OnceValue(func() []glob {
	var out []glob
	for _, name := range activities() {
		g, _ := globOf(&sigma.Item{Field: sigma.Text{Value: "f"}}, &sigma.String{Text: sigma.Text{Value: sigma.EscapeString(name)}})
		out = append(out, g)
	}
	return out
})

func (p *Pass) unknownActivity(s *sigma.String) {
	f := p.report(s.Text.At, "no activity of the Entra audit log is called %s", p.shown(s))
	if p.found.Full(p.file) { // what is counted only needs none
		return
	}
	near := nearActivities(s.Text.Value)
	if len(near) == 0 {
		return
	}
	f.label("did you mean %s?", sigma.Choices(near))
	if len(near) == 1 {
		f.unsafe("write "+near[0], rewrite(p.File(), s.Text, sigma.EscapeString(near[0]))...)
	}
}

// nearActivities are the activities that differ from a name in signs and
// spaces alone, else those that come near.
func nearActivities(name string) []string {
	if same := activitiesByLetters()[letters(name)]; len(same) > 0 {
		return same
	}
	return sigma.Nearest(name, activities())
}

// activitiesByLetters are made once: a name may be as long as its file, and
// there may be many.
var activitiesByLetters = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for _, a := range activities() {
		out[letters(a)] = append(out[letters(a)], a)
	}
	return out
})

var notLetters = lazyre.New(`[^a-z0-9]+`)

func letters(s string) string { return notLetters.Get().ReplaceAllString(strings.ToLower(s), "") }

var valueType = &Check{
	Code:     "value/field-type",
	Severity: sigma.Warning,
	Title:    "value is of another type than the field",
	Why:      "The log has a number, or true and false, in the field: no text but theirs is ever equal to it.",
	Before:   entraAudit("durationMs: 'long'"),
	After:    entraAudit("durationMs: 1000"),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.eachField(func(at place, ref *schema.Ref) {
			if len(at.Modifiers) > 0 && !at.Has("neq") && !at.Has("all") {
				return
			}
			for _, v := range at.Values {
				s, ok := v.(*sigma.String)
				if !ok || strings.ContainsAny(s.Text.Value, "*?") {
					continue
				}
				if want := typeMissed(ref.Field.Type, s.Text.Value); want != "" {
					p.report(v.Span(), "%s is text, and %q holds %s", p.shown(v), ref.Name, want)
				}
			}
		})
	},
}

// numeral is what a log may write where a field holds a number, also in base
// sixteen.
var numeral = lazyre.New(`^(?:0[xX][0-9a-fA-F]+|[-+.0-9eE]+)$`)

// typeMissed says what a field of a type holds, if a text is nothing of that.
func typeMissed(t schema.Type, text string) string {
	switch {
	case t == schema.Number && !numeral.Get().MatchString(text):
		return "numbers"
	case t == schema.Bool && !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false"):
		return "true or false"
	}
	return ""
}

var guid = lazyre.New(`^(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// What the last part of a field's name says that it holds.
var (
	holdsName = lazyre.New(`(?:^|\.)(?:[a-zA-Z]*[dD]isplayName|name|[a-z][A-Za-z]*Name)$`)
	holdsID   = lazyre.New(`(?:^|\.)(?:id|appId|[a-zA-Z]*(?:user|object|principal|tenant|resource|device|client|application|definition|template|correlation)Id)$`)
)

var valueName = &Check{
	Code:     "value/name-or-id",
	Severity: sigma.Warning,
	Title:    "id stands where the log has a name, or a name where it has an id",
	Why:      "The item never holds. The log has both, each in a field of its own.",
	Before:   entraAudit("initiatedBy.user.id: 'Global Administrator'"),
	After:    entraAudit("initiatedBy.user.displayName: 'Global Administrator'"),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.eachField(func(at place, ref *schema.Ref) {
			if ref.Field.Type != schema.String || !comparesText(at.Item) {
				return
			}
			for _, v := range at.Values {
				switch text := v.Written().Value; {
				case holdsName.Get().MatchString(ref.Name) && guid.Get().MatchString(text):
					p.report(v.Span(), "%s is an id, and %q holds a name", p.shown(v), ref.Name)
				case holdsID.Get().MatchString(ref.Name) && strings.Contains(strings.TrimSpace(text), " ") && !strings.ContainsAny(text, "/*?"):
					p.report(v.Span(), "%s is a name, and %q holds an id", p.shown(v), ref.Name)
				}
			}
		})
	},
}
