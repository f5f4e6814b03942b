package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/products"
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

func (a *app) packDrift(args []string, against string) error {
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

// exports reads what a file, or each file of a folder, holds of the product.
func (a *app) exports(arg string, of *products.Product) ([]pack.Object, error) {
	sources, err := a.find(arg, of.IsExport)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(arg); err == nil && info.IsDir() && len(sources) == 0 {
		return nil, fmt.Errorf("%s: no export there", arg)
	}
	var out []pack.Object
	for _, s := range sources {
		found, err := of.Exported(s.src)
		if err != nil {
			return nil, fmt.Errorf("%s: no export of %s: %w", s.name, of.Name, err)
		}
		out = append(out, found...)
	}
	return out, nil
}
