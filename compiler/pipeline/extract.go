package pipeline

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/pipeline/internal/tree"
	"github.com/sigproof/sigproof/sigma"
)

// hashesFields splits a field that holds several hashes into one for each
// algorithm.
//
//	Hashes: [MD5=a, SHA1=b]  ->  FileMD5: a or FileSHA1: b
type hashesFields struct {
	algorithms []string
	prefix     string
	drop       bool // no algorithm in the names
	fields     []string
}

// hashLengths tells an algorithm by the length of its hashes.
var hashLengths = map[int]string{32: "MD5", 40: "SHA1", 64: "SHA256", 128: "SHA512"}

func readHashes(p *params) transformation {
	t := hashesFields{
		algorithms: values(p.texts("valid_hash_algos")), prefix: p.optional("field_prefix", "").Value,
		drop: p.flag("drop_algo_prefix"), fields: []string{"Hashes", "Hash"},
	}
	if fields := p.someTexts("field_to_parse"); len(fields) > 0 {
		t.fields = values(fields)
	}
	if t.drop && t.prefix == "" {
		p.errorAt("missing", p.at, `%s drops the algorithm and has no "field_prefix", so that no name is left`, p.what)
	}
	return t
}

func (t hashesFields) apply(r *run, s *step) {
	r.each(s, func(sec *section, i *tree.Item) (tree.Node, bool) {
		if i.Keywords || !slices.Contains(t.fields, i.Field.Value) {
			return i, false
		}
		var made []tree.Node
		for k := range i.Values {
			v := &i.Values[k]
			parts, ok := v.Parts()
			if !ok {
				return i, false
			}
			name, hash, ok := t.split(parts.Plain())
			if !ok {
				r.report(s, sigma.Warning, sec.file, v.V.Span(), "hash", fmt.Sprintf(
					"%q is a hash of none of %s; it is dropped", v.V.Written().Value, sigma.Choices(t.algorithms)))
				continue
			}
			made = addTo(made, i, name, tree.String(hash, v.V.Span(), nil))
		}
		if len(made) == 0 {
			r.errorAt(s, sec.file, i.Src.At, "hash", fmt.Sprintf("%q has no hash of %s", i.Field.Value, sigma.Choices(t.algorithms)))
			return i, false
		}
		return tree.PerValue(i, made), true
	})
}

// split gives the field and the hash of "ALGORITHM=hash", "ALGORITHM|hash" or
// a hash alone.
func (t hashesFields) split(s string) (name, hash string, ok bool) {
	sep := "="
	if strings.Contains(s, "|") {
		sep = "|"
	}
	parts := strings.Split(s, sep)
	algorithm := ""
	if len(parts) == 2 {
		algorithm, hash = strings.ToUpper(strings.TrimLeft(parts[0], "*")), strings.Trim(parts[1], "*?")
	} else {
		hash = strings.Trim(parts[0], "*?")
		algorithm = hashLengths[len(hash)]
	}
	if !slices.Contains(t.algorithms, algorithm) {
		return "", "", false
	}
	if t.drop {
		return t.prefix, hash, true
	}
	return t.prefix + algorithm, hash, true
}

// addTo adds a value to the item of a field, which is made if there is none.
func addTo(made []tree.Node, i *tree.Item, field string, v tree.Value) []tree.Node {
	k := slices.IndexFunc(made, func(m tree.Node) bool { return m.(*tree.Item).Field.Value == field })
	if k < 0 {
		c := i.Clone()
		c.Field, c.Values = sigma.Text{Value: field, At: i.Field.At}, nil
		c.Keywords = field == ""
		made, k = append(made, c), len(made)
	}
	to := made[k].(*tree.Item)
	to.Values = append(to.Values, v)
	return made
}

// extractFields turns each value into a field for each named group of a
// regular expression.
//
//	reg: Dword:1  ->  reg.type: Dword and reg.value: 1
type extractFields struct {
	find   *regexp.Regexp
	prefix string
	keep   bool // values that the expression does not find
}

func readExtract(p *params) transformation {
	source := p.text("regex")
	t := extractFields{find: p.pattern(source, true), keep: p.flag("preserve_unmatched")}
	if prefix := p.optional("field_prefix", "").Value; prefix != "" {
		t.prefix = prefix + "."
	}
	if t.find != nil && strings.Join(t.find.SubexpNames(), "") == "" {
		p.errorAt("regex", source.At, "the regular expression has no named group; one is written (?P<name>...)")
	}
	return t
}

func (t extractFields) apply(r *run, s *step) {
	r.each(s, func(_ *section, i *tree.Item) (tree.Node, bool) {
		var made []tree.Node
		for k := range i.Values {
			parts, ok := i.Values[k].Parts()
			if !ok {
				return i, false
			}
			if n := t.extract(i, i.Values[k], parts.Plain()); n != nil {
				made = append(made, n)
			}
		}
		if len(made) == 0 {
			return i, false
		}
		return tree.PerValue(i, made), true
	})
}

// extract gives the items of one value; nil if it is dropped.
func (t extractFields) extract(i *tree.Item, v tree.Value, text string) tree.Node {
	m := t.find.FindStringSubmatch(text)
	if m == nil {
		if !t.keep {
			return nil
		}
		c := i.Clone()
		c.Values = []tree.Value{v}
		return c
	}
	g := &tree.Group{Any: i.Neq, At: i.Src.At} // neq: one of the parts differs
	for k, name := range t.find.SubexpNames() {
		if name == "" || m[k] == "" {
			continue
		}
		c := i.Clone()
		c.Keywords = false
		c.Field, c.Values = sigma.Text{Value: t.prefix + name, At: i.Field.At}, []tree.Value{{V: extracted(m[k], v.V.Span())}}
		g.Of = append(g.Of, c)
	}
	if len(g.Of) == 0 {
		return nil
	}
	return g
}

// extracted gives a captured text the type that pySigma gives it. Leading
// zeros make it text, so that they are not lost.
func extracted(s string, at sigma.Span) sigma.Value {
	t := sigma.Text{Value: s, At: at}
	text := &sigma.String{Text: t}
	if lower := strings.ToLower(s); lower == "null" || lower == "none" {
		return &sigma.Null{Text: t}
	}
	if s != "0" && strings.HasPrefix(s, "0") {
		return text
	}
	if n, ok := converted(text, "num"); ok {
		return n
	}
	return text
}
