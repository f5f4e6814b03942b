package compiler

import (
	"fmt"
	"slices"
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
			proposeField(d, u.log, name)
		}
		return
	}
	u.fields[node] = ref
	switch {
	case ref.Alias != nil && ref.Alias.Warn != "":
		d := &sigma.Diagnostic{Code: "field/alias", Severity: sigma.Warning, File: file, At: name.At, Message: ref.Alias.Warn}
		// No product writes a derived field, and not all names are one field's.
		if ref.Path != nil && (ref.Alias.Origin == "" || strings.HasSuffix(ref.Alias.Warn, ref.Name+" is meant")) {
			rename(d, name, ref.Name)
		}
		u.report(d)
	case u.log.Open && strings.ContainsAny(name.Value, "[]"):
		u.report(&sigma.Diagnostic{
			Code: "field/brackets", Severity: sigma.Info, File: file, At: name.At,
			Message: fmt.Sprintf("brackets select nothing in log %s: %q is taken as it is written", u.log.Name, name.Value),
		})
	}
}

// proposeField proposes names for one that the log does not have: by spelling
// and, if that is not one, the few beside which it would stand, else those whose
// last part is the same.
func proposeField(d *sigma.Diagnostic, log *schema.Log, name sigma.Text) {
	near := sigma.Nearest(strings.TrimSpace(name.Value), log.Names())
	if beside := sameStart(log, name.Value); len(near) != 1 && len(beside) <= 4 {
		near = append(near, slices.DeleteFunc(beside, func(n string) bool { return slices.Contains(near, n) })...)
	}
	if len(near) == 0 {
		near = sameEnd(log, name.Value)
	}
	switch {
	case len(near) > 0:
		d.Label = "did you mean " + sigma.Choices(near) + "?"
		if len(near) == 1 && isSlip(name.Value, near[0]) {
			rename(d, name, near[0])
		}
	case strings.Contains(name.Value, "*"):
		d.Label = "a star is no wildcard in the name of a field"
	default:
		d.Label = fmt.Sprintf("sigproof schema %s lists its fields", log.Name)
	}
}

// isSlip tells a slip of the keyboard from another word: FileName is not
// RuleName, and a field of the parent not one of its child.
func isSlip(name, better string) bool {
	name = strings.TrimSpace(name)
	longer := len(name) - len(better)
	return -2 <= longer && longer <= 2 && name != "" && strings.EqualFold(name[:1], better[:1])
}

// sameStart lists the fields of a log that stand below the same object.
func sameStart(log *schema.Log, name string) []string {
	object := name[:strings.LastIndexByte(name, '.')+1]
	if object == "" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(log.Names()), func(n string) bool {
		return !strings.HasPrefix(n, object) || strings.ContainsRune(n[len(object):], '.')
	})
}

// sameEnd lists the fields of a log whose last part is that of a name.
func sameEnd(log *schema.Log, name string) []string {
	last := name[strings.LastIndexByte(name, '.')+1:]
	var same []string
	for _, n := range log.Names() {
		if strings.EqualFold(n[strings.LastIndexByte(n, '.')+1:], last) {
			same = append(same, n)
		}
	}
	return same
}

// rename offers another name for a field. It is for a person to say whether it
// is the one that was meant.
func rename(d *sigma.Diagnostic, name sigma.Text, better string) {
	if d.File.Text(name.At) == name.Value {
		d.Fixes = append(d.Fixes, sigma.Fix{Title: "write " + better, Edits: []sigma.Edit{{At: name.At, Text: better}}})
	}
}
