package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/fixtures/report"
	"github.com/sigproof/sigproof/sigma/display"
	"github.com/sigproof/sigproof/targets/pack"
)

func (a *app) packVerifyCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:     "verify PACK",
		Short:   "Hold the files of a pack against its manifest, and that against its signature",
		Example: "  sigproof pack verify pack.zip --key minisign.pub",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.formats("text"); err != nil {
				return err
			}
			return a.packVerify(args[0], key)
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "the public key of minisign that must have signed: a file, or its line")
	return cmd
}

func (a *app) packVerify(name, keyName string) error {
	p, err := pack.Open(name)
	if err != nil {
		return err
	}
	of, err := productOf(p)
	if err != nil {
		return err
	}
	wrong, signed := p.Verify(nil), "not signed"
	if p.Signature != nil {
		signed = "signed, by a key that --key must name"
	}
	if keyName != "" {
		key, err := pack.PublicKey(keyName)
		if err != nil {
			return err
		}
		wrong, signed = p.Verify(&key), fmt.Sprintf("signed by key %X", key.ID())
	}
	if p.Sound() {
		wrong = append(wrong, of.Verify(p)...)
	}
	return a.emit(func(w io.Writer) error {
		for _, problem := range wrong {
			fmt.Fprintf(w, "%s: %s\n", name, display.Line(problem.Error()))
		}
		if len(wrong) > 0 {
			return errFindings
		}
		_, err := fmt.Fprintf(w, "%s: %s %s for %s, %s in %s, all as the manifest says; %s\n",
			name, display.Line(p.Manifest.Name), display.Line(p.Manifest.Version), p.Manifest.Product,
			report.Count(len(p.Manifest.Rules), "rule"), report.Count(len(p.Files), "file"), signed)
		return err
	})
}
