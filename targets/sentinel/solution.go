package sentinel

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/targets/internal/arm"
	"github.com/sigproof/sigproof/targets/pack"
)

// everything is the template that deploys all rules of the pack.
const everything = "ARM/all.json"

// notesName is the file that tells of releases.
const notesName = "ReleaseNotes.md"

// solutionFiles are those of the whole: the template of all rules, and what
// the repository's tool makes a package of the content hub of.
func solutionFiles(rules []*rule, version string, changes []pack.Change, opts *Options) []pack.File {
	var resources []any
	paths := map[string][]string{}
	for _, r := range rules {
		resources = append(resources, r.resource())
		paths[r.folder()] = append(paths[r.folder()], r.yamlPath())
	}
	for _, w := range opts.Watchlists {
		resources = append(resources, watchlistResource(w))
		paths["Watchlists"] = append(paths["Watchlists"], w.path())
	}
	for _, list := range paths {
		slices.Sort(list)
	}
	templates := arm.Templates(everything, parameters, resources)
	return append(templates, []pack.File{
		{Path: "Data/Solution_" + pack.FileName(opts.Name) + ".json", Data: solutionData(paths, version, opts)},
		{Path: "SolutionMetadata.json", Data: solutionMetadata(rules, opts)},
		{Path: notesName, Data: releaseNotes(rules, version, changes, opts.Since)},
		{Path: "README.md", Data: readme(rules, len(templates), opts)},
	}...)
}

// solutionData is what the tool reads first.
func solutionData(paths map[string][]string, version string, opts *Options) []byte {
	return pack.JSON(struct {
		Name          string
		Author        string
		Description   string
		AnalyticRules []string `json:"Analytic Rules"`
		Hunting       []string `json:"Hunting Queries"`
		Watchlists    []string
		BasePath      string
		Version       string
		Metadata      string
		TemplateSpec  bool
		Is1PConnector bool
	}{
		opts.Name, "sigproof", "Detections that are written in Sigma, compiled and replayed before they are packed.",
		nonNil(paths["Analytic Rules"]), nonNil(paths["Hunting Queries"]), nonNil(paths["Watchlists"]),
		".", solutionVersion(version), "SolutionMetadata.json", true, false,
	})
}

// solutionMetadata is what the content hub shows.
func solutionMetadata(rules []*rule, opts *Options) []byte {
	first, last := dates(rules)
	type categories struct {
		Domains   []string `json:"domains"`
		Verticals []string `json:"verticals"`
	}
	type support struct {
		Name string `json:"name"`
		Tier string `json:"tier"`
		Link string `json:"link"`
	}
	return pack.JSON(struct {
		Publisher  string     `json:"publisherId"`
		Offer      string     `json:"offerId"`
		First      string     `json:"firstPublishDate"`
		Last       string     `json:"lastPublishDate"`
		Providers  []string   `json:"providers"`
		Categories categories `json:"categories"`
		Support    support    `json:"support"`
	}{
		"sigproof", "sigproof-" + strings.ToLower(pack.FileName(opts.Name)), first, last, []string{"sigproof"},
		categories{[]string{"Identity", "Security - Threat Protection"}, []string{}},
		support{"sigproof", "Community", "https://github.com/sigproof/sigproof/issues"},
	})
}

// readme says what is in the pack and how it comes into a workspace.
func readme(rules []*rule, parts int, opts *Options) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nRules for Microsoft Sentinel. Each query is, to the byte, the one that `manifest.json` has the hash of and the replay ran.\n\n",
		cmp.Or(opts.Name, "Pack"))
	b.WriteString("- `ARM/all.json` deploys all: `az deployment group create -g GROUP -f ARM/all.json -p workspace=NAME`. Each rule is also there by itself.\n")
	if parts > 1 {
		fmt.Fprintf(&b, "- One template holds 800 rules and 4 MB: `%s` to `%s` hold the others.\n", pack.Part(everything, 2), pack.Part(everything, parts))
	}
	b.WriteString("- `ARM/Tables` makes the tables that no connector fills, each with a rule for what a collector sends. They come first.\n")
	b.WriteString("- `Analytic Rules`, `Hunting Queries`, `SolutionMetadata.json` and `Data` are a solution for the Azure-Sentinel repository.\n")
	if len(opts.Watchlists) > 0 {
		b.WriteString("- `Watchlists` hold the values that the queries were compiled with. To change them, pack again: a query that reads a list would be another than the one that was replayed.\n")
	}
	b.WriteString("\n| rule | kind | severity | every | over | suite |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, r := range rules {
		every, over := "", ""
		if r.kind == Scheduled {
			every, over = short(r.schedule.Frequency), short(r.schedule.Period)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", strings.ReplaceAll(r.title, "|", `\|`), r.kind, r.severity, every, over, r.suite)
	}
	return []byte(b.String())
}
