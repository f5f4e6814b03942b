package compiler

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// resolveFields finds the field of each item, and of each value that names
// one. A name that the log does not have is an error with the nearest names.
func resolveFields(u *unit) {
	u.resolveDetection(u.rule.File, u.rule.Detection)
	for _, f := range u.filters {
		u.resolveDetection(f.File, f.Detection)
	}
}

func (u *unit) resolveDetection(file *sigma.File, d *sigma.Detection) {
	for _, s := range d.Searches {
		u.resolveBlock(file, s.Body)
	}
}

func (u *unit) resolveBlock(file *sigma.File, b sigma.Block) {
	switch b := b.(type) {
	case nil: // could not be read, which was said
	case *sigma.All:
		for _, item := range b.Items {
			u.resolveItem(file, item)
		}
		u.resolveBlocks(file, b.Also)
	case *sigma.Any:
		u.resolveBlocks(file, b.Blocks)
	case *sigma.Item:
		u.resolveItem(file, b)
	default:
		panic(fmt.Sprintf("compiler: unknown block %T", b))
	}
}

func (u *unit) resolveBlocks(file *sigma.File, blocks []sigma.Block) {
	for _, b := range blocks {
		u.resolveBlock(file, b)
	}
}

func (u *unit) resolveItem(file *sigma.File, item *sigma.Item) {
	if item.Keywords {
		return
	}
	u.resolveName(file, item, item.Field)
	if !item.Has("fieldref") {
		return
	}
	for _, v := range item.Values {
		u.resolveName(file, v, v.Written())
	}
}

func (u *unit) resolveName(file *sigma.File, node sigma.Node, name sigma.Text) {
	ref := u.log.ResolveFor(u.serving, name.Value)
	if ref == nil {
		full := u.reports.Full(file)
		d := u.errorAt(file, name.At, "field/unknown", fmt.Sprintf("log %s has no field %q", u.log.Name, name.Value))
		if !full { // else nobody reads it
			d.Label = nearestField(u.log, name.Value)
		}
		return
	}
	u.fields[node] = ref
	switch {
	case ref.Alias != nil && ref.Alias.Warn != "":
		u.report(&sigma.Diagnostic{Code: "field/alias", Severity: sigma.Warning, File: file, At: name.At, Message: ref.Alias.Warn})
	case u.log.Open && strings.ContainsAny(name.Value, "[]"):
		u.report(&sigma.Diagnostic{
			Code: "field/brackets", Severity: sigma.Info, File: file, At: name.At,
			Message: fmt.Sprintf("brackets select nothing in log %s: %q is taken as it is written", u.log.Name, name.Value),
		})
	}
}

// nearestField proposes names: by spelling, else those whose last part is the
// same.
func nearestField(log *schema.Log, name string) string {
	names := log.Names()
	if near := sigma.DidYouMean(name, names); near != "" {
		return near
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	var same []string
	for _, n := range names {
		if strings.EqualFold(n[strings.LastIndexByte(n, '.')+1:], last) {
			same = append(same, n)
		}
	}
	if len(same) > 0 {
		return "did you mean " + sigma.Choices(same) + "?"
	}
	return fmt.Sprintf("sigproof schema %s lists its fields", log.Name)
}
