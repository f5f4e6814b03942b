package products_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"aead.dev/minisign"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/sigproof/sigproof/cmd/sigproof/products"
	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
	"github.com/sigproof/sigproof/targets/pack"
)

// A variant is a product with the flags that change what is packed.
type variant struct {
	name   string
	flags  []string
	engine string // replays what is packed
}

var variants = []variant{
	{"sentinel", nil, "kql"}, {"sentinel", []string{"no-nrt"}, "kql"}, {"splunk", nil, "spl"}, {"splunk", []string{"no-es"}, "spl"},
	{"azure-monitor", nil, "kql"}, {"xdr", nil, "kql"}, {"qradar", nil, "aql"}, {"sumo", nil, "sumo"}, {"arcsight", nil, "arcsight"},
}

// each runs a test for each product there is, with its flags.
func each(t *testing.T, test func(*testing.T, variant, *products.Product)) {
	t.Helper()
	left := map[string]bool{}
	for _, p := range products.All() {
		left[p.Name] = true
	}
	for _, v := range variants {
		delete(left, v.name)
		t.Run(strings.Join(append([]string{v.name}, v.flags...), " "), func(t *testing.T) {
			t.Parallel()
			if testing.Short() && v.name != "splunk" {
				t.Skip("one product stands for all")
			}
			test(t, v, product(t, v))
		})
	}
	for name := range left {
		t.Errorf("%s is not tested", name)
	}
}

func product(t *testing.T, v variant) *products.Product {
	t.Helper()
	all := products.All()
	p := all[slices.IndexFunc(all, func(p *products.Product) bool { return p.Name == v.name })]
	cmd := &cobra.Command{}
	if p.Flags != nil {
		p.Flags(cmd)
	}
	for _, flag := range v.flags {
		if err := cmd.Flags().Set(flag, "true"); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// compiled are the embedded rules.
var compiled = sync.OnceValue(func() []*ir.Program { return programs(func(src string) string { return src }) })

// define gives the values of placeholders.
func define() map[string][]string {
	out := map[string][]string{}
	for _, p := range entra.Placeholders() {
		out[p.Name] = p.Values
	}
	return out
}

// programs compiles the embedded rules, each file edited.
func programs(edit func(src string) string) []*ir.Program {
	var docs []sigma.Document
	err := fs.WalkDir(entra.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".test.yml") || !strings.Contains(name, "/") {
			return err
		}
		src, err := fs.ReadFile(entra.FS(), name)
		if err != nil {
			return err
		}
		parsed, _ := sigma.Parse(name, []byte(edit(string(src))))
		docs = append(docs, parsed...)
		return nil
	})
	if err != nil {
		panic(err) // the files are embedded
	}
	out, _ := compiler.Compile(docs, &compiler.Options{Define: define()})
	return out
}

func build(t *testing.T, p *products.Product, all []*ir.Program, since *pack.Pack) *pack.Pack {
	t.Helper()
	made, _ := p.Build(all, &products.Input{Name: "Entra PIM", Sigproof: "devel", Revision: "r1", Define: define(), Since: since})
	if len(made.Manifest.Rules) < 10 {
		t.Fatalf("%d rules are packed", len(made.Manifest.Rules))
	}
	return made
}

// archives are all forms of a pack that are one file.
func archives(t *testing.T, p *products.Product, made *pack.Pack) map[string][]byte {
	t.Helper()
	out := map[string][]byte{".zip": archive(t, made, ".zip")}
	if p.Installed != "" {
		out[p.Installed] = archive(t, p.Install(made), p.Installed)
	}
	return out
}

// TestSameBytes wants a pack to be the same whenever it is made.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ variant, p *products.Product) {
		again := archives(t, p, build(t, p, programs(func(src string) string { return src }), nil))
		for ending, data := range archives(t, p, build(t, p, compiled(), nil)) {
			if !bytes.Equal(data, again[ending]) {
				t.Errorf("two packs of the same rules differ in their %s", ending)
			}
		}
	})
}

// TestOneChange wants a changed rule to change its own entry, its own files and
// its own object, and those of no other.
func TestOneChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ variant, p *products.Product) {
		before := build(t, p, compiled(), nil)
		id := before.Manifest.Rules[0].ID
		after := build(t, p, programs(func(src string) string {
			if strings.Contains(src, "\nid: "+id+"\n") {
				return strings.Replace(src, "description: >-\n    ", "description: >-\n    Planted. ", 1)
			}
			return src
		}), before)
		var mine []string
		for i, r := range after.Manifest.Rules {
			same := cmp.Equal(r, before.Manifest.Rules[i])
			if r.ID == id {
				mine = r.Files
			}
			if same == (r.ID == id) {
				t.Errorf("%s: the entry is the same: %t", r.ID, same)
			}
		}
		for _, r := range after.Manifest.Rules {
			for _, path := range r.Files {
				if same := bytes.Equal(after.File(path), before.File(path)); same == slices.Contains(mine, path) {
					t.Errorf("%s is the same: %t", path, same)
				}
			}
		}
		d := pack.Compare(objects(t, p, before), objects(t, p, after))
		for _, c := range d.Changed {
			if !strings.Contains(c.Title, after.Manifest.Rules[0].Title) {
				t.Errorf("%s has another %s", c.Title, c.Field)
			}
		}
		if len(d.Changed) == 0 || len(d.Missing)+len(d.Extra) > 0 {
			t.Errorf("got %+v", d)
		}
	})
}

func objects(t *testing.T, p *products.Product, made *pack.Pack) []pack.Object {
	t.Helper()
	list, err := p.Objects(made)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// whole names the file of a product that holds all queries.
var whole = map[string]string{
	"sentinel": "ARM/all.json", "splunk": "default/savedsearches.conf", "azure-monitor": "ARM/all.json", "xdr": "detectionRules.json",
	"qradar": "searches.json", "sumo": "folder.json", "arcsight": "searches.json",
}

// TestPackedQueries reads the files of each form as the product does, without
// our readers, and wants in them, to the byte, the query that the engine runs.
func TestPackedQueries(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v variant, p *products.Product) {
		replayed := replayed(t, v, p)
		for ending, data := range archives(t, p, build(t, p, compiled(), nil)) {
			made := reopen(t, ending, data)
			all := texts(t, fileOf(t, made, whole[v.name]))
			for _, r := range made.Manifest.Rules {
				query := replayed[r.ID]
				if query == "" || pack.Hash([]byte(query)) != r.Query {
					t.Errorf("%s: the manifest has the hash of another query than the one of %s", r.ID, v.engine)
				}
				if !all[query] {
					t.Errorf("%s: %s has not the query that is replayed", r.ID, whole[v.name])
				}
				for _, path := range r.Files {
					if own := texts(t, fileOf(t, made, path)); !strings.HasSuffix(path, ".log") && !own[query] {
						t.Errorf("%s: %s has not the query that is replayed", r.ID, path)
					}
				}
			}
		}
	})
}

// replayed gives the queries that the engine of a product runs, by the ids of
// rules.
func replayed(t *testing.T, v variant, p *products.Product) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, engine := range p.Engines() {
		if engine.Name() != v.engine {
			continue
		}
		for _, program := range compiled() {
			if prepared, _ := engine.Prepare(program); prepared != nil {
				out[pack.DocumentID(program.Doc)] = prepared.Query.Text
			}
		}
	}
	return out
}

// fileOf finds a file of a pack, in the folder of an app too.
func fileOf(t *testing.T, p *pack.Pack, path string) pack.File {
	t.Helper()
	for _, f := range p.Files {
		if f.Path == path || strings.HasSuffix(f.Path, "/"+path) {
			return f
		}
	}
	t.Fatalf("there is no %s", path)
	return pack.File{}
}

// texts lists the texts of a file, each as it was before it was written there:
// JSON, where templates write [[ for [; YAML, where a block ends with a line break
// and contentctl wants lines of its own after a search; or a .conf file, where a
// backslash goes on with a value.
func texts(t *testing.T, f pack.File) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	var v any
	var err error
	switch filepath.Ext(f.Path) {
	case ".json":
		err = json.Unmarshal(f.Data, &v)
	case ".yaml", ".yml":
		err = yaml.Unmarshal(f.Data, &v)
	case ".conf":
		for line := range strings.SplitSeq(strings.ReplaceAll(string(f.Data), "\\\n", "\x00"), "\n") {
			_, value, _ := strings.Cut(line, " = ")
			out[strings.ReplaceAll(value, "\x00", "\n")] = true
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", f.Path, err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if strings.HasPrefix(v, "[[") {
				v = v[1:]
			}
			v = strings.TrimSuffix(v, "\n")
			out[v] = true
			for range 2 {
				if i := strings.LastIndexByte(v, '\n'); i > 0 && strings.HasPrefix(f.Path, "contentctl/") {
					v = v[:i]
					out[v] = true
				}
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(v)
	return out
}

// reopen reads an archive from the disk.
func reopen(t *testing.T, ending string, data []byte) *pack.Pack {
	t.Helper()
	p, err := pack.Open(written(t, ending, data))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func written(t *testing.T, ending string, data []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pack"+ending)
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestTampered changes a byte of a file, here and there, and wants it named; and
// a manifest that was made anew for it to have no signature.
func TestTampered(t *testing.T) {
	t.Parallel()
	public, private, err := minisign.GenerateKey(strings.NewReader(strings.Repeat("seed", 64)))
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, v variant, p *products.Product) {
		random := rand.New(rand.NewPCG(1, uint64(len(v.name))))
		made := build(t, p, compiled(), nil)
		forms := map[string]*pack.Pack{".zip": made}
		if p.Installed != "" {
			forms[p.Installed] = p.Install(made)
		}
		for ending, form := range forms {
			form.Sign(private)
			for range 4 {
				evil := *form
				evil.Files = slices.Clone(form.Files)
				f := &evil.Files[random.IntN(len(evil.Files))]
				f.Data = bytes.Clone(f.Data)
				f.Data[random.IntN(len(f.Data))] ^= 1 << random.IntN(8)
				wrong := reopen(t, ending, archive(t, &evil, ending)).Verify(&public)
				if len(wrong) != 1 || wrong[0].Error() != f.Path+" is not the file that the manifest lists: its hash is another" {
					t.Errorf("%s: %s is another, and verification says %v", ending, f.Path, wrong)
				}
				evil.Seal()
				wrong = reopen(t, ending, archive(t, &evil, ending)).Verify(&public)
				if len(wrong) != 1 || !strings.HasPrefix(wrong[0].Error(), "the signature is not of this manifest") {
					t.Errorf("%s: the manifest was made anew, and verification says %v", ending, wrong)
				}
			}
		}
	})
}

// archive writes a pack as the archive of an ending.
func archive(t *testing.T, p *pack.Pack, ending string) []byte {
	t.Helper()
	write := p.WriteTar
	if ending == ".zip" {
		write = p.WriteZip
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
