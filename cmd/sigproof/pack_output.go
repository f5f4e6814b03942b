package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/sigproof/sigproof/cmd/sigproof/products"
	"github.com/sigproof/sigproof/targets/pack"
)

// fileEnding is that of the name of a file; a folder of rules may be called v1.2.
var fileEnding = regexp.MustCompile(`^\.[A-Za-z][A-Za-z0-9]*$`)

// packOutput wants the output to be one that a pack is written to, so that a
// name which looks like a file's does not become a folder.
func packOutput(of *products.Product, output string) error {
	wanted := ".zip"
	if of.Installed != "" {
		wanted += " or " + of.Installed
	}
	switch {
	case output == "" || output == "-":
		return fmt.Errorf("--output must name the folder, or the file that ends with %s, that the pack goes to", wanted)
	case endsIn(output, ".zip") || isInstalled(of, output) || !fileEnding.MatchString(filepath.Ext(output)):
		return nil
	}
	if info, err := os.Stat(output); err == nil && info.IsDir() {
		return nil
	}
	return fmt.Errorf("--output %s: a pack for %s goes to a folder, or to a file that ends with %s; a folder of that name must end with a slash", output, of.Name, wanted)
}

// isInstalled tells whether the output is what the product installs.
func isInstalled(of *products.Product, output string) bool {
	return of.Installed != "" && endsIn(output, of.Installed)
}

// endsIn tells whether a file has an ending, whatever the case.
func endsIn(name, ending string) bool { return strings.EqualFold(filepath.Ext(name), ending) }

// writePack writes a folder, or the archive that the name of the output ends as.
func writePack(of *products.Product, p *pack.Pack, output string) error {
	write := p.WriteZip
	switch {
	case isInstalled(of, output):
		write = p.WriteTar
	case !endsIn(output, ".zip"):
		return p.WriteDir(output)
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(output), 0o755); err != nil {
		return err
	}
	return os.WriteFile(output, b.Bytes(), 0o644)
}

// packBefore reads the pack that a new one goes on from; nil if none is named.
func packBefore(of *products.Product, name string) (*pack.Pack, error) {
	if name == "" {
		return nil, nil
	}
	p, err := openPack(name)
	if err != nil {
		return nil, err
	}
	if p.Manifest.Product != of.Name {
		return nil, fmt.Errorf("--since %s is a pack for %s, and its versions say nothing of one for %s", name, p.Manifest.Product, of.Name)
	}
	return p, nil
}

// openPack reads a pack and wants it to be as it was made.
func openPack(name string) (*pack.Pack, error) {
	p, err := pack.Open(name)
	if err != nil {
		return nil, err
	}
	if wrong := p.Verify(nil); len(wrong) > 0 {
		return nil, fmt.Errorf("pack %s is not as it was made: %w", name, wrong[0])
	}
	return p, nil
}

// productOf finds the product of a pack.
func productOf(p *pack.Pack) (*products.Product, error) {
	var names []string
	for _, x := range products.All() {
		if x.Name == p.Manifest.Product {
			return x, nil
		}
		names = append(names, x.Name)
	}
	return nil, oneOf("the product of the pack", p.Manifest.Product, names...)
}
