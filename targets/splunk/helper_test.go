package splunk

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
	"github.com/sigproof/sigproof/targets/pack"
)

// entraPrograms compiles the embedded rules, edited by the caller.
func entraPrograms(t *testing.T, edit func(name string, src []byte) []byte) []*ir.Program {
	t.Helper()
	return programsIn(t, entra.FS(), edit)
}

func programsIn(t *testing.T, fsys fs.FS, edit func(string, []byte) []byte) []*ir.Program {
	t.Helper()
	var docs []sigma.Document
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".test.yml") || name == "defaults.yml" {
			return err
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if edit != nil {
			src = edit(name, src)
		}
		parsed, _ := sigma.Parse(name, src)
		docs = append(docs, parsed...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	programs, _ := compiler.Compile(docs, &compiler.Options{Define: placeholders()})
	return programs
}

func placeholders() map[string][]string {
	define := map[string][]string{}
	for _, p := range entra.Placeholders() {
		define[p.Name] = p.Values
	}
	return define
}

// compile compiles a rule that a test writes.
func compile(t *testing.T, src string) []*ir.Program {
	t.Helper()
	docs, diags := sigma.Parse("rule.yml", []byte(src))
	programs, more := compiler.Compile(docs, nil)
	if diags = append(diags, more...); sigma.HasErrors(diags) {
		t.Fatal(diags[0].Render())
	}
	return programs
}

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

// azureCorpus compiles the public rules for Azure, if they are here.
func azureCorpus(t *testing.T) []*ir.Program {
	t.Helper()
	root := os.Getenv("SIGPROOF_SHARED")
	if root == "" {
		root = "../../../shared"
	}
	dir := filepath.Join(root, "corpus", "sigma", "rules", "cloud", "azure")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the public rules are not here: ", err)
	}
	return programsIn(t, os.DirFS(dir), nil)
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
