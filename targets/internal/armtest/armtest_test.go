package armtest

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestFaults wants each thing that is wrong with a resource to be told.
func TestFaults(t *testing.T) {
	t.Parallel()
	const good = `{
		"type": "Microsoft.OperationalInsights/workspaces/tables", "apiVersion": "2022-10-01", "name": "[concat(parameters('workspace'),'/A_CL')]",
		"properties": {"schema": {"name": "A_CL", "columns": [{"name": "B", "type": "long"}]}}}`
	for _, test := range []struct{ old, new, want string }{
		{"long", "int", ""},
		{"long", "number", ".properties.schema.columns[0].type is number, and none of"},
		{`"name": "A_CL", `, "", ".properties.schema has no name"},
		{`"schema"`, `"plan": "Basic", "schema"`, ".properties has plan, which is not known"},
		{"2022-10-01", "2022-10-02", " has version 2022-10-02"},
		{"workspaces/tables", "workspaces/table", " is a Microsoft.OperationalInsights/workspaces/table"},
		{`"B"`, `"_B"`, ".properties.schema.columns[0].name is _B"},
		{`"B"`, `"[B]"`, ".properties.schema.columns.name is an expression: [B]"},
		{"concat(", "call(", ".name is an expression: [call("},
		{`[{"name": "B", "type": "long"}]`, "1", ".properties.schema.columns is no list"},
	} {
		var r map[string]any
		if err := json.Unmarshal([]byte(strings.Replace(good, test.old, test.new, 1)), &r); err != nil {
			t.Fatal(err)
		}
		faults := strings.Join(append(resourceFaults("", r["type"].(string), r), expressions("", r)...), "\n")
		if test.want == "" && faults != "" || !strings.Contains(faults, test.want) {
			t.Errorf("%s for %s: got %q, want %q", test.new, test.old, faults, test.want)
		}
	}
}
