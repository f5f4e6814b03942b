package splunk

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/spl"
)

// An app is what is installed on a search head.
type app struct {
	id, version string
	rules       []*rule
	logs        []*schema.Log
	tables      []table
	opts        *Options
}

// prefix is that of all names that an app brings beside its searches.
const prefix = "sigproof_"

var idForm = regexp.MustCompile(`[a-z0-9]+`)

// appID is the name of the folder of an app.
func appID(name string) string {
	words := idForm.FindAllString(strings.ToLower(name), -1)
	if len(words) > 0 && words[0] == "sigproof" {
		words = words[1:]
	}
	id := prefix + strings.Join(words, "_")
	return strings.TrimRight(id[:min(len(id), 80)], "_")
}

// files are those of the app, below its folder.
func (a *app) files() []pack.File {
	var out []pack.File
	add := func(path string, data []byte) {
		if len(data) > 0 {
			out = append(out, pack.File{Path: a.id + "/" + path, Data: data})
		}
	}
	add("default/app.conf", a.appConf())
	add("default/savedsearches.conf", a.savedSearches())
	add("default/macros.conf", macros(a.logs))
	add("default/eventtypes.conf", a.eventTypes())
	add("default/tags.conf", a.tags())
	add("default/props.conf", a.props())
	add("default/transforms.conf", a.transforms())
	for _, t := range a.tables {
		add("lookups/"+t.name+".csv", t.csv())
	}
	add("metadata/default.meta", a.meta())
	add("app.manifest", a.manifest())
	add("README.md", a.appReadme())
	return out
}

func (a *app) title() string { return cmp.Or(a.opts.Name, "sigproof") }

const about = "Detections that are written in Sigma, compiled and replayed before they are packed."

func (a *app) appConf() []byte {
	install, ui, launcher := stanza{name: "install"}, stanza{name: "ui"}, stanza{name: "launcher"}
	pkg, id := stanza{name: "package"}, stanza{name: "id"}
	install.set("is_configured", "0")
	ui.set("is_visible", "0")
	ui.set("label", a.title())
	launcher.set("author", "sigproof")
	launcher.set("description", about)
	launcher.set("version", a.version)
	pkg.set("id", a.id)
	pkg.set("check_for_updates", "0")
	id.set("name", a.id)
	id.set("version", a.version)
	return conf(install, ui, launcher, pkg, id)
}

func (a *app) savedSearches() []byte {
	var out []stanza
	for _, r := range a.rules {
		out = append(out, r.savedSearch(a.opts.NoES))
	}
	return conf(out...)
}

// macros are those that the searches of logs call.
func macros(logs []*schema.Log) []byte {
	var out []stanza
	for _, log := range logs {
		for _, m := range spl.Macros(log) {
			s := stanza{name: m.Name}
			s.set("definition", m.Definition)
			s.set("description", m.Doc)
			s.set("iseval", "0")
			out = append(out, s)
		}
	}
	return conf(out...)
}

// eventTypes find the events of each log as they are, without the fields that
// the macro of the same name makes. Those that are found by a tag have event
// types, for tags are given to these.
func (a *app) eventTypes() []byte {
	var out []stanza
	for _, log := range a.logs {
		if log.SPL.Tagged() {
			continue
		}
		s := stanza{name: log.SPL.Macro}
		s.set("search", strings.TrimSpace("sourcetype IN ("+strings.Join(quoted(log.SPL.Sourcetypes), ", ")+") "+log.SPL.Find))
		s.set("description", pack.OneLine(log.Title))
		out = append(out, s)
	}
	return conf(out...)
}

func quoted(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = `"` + s + `"`
	}
	return out
}

func (a *app) tags() []byte {
	var out []stanza
	for _, log := range a.logs {
		s := stanza{name: "eventtype=" + log.SPL.Macro}
		for _, tag := range viewOf(log).tags {
			s.set(tag, "enabled")
		}
		if len(s.settings) > 0 {
			out = append(out, s)
		}
	}
	return conf(out...)
}

// props are those of the sourcetypes that no add-on brings: a collector sends
// one JSON object a line, and the time of an event is when it was read.
func (a *app) props() []byte {
	var out []stanza
	for _, log := range a.logs {
		for _, sourcetype := range log.SPL.Sourcetypes {
			if !strings.HasPrefix(sourcetype, "sigproof:") {
				continue
			}
			s := stanza{name: sourcetype}
			s.set("description", pack.OneLine(log.Title))
			s.set("category", "Structured")
			s.set("KV_MODE", "json")
			s.set("SHOULD_LINEMERGE", "0")
			s.set("LINE_BREAKER", `([\r\n]+)`)
			s.set("DATETIME_CONFIG", "CURRENT")
			s.set("TRUNCATE", "0")
			out = append(out, s)
		}
	}
	return conf(out...)
}

// meta lets all apps see what this one brings: Enterprise Security runs in
// another.
func (a *app) meta() []byte {
	s := stanza{}
	s.set("access", "read : [ * ], write : [ admin, sc_admin ]")
	s.set("export", "system")
	return conf(s)
}
