package splunk

import (
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
)

// build makes a pack of which nothing is refused.
func build(t *testing.T, programs []*ir.Program, opts *Options) *pack.Pack {
	t.Helper()
	if opts == nil {
		opts = &Options{}
	}
	if opts.Name == "" {
		opts.Name = "Entra PIM"
	}
	p, diags := Build(programs, opts)
	for _, d := range diags {
		if d.Severity == sigma.Error {
			t.Error(d.Render())
		}
	}
	return p
}

// searches gives the stanzas of the saved searches in a pack.
func searches(t *testing.T, p *pack.Pack) []stanza {
	t.Helper()
	out, err := readConf(appFile(p, "default/"+SavedSearchesName))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// search finds one by the title of its rule.
func search(t *testing.T, p *pack.Pack, title string) *stanza {
	t.Helper()
	for _, s := range searches(t, p) {
		if strings.HasSuffix(s.name, " - "+title+" - Rule") {
			return &s
		}
	}
	t.Fatalf("no search is called %q", title)
	return nil
}

// cornerRules have titles, texts and values that a .conf file takes for its
// own signs, and each kind of correlation.
const cornerRules = `title: "[Corner] $a$ = \\ ; # "
description: "Ends with a backslash \\"
falsepositives: ["= ", "[stanza]", "# comment \\"]
logsource: {product: azure, service: auditlogs}
detection: {sel: {activityDisplayName: ["a\\\\", "b\"]", "c#; d", "[e]", "$f$", "%g%", "` + "`h`" + `"]}, condition: sel}
level: critical
---
title: Twice
id: 11111111-0000-4000-8000-000000000001
logsource: {product: azure, service: signinlogs}
detection: {sel: {userPrincipalName|re: '^a$|b$'}, condition: sel}
---
title: twice
id: 22222222-0000-4000-8000-000000000001
logsource: {product: azure, service: signinlogs}
detection: {sel: {userPrincipalName|contains: "x"}, condition: sel}
level: low
---
title: Counted
name: counted
logsource: {product: azure, service: signinlogs}
detection: {sel: {userPrincipalName|contains: "y"}, condition: sel}
---
title: Over days
id: 33333333-0000-4000-8000-000000000001
correlation: {type: value_count, rules: [counted], group-by: [userPrincipalName], timespan: 2d, condition: {field: ipAddress, gte: 3}}
level: medium
`
