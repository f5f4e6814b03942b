package pack

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzArchive reads archives that may be anything. One that holds against its
// manifest is the same pack when it is written and read again.
func FuzzArchive(f *testing.F) {
	p := sample()
	p.Folder = "app"
	var asZip, asTar bytes.Buffer
	if p.WriteZip(&asZip) != nil || p.WriteTar(&asTar) != nil {
		f.Fatal("the seeds can't be written")
	}
	f.Add(asZip.Bytes())
	f.Add(asTar.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := readArchive(bytes.NewReader(data), int64(len(data)))
		if err != nil || len(p.Verify(nil)) > 0 {
			return
		}
		for _, again := range [][]byte{zipped(t, p), tarred(t, p)} {
			q, err := readArchive(bytes.NewReader(again), int64(len(again)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p.Manifest, q.Manifest); diff != "" || len(q.Verify(nil)) > 0 {
				t.Fatalf("%v (-want +got):\n%s", q.Verify(nil), diff)
			}
		}
	})
}
