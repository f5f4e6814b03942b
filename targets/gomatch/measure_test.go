package gomatch

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
)

// TestNumbersSlide holds that a window that has slid measures what one does into
// which the same occurrences are put anew.
func TestNumbersSlide(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var all []*occurrence
	for i := range 200 {
		var v eval.Value = eval.Number(strconv.Itoa(random.IntN(9) - 4))
		if i%7 == 0 {
			v = eval.String("none")
		}
		all = append(all, &occurrence{event: i, values: []eval.Value{v}})
	}
	for _, typ := range []string{"value_sum", "value_avg", "value_median", "value_percentile"} {
		c := &ir.Correlation{Type: typ, Percent: ir.DecimalOf(90)}
		slid := newWindow(c)
		for i, o := range all {
			slid.add(o, 1)
			start := max(0, i-12)
			if start > 0 {
				slid.add(all[start-1], -1)
			}
			anew := newWindow(c)
			for _, o := range all[start : i+1] {
				anew.add(o, 1)
			}
			got, ok1 := slid.measure()
			if want, ok2 := anew.measure(); ok1 != ok2 || got.Compare(want) != 0 {
				t.Fatalf("%s after %d: %v, want %v", typ, i, got, want)
			}
		}
	}
}
