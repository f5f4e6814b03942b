package splunk

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/targets/pack"
)

// App makes of a pack one of its app alone, in the folder of the app: with its
// own manifest, which comes along when Splunk installs it, and the changelog.
func App(p *pack.Pack) *pack.Pack {
	app := &pack.Pack{Manifest: p.Manifest, Folder: appFolder(p)}
	for _, f := range p.Files {
		if name, ok := strings.CutPrefix(f.Path, app.Folder+"/"); ok {
			app.Files = append(app.Files, pack.File{Path: name, Data: f.Data})
		}
	}
	app.Files = append(app.Files, pack.File{Path: pack.ChangelogName, Data: p.File(pack.ChangelogName)})
	app.Manifest.Rules = slices.Clone(p.Manifest.Rules)
	for i := range app.Manifest.Rules {
		app.Manifest.Rules[i].Files = []string{} // those are of the repository for contentctl
	}
	app.Seal()
	return app
}

// appFolder is that of the app in a pack; empty if there is none, or if the pack
// is of the app alone.
func appFolder(p *pack.Pack) string {
	for _, f := range p.Files {
		if dir, _, ok := strings.Cut(f.Path, "/"); ok && strings.HasPrefix(dir, prefix) {
			return dir
		}
	}
	return ""
}

// appFile gives a file of the app in a pack; nil if there is none.
func appFile(p *pack.Pack, name string) []byte {
	if dir := appFolder(p); dir != "" {
		name = dir + "/" + name
	}
	return p.File(name)
}
