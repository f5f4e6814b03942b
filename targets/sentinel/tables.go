package sentinel

import (
	"cmp"
	"encoding/csv"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/internal/arm"
	"github.com/sigproof/sigproof/targets/pack"
)

// A resource is any other resource of ARM.
type armResource struct {
	Type       string   `json:"type"`
	APIVersion string   `json:"apiVersion"`
	Name       string   `json:"name"`
	Location   string   `json:"location,omitempty"`
	Kind       string   `json:"kind,omitempty"`
	DependsOn  []string `json:"dependsOn,omitempty"`
	Properties any      `json:"properties"`
}

type tableColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// isCustom tells whether a table is made by whoever deploys the pack.
func isCustom(log *schema.Log) bool { return strings.HasSuffix(log.KQL.Name, "_CL") }

// tableFiles define the custom tables of logs: for the checks of the
// repository, and for ARM with a rule that takes in what a collector sends.
func tableFiles(logs []*schema.Log) []pack.File {
	var files []pack.File
	for _, log := range logs {
		name := log.KQL.Name
		files = append(files,
			pack.File{Path: "Custom Tables/" + name + ".json", Data: pack.JSON(tableSchema(log))},
			pack.File{Path: "ARM/Tables/" + name + ".json", Data: deployTable(log)})
	}
	return files
}

// tableSchema is the form in which the repository's check of queries reads
// tables that it does not know.
func tableSchema(log *schema.Log) any {
	type property struct {
		Name string `json:"Name"`
		Type string `json:"Type"`
	}
	var properties []property
	for _, c := range log.KQL.Columns {
		properties = append(properties, property{c.Name, clrTypes[c.Type]})
	}
	return struct {
		Name       string     `json:"Name"`
		Properties []property `json:"Properties"`
	}{log.KQL.Name, properties}
}

// clrTypes are what the repository calls the types of KQL, armTypes and streamTypes
// what ARM does where it differs, in tables and in rules of collection.
var (
	clrTypes = map[string]string{
		"string": "String", "datetime": "DateTime", "dynamic": "Dynamic", "bool": "Boolean", "int": "Int32", "long": "Int64",
		"real": "Double", "guid": "Guid",
	}
	armTypes    = map[string]string{"bool": "boolean", "datetime": "dateTime"}
	streamTypes = map[string]string{"bool": "boolean"}
)

func deployTable(log *schema.Log) []byte {
	name := log.KQL.Name
	var columns, incoming []tableColumn
	for _, c := range log.KQL.Columns {
		columns = append(columns, tableColumn{c.Name, cmp.Or(armTypes[c.Type], c.Type)})
		incoming = append(incoming, tableColumn{c.Name, cmp.Or(streamTypes[c.Type], c.Type)})
	}
	table := armResource{
		Type: workspaces + "/tables", APIVersion: "2022-10-01", Name: "[concat(parameters('workspace'),'/" + name + "')]",
		Properties: map[string]any{"schema": map[string]any{"name": name, "columns": columns}},
	}
	stream := "Custom-" + name
	transform := "source"
	if v := viewOf(log); v != nil && v.polled {
		transform = "source | extend TimeGenerated = now()" // when it was read, and not when somebody changed it
	}
	rule := armResource{
		Type: "Microsoft.Insights/dataCollectionRules", APIVersion: "2023-03-11", Name: "dcr-" + strings.TrimSuffix(name, "_CL"),
		Location: "[resourceGroup().location]", Kind: "Direct",
		DependsOn: []string{"[resourceId('" + workspaces + "/tables', parameters('workspace'), '" + name + "')]"},
		Properties: map[string]any{
			"streamDeclarations": map[string]any{stream: map[string]any{"columns": incoming}},
			"destinations": map[string]any{"logAnalytics": []any{map[string]any{
				"workspaceResourceId": "[resourceId('" + workspaces + "', parameters('workspace'))]", "name": "workspace",
			}}},
			"dataFlows": []any{map[string]any{
				"streams": []string{stream}, "destinations": []string{"workspace"}, "transformKql": transform, "outputStream": stream,
			}},
		},
	}
	return deploy(table, rule)
}

// A Watchlist is a list of values under one name: what stands for a
// placeholder of the rules.
type Watchlist struct {
	Name   string
	Values []string

	alias string // what the workspace and the file call it
}

// nameWatchlists gives watchlists the aliases that a workspace takes: letters,
// digits, hyphens and underscores.
func nameWatchlists(lists []Watchlist) {
	var names []string
	for _, w := range lists {
		names = append(names, w.Name)
	}
	for i, alias := range pack.Distinct(names, untaken) {
		lists[i].alias = alias
	}
}

var untaken = regexp.MustCompile(`[^A-Za-z0-9_-]`)

func (w Watchlist) path() string { return "Watchlists/" + w.alias + ".json" }

// watchlistResource is a watchlist with a column Value.
func watchlistResource(w Watchlist) any {
	var b strings.Builder
	out := csv.NewWriter(&b)
	rows := [][]string{{"Value"}}
	for _, v := range slices.Compact(slices.Sorted(slices.Values(w.Values))) {
		rows = append(rows, []string{v})
	}
	if err := out.WriteAll(rows); err != nil {
		panic(err) // a builder takes all
	}
	return armResource{
		Type: workspaces + "/providers/Watchlists", APIVersion: "2023-02-01",
		Name: "[concat(parameters('workspace'),'/" + insights + "/" + w.alias + "')]",
		Properties: map[string]any{
			"displayName": w.Name, "watchlistAlias": w.alias, "provider": "sigproof", "source": w.alias + ".csv", "sourceType": "Local",
			"description":    "Values of the placeholder " + w.Name + ", as the queries of the pack hold them",
			"itemsSearchKey": "Value", "contentType": "text/csv", "numberOfLinesToSkip": 0, "rawContent": arm.Escape(b.String()),
		},
	}
}
