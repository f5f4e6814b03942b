package products

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/bounded"
	"github.com/sigproof/sigproof/targets"
)

// maxNames is how long the file of --names may be.
const maxNames = 4 << 20

// NamesFlag adds --names, which reads what a site calls sources and fields.
func NamesFlag(cmd *cobra.Command, names **targets.Names) {
	cmd.Flags().Var(&namesFile{names}, "names", `JSON file that says what the site calls sources and fields: {"sources": {...}, "fields": {...}}`)
}

// A namesFile is the value of --names: the file that it names is read at once.
type namesFile struct{ Names **targets.Names }

// Set reads the file.
func (f *namesFile) Set(name string) error {
	data, err := bounded.ReadWhole(name, maxNames)
	if err != nil {
		return err
	}
	names, err := targets.ReadNames(data)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	*f.Names = names
	return nil
}

// String is empty: by default nothing is read.
func (*namesFile) String() string { return "" }

// Type is what the help calls the value.
func (*namesFile) Type() string { return "file" }
