package lint

import (
	"path"
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// fileChecks look at the names of files. Standard input has none.
var fileChecks = []*Check{fileExtension, fileName, fileLength, fileDuplicate}

// base is the name of the file without folders; empty if there is none, or if
// the document is not the file's first: a name is reported once.
func (p *Pass) base() string {
	if p.Head().Index > 0 || p.file.Name == "-" {
		return ""
	}
	return path.Base(p.path())
}

// baseName is what tells files apart on every system: the name without
// folders, in lower case.
func baseName(f *sigma.File) string {
	return strings.ToLower(path.Base(strings.ReplaceAll(f.Name, `\`, "/")))
}

var fileExtension = &Check{
	Code:     "file/extension",
	Severity: sigma.Hint,
	Title:    "name of the file does not end in .yml",
	Why:      "Many tools look for *.yml alone, and overlook the rule.",
	Before:   filed("process_started.yaml", "status: test"),
	After:    filed("process_started.yml", "status: test"),
	Since:    "0.1",
	Run: func(p *Pass) {
		if name := p.base(); name != "" && path.Ext(name) != ".yml" {
			p.report(p.Head().Title.At, "the file is named %q; other tools look for names that end in .yml", name)
		}
	},
}

var plainName = lazyre.New(`^[a-z0-9_]+\.ya?ml$`)

var fileName = &Check{
	Code:     "file/name",
	Severity: sigma.Hint,
	Title:    "name of the file has other characters than a-z, 0-9 and _",
	Why:      "Such names need no quotes anywhere, and differ in more than case.",
	Before:   filed("Process Started.yml", "status: test"),
	After:    filed("process_started.yml", "status: test"),
	Since:    "0.1",
	Run: func(p *Pass) {
		if name := p.base(); name != "" && !plainName.Get().MatchString(name) {
			p.report(p.Head().Title.At, "the file is named %q; names of rule files have a-z, 0-9 and _", name)
		}
	},
}

var fileLength = &Check{
	Code:     "file/length",
	Severity: sigma.Hint,
	Title:    "name of the file is shorter than 10 or longer than 90 characters",
	Why:      "SigmaHQ wants names that say something, and that every file system takes.",
	Before:   filed("a.yml", "status: test"),
	After:    filed("process_started.yml", "status: test"),
	Optional: true,
	Since:    "0.1",
	Run: func(p *Pass) {
		if name := p.base(); name != "" && (len(name) < 10 || len(name) > 90) {
			p.report(p.Head().Title.At, "the file is named %q, of %d characters; 10 to 90 are the custom", name, len(name))
		}
	},
}

var fileDuplicate = &Check{
	Code:     "file/duplicate",
	Severity: sigma.Hint,
	Title:    "two files have the same name",
	Why:      "Tools that write a query a rule into one folder keep one of them.",
	Before:   filed("linux/started.yml", "status: test") + "\n" + filed("windows/started.yml", "status: test"),
	After:    filed("linux/started.yml", "status: test") + "\n" + filed("windows/started_by_user.yml", "status: test"),
	Since:    "0.1",
	Run: func(p *Pass) {
		if p.base() == "" {
			return
		}
		if first := p.together().files[baseName(p.file)]; first != p.Doc {
			p.report(p.Head().Title.At, "another file is named %q", path.Base(p.path())).
				see(first.Info().File, first.Info().Title.At, "the first stands here")
		}
	},
}
