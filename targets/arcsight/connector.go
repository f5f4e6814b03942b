package arcsight

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/internal/flat"
	"github.com/sigproof/sigproof/targets/pack"
)

// connectors are parsers of a FlexConnector, one a layout: they put the records of
// an event hub into the fields that the filters of a pack read. The form is that
// of parsers which others have published, as OpenText's guide wants an account:
// https://gist.github.com/romicgd/01614a908d26186677acc8c3890f1687
func (e Emitter) connectors(all []*pack.Artifact) []pack.File {
	var parsers []*parser
	for _, a := range all {
		log, layout := a.Program.Log, flat.Layout(a.Program)
		if layout == nil || len(equalities(e.source(log))) == 0 {
			continue // nothing is known of its records, or of what finds them
		}
		i := slices.IndexFunc(parsers, func(p *parser) bool { return p.log == log && p.layout == layout })
		if i < 0 {
			i = len(parsers)
			parsers = append(parsers, &parser{log: log, layout: layout})
		}
		c, _ := e.Condition(a.Program)
		for _, column := range c.Columns {
			parsers[i].add(column)
		}
	}
	var files []pack.File
	for _, p := range parsers {
		name := p.log.Name
		if p.layout.Name != "eventhub" {
			name += "." + p.layout.Name
		}
		files = append(files, pack.File{Path: "flexconnector/" + name + ".jsonparser.properties", Data: p.text(equalities(e.source(p.log)))})
	}
	return files
}

// A parser reads the records of a log that have one layout.
type parser struct {
	log     *schema.Log
	layout  *schema.Shape
	columns []flat.Column // by name
}

func (p *parser) add(c flat.Column) {
	i, there := slices.BinarySearchFunc(p.columns, c, func(a, b flat.Column) int { return strings.Compare(a.Name, b.Name) })
	if !there {
		p.columns = slices.Insert(p.columns, i, c)
	}
}

// text writes the parser. Constants are what finds events of the log.
func (p *parser) text(constants map[string]string) []byte {
	var tokens, fields strings.Builder
	n := 0
	for _, c := range p.columns {
		keys := flat.Address(p.layout, c)
		if keys == nil {
			fmt.Fprintf(&fields, "# %s is no single place of a record: event.%s is up to the site\n", c.Field.Name, searchName(c.Name))
			continue
		}
		var path []string
		for _, key := range keys {
			path = append(path, key.Name)
		}
		fmt.Fprintf(&tokens, "\ntoken[%[1]d].name=%[2]s\ntoken[%[1]d].type=%[3]s\ntoken[%[1]d].location=%[4]s\n", n, c.Name, typeOf(c.Name), strings.Join(path, "/"))
		fmt.Fprintf(&fields, "event.%s=%s\n", searchName(c.Name), c.Name)
		n++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Records of log %s (%s) in the fields that filters of sigproof read.\ntrigger.node.location=/records\ntoken.count=%d\n%s\n", p.log.Name, p.layout.Title, n, tokens.String())
	for _, name := range slices.Sorted(maps.Keys(constants)) {
		fmt.Fprintf(&b, "event.%s=__stringConstant(\"%s\")\n", name, constants[name])
	}
	b.WriteString(fields.String())
	return []byte(b.String())
}

// typeOf is the type of the token for a key: those of addresses hold no text.
func typeOf(key string) string {
	if strings.HasSuffix(searchName(key), "Address") {
		return "IPAddress"
	}
	return "String"
}
