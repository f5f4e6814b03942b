package splunk

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/targets/pack"
)

// manifest is the app.manifest of Splunk's packaging toolkit, schema 2.0.0.
func (a *app) manifest() []byte {
	type author struct {
		Name    string  `json:"name"`
		Email   *string `json:"email"`
		Company *string `json:"company"`
	}
	type text struct {
		Name *string `json:"name"`
		Text *string `json:"text"`
		URI  *string `json:"uri"`
	}
	type id struct {
		Group   *string `json:"group"`
		Name    string  `json:"name"`
		Version string  `json:"version"`
	}
	type classification struct {
		Audience   string   `json:"intendedAudience"`
		Categories []string `json:"categories"`
		Status     string   `json:"developmentStatus"`
	}
	type info struct {
		Title          string         `json:"title"`
		ID             id             `json:"id"`
		Author         []author       `json:"author"`
		ReleaseDate    *string        `json:"releaseDate"`
		Description    string         `json:"description"`
		Classification classification `json:"classification"`
		Models         *string        `json:"commonInformationModels"`
		License        text           `json:"license"`
		Privacy        text           `json:"privacyPolicy"`
		Notes          text           `json:"releaseNotes"`
	}
	return pack.JSON(struct {
		Schema       string         `json:"schemaVersion"`
		Info         info           `json:"info"`
		Dependencies *string        `json:"dependencies"`
		Tasks        *string        `json:"tasks"`
		Inputs       *string        `json:"inputGroups"`
		Incompatible *string        `json:"incompatibleApps"`
		Platform     map[string]any `json:"platformRequirements"`
		Deployments  []string       `json:"supportedDeployments"`
		Workloads    []string       `json:"targetWorkloads"`
	}{
		Schema: "2.0.0",
		Info: info{
			Title: a.title(), ID: id{Name: a.id, Version: a.version}, Author: []author{{Name: "sigproof"}}, Description: about,
			Classification: classification{"Security", []string{"Security, Fraud & Compliance"}, "Production/Stable"},
		},
		Platform:    map[string]any{"splunk": map[string]string{"Enterprise": ">=9.0"}},
		Deployments: []string{"_standalone", "_distributed", "_search_head_clustering"},
		Workloads:   []string{"_search_heads"},
	})
}

// packReadme says what is in the pack and how it comes to a search head.
func (a *app) packReadme() []byte {
	intro := fmt.Sprintf("- The folder `%[1]s` is the app: it goes to `$SPLUNK_HOME/etc/apps` of a search head, or, as the archive that `sigproof pack splunk -o %[1]s.spl` writes, through its web page. It wants Splunk 9.0 or later.\n", a.id)
	if !a.opts.NoES {
		intro += "- The folder `contentctl` is a repository for contentctl: `contentctl validate` checks it, `contentctl build` makes an app of it, `contentctl test` runs its tests, which are events of the suites. Each search there ends with two lines more: the fields of the information model that risk is known by, and the filter macro of its name.\n"
	}
	return a.readme(intro)
}

// appReadme says how the app alone is held against what was made.
func (a *app) appReadme() []byte {
	return a.readme("- The app wants Splunk 9.0 or later. `sigproof pack verify` holds the archive that it came in against its manifest, and `sigproof pack drift` says what a search head runs otherwise, also by what stands in `local`.\n")
}

// readme says what searches do, after an introduction.
func (a *app) readme(intro string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nSearches for Splunk. Each is, to the byte, the one that `manifest.json` has the hash of and the replay ran.\n\n", a.title())
	b.WriteString(intro)
	b.WriteString("- The macros in `default/macros.conf` find the events and name their fields. To narrow the index, copy a macro to `local/macros.conf` and change its first line alone.\n")
	b.WriteString("- Rules run each five minutes over the events that were indexed since the run before, so that one is told once, up to a day late. Correlations look back over their whole window; a row that an earlier run gave is suppressed.\n")
	if !a.opts.NoES {
		b.WriteString("- For Enterprise Security the searches are correlation searches: findings, and risk with the techniques of ATT&CK. A rule of low level adds risk alone. Without it Splunk lists the alerts as triggered.\n")
	}
	if len(a.tables) > 0 {
		b.WriteString("- `lookups` hold the values that the searches were compiled with, for people to look them up. To change them, pack again: a search that reads a table would be another than the one that was replayed.\n")
	}
	if slices.ContainsFunc(a.tables, func(t table) bool { return t.name == rolesName && t.rows[0][0] == "role_id" }) {
		fmt.Fprintf(&b, "- `| lookup %s role_id AS role.id OUTPUT role_name scope` tells privileged roles among the others in searches of your own.\n", rolesName)
	}
	for _, log := range a.logs {
		if viewOf(log).polled {
			fmt.Fprintf(&b, "- %s come from a collector of yours, one JSON object a line, as sourcetype `%s`. What stays as it is, is told once a day.\n",
				log.Title, strings.Join(log.SPL.Sourcetypes, "`, `"))
		}
	}
	b.WriteString("\n| rule | kind | level | every | over | suite |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, r := range a.rules {
		every, over := "", ""
		if r.kind == Alert {
			every, over = r.timing.cron, r.timing.earliest
		}
		_, level := r.severity()
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", strings.ReplaceAll(r.title, "|", `\|`), r.kind, level, every, over, r.suite)
	}
	return []byte(b.String())
}
