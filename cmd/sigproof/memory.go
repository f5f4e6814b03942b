package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// A quarter of the work on a large folder would go into collecting garbage of
// a heap that is small. So none is collected before the heap has easyHeap
// bytes; from then on it is as Go has it: when the heap has doubled.
const (
	easyHeap    = 112 << 20
	firstHeap   = 4 << 20 // what Go collects first, for each 100 percent
	goDefaultGC = 100
)

// collectLate sets the first collection, and after each one the next, unless
// who runs the program says by GOGC how garbage is collected.
func collectLate() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(easyHeap / firstHeap * goDefaultGC / 2)
	runtime.AddCleanup(new(sentinel), func(int) { afterGC() }, 0)
}

// A sentinel is left to the collector, to hear that it ran.
type sentinel struct{ _ [16]byte }

func afterGC() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if n := live[0].Value.Uint64(); n > 0 {
		debug.SetGCPercent(max(goDefaultGC, int(easyHeap/float64(n)*goDefaultGC)-goDefaultGC))
	}
	runtime.AddCleanup(new(sentinel), func(int) { afterGC() }, 0)
}
