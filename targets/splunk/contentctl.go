package splunk

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gopkg.in/yaml.v3"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/spl"
)

// repository is the folder of the form that contentctl builds apps of.
const repository = "contentctl/"

// namespace is that of all ids that packs make.
var namespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/sigproof/sigproof/splunk"))

func artifactID(of ...string) string {
	return uuid.NewSHA1(namespace, []byte(strings.Join(of, "\x00"))).String()
}

// contentctl gives the files of the repository, but for those of rules.
func (a *app) contentctl() []pack.File {
	var out []pack.File
	add := func(name string, v any) { out = append(out, pack.File{Path: repository + name, Data: yamlOf(v)}) }
	add("contentctl.yml", a.contentctlConfig())
	add("stories/"+contentFile(a.story()), a.storyContent())
	for _, log := range a.logs {
		for _, m := range spl.Macros(log) {
			add("macros/"+m.Name+".yml", macroContent{m.Name, block(m.Definition), m.Doc})
		}
		for _, sourcetype := range log.SPL.Sourcetypes {
			d := dataSource(log, sourcetype)
			add("data_sources/"+contentFile(d.Name), d)
		}
	}
	// contentctl wants its folders to be there, and archives keep no empty ones.
	for _, folder := range strings.Fields("baselines dashboards deployments lookups playbooks removed") {
		out = append(out, pack.File{Path: repository + folder + "/README", Data: []byte("contentctl wants this folder. It is empty.\n")})
	}
	out = append(out, pack.File{Path: repository + "app_template/metadata/default.meta", Data: a.meta()})
	return out
}

func yamlOf(v any) []byte {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("splunk: %v", err)) // values of ours, which all have a YAML
	}
	return b.Bytes()
}

// A block is a text over lines of its own.
type block string

// MarshalYAML writes a literal block.
func (b block) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.LiteralStyle, Value: string(b)}, nil
}

func (a *app) contentctlConfig() any {
	type app struct {
		Title       string `yaml:"title"`
		ID          string `yaml:"appid"`
		Version     string `yaml:"version"`
		Prefix      string `yaml:"prefix"`
		Label       string `yaml:"label"`
		Description string `yaml:"description"`
		Author      string `yaml:"author_name"`
		Company     string `yaml:"author_company"`
	}
	return struct {
		App         app  `yaml:"app"`
		Enrichments bool `yaml:"enrichments"`
	}{app{a.title(), a.id, a.version, "sigproof", a.label(), about, "sigproof", "sigproof"}, false}
}

// label begins the names of all searches that contentctl builds.
func (a *app) label() string { return shorten(words(a.title()), 20) }

func (a *app) story() string { return cmp.Or(words(a.title()), "sigproof") }

var products = []string{"Splunk Enterprise", "Splunk Enterprise Security", "Splunk Cloud"}

func (a *app) storyContent() any {
	type tags struct {
		Category []string `yaml:"category"`
		Product  []string `yaml:"product"`
		UseCase  string   `yaml:"usecase"`
	}
	return struct {
		Name        string `yaml:"name"`
		ID          string `yaml:"id"`
		Version     int    `yaml:"version"`
		Date        string `yaml:"date"`
		Author      string `yaml:"author"`
		Status      string `yaml:"status"`
		Description string `yaml:"description"`
		Narrative   string `yaml:"narrative"`
		Tags        tags   `yaml:"tags"`
	}{
		a.story(), artifactID("story", a.id), 1, earliestDate, "sigproof", "production", about,
		"The rules of the pack, each with the events that its suite says it finds.",
		tags{[]string{"Cloud Security"}, products, "Advanced Threat Detection"},
	}
}

type macroContent struct {
	Name        string `yaml:"name"`
	Definition  block  `yaml:"definition"`
	Description string `yaml:"description"`
}

type sourceContent struct {
	Name        string `yaml:"name"`
	ID          string `yaml:"id"`
	Version     int    `yaml:"version"`
	Date        string `yaml:"date"`
	Author      string `yaml:"author"`
	Description string `yaml:"description"`
	Source      string `yaml:"source"`
	Sourcetype  string `yaml:"sourcetype"`
}

// dataSource describes a log as one sourcetype brings it.
func dataSource(log *schema.Log, sourcetype string) sourceContent {
	name := shorten(words(log.Title+" "+sourcetype), 90)
	return sourceContent{name, artifactID("source", log.Name, sourcetype), 1, earliestDate, "sigproof", pack.OneLine(log.Title), sourcetype, sourcetype}
}

// earliestDate is that of what has none.
const earliestDate = "1980-01-01"

// dateOf is when a document changed, if it says so in a way that can be read.
func dateOf(head *sigma.Head) string {
	for _, d := range []string{head.Modified.Value, head.Date.Value} {
		d = strings.ReplaceAll(d, "/", "-")
		if _, err := time.Parse(time.DateOnly, d); err == nil {
			return d
		}
	}
	return earliestDate
}

var wordForm = regexp.MustCompile(`[A-Za-z0-9]+`)

// words leaves of a text what names of files and macros take.
func words(s string) string { return strings.Join(wordForm.FindAllString(s, -1), " ") }

// shorten cuts a text of words to a length, after a word if there is one.
func shorten(s string, length int) string {
	if len(s) <= length {
		return s
	}
	s = s[:max(length, 0)]
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		s = s[:i]
	}
	return s
}

// contentFile is the file that contentctl wants content of a name in.
func contentFile(name string) string { return macroName(name) + ".yml" }

func macroName(name string) string { return strings.ToLower(strings.ReplaceAll(name, " ", "_")) }

// longestContent is how long names may be so that Enterprise Security can copy
// a search: 99 characters with what it and contentctl put around them.
const longestContent = 99 - len("identity -  -  - Rule - Rule")

// nameContent gives rules the names that contentctl takes, each another one.
func nameContent(rules []*rule, label string) {
	longest := longestContent - len(label)
	marked := func(name, mark string) string { return shorten(name, longest-len(mark)-1) + " " + mark }
	names, marks := make([]string, len(rules)), make([]string, len(rules))
	for i, r := range rules {
		names[i] = cmp.Or(shorten(words(r.title), longest), "Rule")
		marks[i] = strings.ReplaceAll(artifactID("name", pack.DocumentID(r.doc)), "-", "")
		if words(r.title) != names[i] { // another title may begin like it
			names[i] = marked(names[i], marks[i][:8])
		}
	}
	for i, name := range pack.TellApart(names, marks, marked) {
		rules[i].content = name
	}
}

// contentPaths are the files of a rule in the repository.
func (r *rule) contentPath() string { return repository + "detections/cloud/" + contentFile(r.content) }

// contentFiles are the detection and the events that it must find.
func (a *app) contentFiles(r *rule) []pack.File {
	var tests []unitTest
	var files []pack.File
	noText := func(log *schema.Log) bool { return !KnowsText(log) }
	if len(r.events) > 0 && !slices.ContainsFunc(r.logs, noText) {
		tests, files = contentTests(macroName(r.content), []Test{{"Events of the suite", r.events}})
	}
	out := []pack.File{{Path: r.contentPath(), Data: yamlOf(a.detection(r, tests))}}
	for _, f := range files {
		out = append(out, pack.File{Path: repository + f.Path, Data: f.Data})
	}
	return out
}
