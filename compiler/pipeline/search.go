package pipeline

import (
	"github.com/sigproof/sigproof/sigma"
)

// search reads data as the search of a rule is read, and by the same reader:
// the data is printed as a rule's search, parsed, and what is reported there
// is moved back to the pipeline. So add_condition knows every modifier, and
// every mistake, that a rule knows.
func (r *reader) search(d sigma.Data) (sigma.Block, []*sigma.Diagnostic) {
	rule := &sigma.Rule{Head: sigma.Head{
		Title: sigma.Text{Value: "pipeline"},
		Custom: []sigma.Entry{
			{Key: key("logsource"), Data: mapping(key("product"), word("any"))},
			{Key: key("detection"), Data: &sigma.Map{Entries: []sigma.Entry{
				{Key: key("search"), Data: d},
				{Key: key("condition"), Data: word("search")},
			}}},
		},
	}}
	file := sigma.NewFile(r.file.Name, []byte(sigma.Print(rule)))
	docs, diags := sigma.Parse(file.Name, file.Src)
	r.moveBack(d, file, diags)
	if len(docs) != 1 || docs[0].Info().Broken {
		return nil, diags
	}
	parsed, _ := docs[0].(*sigma.Rule)
	return parsed.Detection.Searches[0].Body, diags
}

func key(s string) sigma.Text { return sigma.Text{Value: s} }

func word(s string) sigma.Data { return &sigma.Scalar{Text: key(s), Quoted: true} }

func mapping(k sigma.Text, d sigma.Data) sigma.Data {
	return &sigma.Map{Entries: []sigma.Entry{{Key: k, Data: d}}}
}

// moveBack gives each diagnostic the place of the data that it speaks of.
func (r *reader) moveBack(d sigma.Data, printed *sigma.File, diags []*sigma.Diagnostic) {
	if len(diags) == 0 {
		return
	}
	docs, _ := sigma.ReadData(printed)
	var pairs [][2]sigma.Span // in print, in the pipeline
	if len(docs) == 1 {
		if detection, ok := docs[0].(*sigma.Map).Get("detection").(*sigma.Map); ok {
			pairs = alike(detection.Get("search"), d, nil)
		}
	}
	for _, diag := range diags {
		at := r.firstLine(d.Span())
		for _, p := range pairs { // outer ones come first, so the last is the nearest
			if p[0].Contains(diag.At) {
				at = r.firstLine(p[1])
			}
		}
		diag.File, diag.At, diag.Fixes, diag.Related = r.file, at, nil, nil
	}
}

// alike walks two pieces of data that say the same and pairs their places.
func alike(a, b sigma.Data, pairs [][2]sigma.Span) [][2]sigma.Span {
	if a == nil || b == nil {
		return pairs
	}
	pairs = append(pairs, [2]sigma.Span{a.Span(), b.Span()})
	switch a := a.(type) {
	case *sigma.List:
		if b, ok := b.(*sigma.List); ok && len(a.Of) == len(b.Of) {
			for i := range a.Of {
				pairs = alike(a.Of[i], b.Of[i], pairs)
			}
		}
	case *sigma.Map:
		if b, ok := b.(*sigma.Map); ok && len(a.Entries) == len(b.Entries) {
			for i := range a.Entries {
				pairs = append(pairs, [2]sigma.Span{a.Entries[i].Key.At, b.Entries[i].Key.At})
				pairs = alike(a.Entries[i].Data, b.Entries[i].Data, pairs)
			}
		}
	}
	return pairs
}

// value gives a scalar the type that it has in a rule.
func (r *reader) value(s *sigma.Scalar) sigma.Value {
	block, _ := r.search(mapping(key("field"), s))
	if all, ok := block.(*sigma.All); ok && len(all.Items[0].Values) == 1 {
		return all.Items[0].Values[0]
	}
	return &sigma.String{Text: s.Text}
}

// datumKey reads a key that must be there and may hold anything.
func (p *params) datumKey(name string) datum {
	e, ok := p.need(name)
	if !ok {
		return datum{}
	}
	return p.datum(e.Data)
}

// scalarKey reads a key that must be there and hold one typed value.
func (p *params) scalarKey(name string) sigma.Value {
	e, ok := p.need(name)
	if !ok {
		return nil
	}
	s, ok := e.Data.(*sigma.Scalar)
	if !ok {
		p.wrong(e, "a value")
		return nil
	}
	return p.value(s)
}
