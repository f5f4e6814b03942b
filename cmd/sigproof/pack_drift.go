package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/products"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
)

func (a *app) packDriftCommand() *cobra.Command {
	var against string
	cmd := &cobra.Command{
		Use:     "drift EXPORT...",
		Short:   "Show what a product runs otherwise than a pack says: changed, missing, extra",
		Example: "  sigproof pack drift exported.json --pack pack.zip\n  sigproof pack drift exported/ --pack pack.zip --format markdown",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl", "markdown"); err != nil {
				return err
			}
			if against == "" {
				return errors.New("--pack must name the pack that the product is held against")
			}
			return a.packDrift(args, against)
		},
	}
	cmd.Flags().StringVar(&against, "pack", "", "the pack that the product should run")
	return cmd
}

// maxExport is how much of a product one file may tell: thousands of searches.
const maxExport = 4 * sigma.MaxSize

func (a *app) packDrift(args []string, against string) error {
	if a.bounds.size == sigma.MaxSize { // nobody set another
		a.bounds.size = maxExport
	}
	p, err := openPack(against)
	if err != nil {
		return err
	}
	of, err := productOf(p)
	if err != nil {
		return err
	}
	want, err := of.Objects(p)
	if err != nil {
		return fmt.Errorf("pack %s: %w", against, err)
	}
	var have []pack.Object
	for _, arg := range args {
		found, err := a.exports(arg, of)
		if err != nil {
			return err
		}
		have = append(have, found...)
	}
	if of.Merge != nil {
		have = of.Merge(have)
	}
	d := pack.Compare(want, have)
	err = a.emit(func(w io.Writer) error {
		switch a.format {
		case "json", "jsonl":
			return d.JSON(w)
		case "markdown":
			return d.Markdown(w)
		}
		return d.Text(w)
	})
	if err == nil && !d.Empty() {
		return errFindings
	}
	return err
}

// exports reads what a file, or each file of a folder, holds of the product. In
// a folder other files may stand beside them.
func (a *app) exports(arg string, of *products.Product) ([]pack.Object, error) {
	sources, err := a.find(arg, of.IsExport)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(arg)
	folder := err == nil && info.IsDir()
	if folder && len(sources) == 0 {
		return nil, fmt.Errorf("%s: no export there", arg)
	}
	var out []pack.Object
	var foreign error // of the first file that is something else
	read := 0
	for _, s := range sources {
		if len(s.src) > int(a.bounds.size) {
			return nil, fmt.Errorf("%s has more than %d bytes, and no more are read; --max-size sets how many", s.name, a.bounds.size)
		}
		found, err := readExport(of, s)
		var other *pack.Foreign
		switch {
		case folder && errors.As(err, &other):
			foreign = cmp.Or(foreign, err)
			continue
		case err != nil:
			return nil, err
		}
		read++
		out = append(out, found...)
	}
	if read == 0 {
		return nil, fmt.Errorf("%s: no export there: all files are something else, such as %w", arg, foreign)
	}
	return out, nil
}

// readExport reads a file of the product. If it is one of another, this says so.
func readExport(of *products.Product, s source) ([]pack.Object, error) {
	found, err := of.Exported(s.src)
	switch {
	case len(pack.Trimmed(s.src)) == 0 && filepath.Ext(s.name) != ".conf": // what failed to be exported
		err = errors.New("it is empty")
	case pack.IsArchive(s.src):
		err = errors.New("it is an archive; drift reads what is in it")
	case err == nil:
		return found, nil
	}
	var foreign *pack.Foreign
	known := errors.As(err, &foreign)
	for _, other := range products.All() {
		if found, wrong := other.Exported(s.src); wrong != nil || len(found) == 0 {
			continue
		}
		if err = fmt.Errorf("it is one of %s", other.Name); known {
			err = &pack.Foreign{Looks: "one of " + other.Name, Wants: foreign.Wants}
		}
		break
	}
	return nil, fmt.Errorf("%s: no export of %s: %w", s.name, of.Name, err)
}
