package main

import (
	"context"

	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/sigma"
)

// updateSuites writes what the native engine answers into the suites, comments
// kept, and replays them again: an engine that answers otherwise still fails.
func (a *app) updateSuites(ctx context.Context, args []string, f *testFlags, r *fixtures.Report) (*fixtures.Report, error) {
	var files []*sigma.File
	edits := map[*sigma.File][]sigma.Edit{}
	cases := 0
	for _, s := range r.Suites {
		updates := s.Updates()
		if len(updates) == 0 {
			continue
		}
		if edits[s.Suite.File] == nil {
			files = append(files, s.Suite.File)
		}
		edits[s.Suite.File] = append(edits[s.Suite.File], updates...)
		cases += len(updates)
	}
	if cases == 0 {
		return r, nil
	}
	for _, file := range files {
		text, _ := sigma.Apply(file.Src, []sigma.Fix{{Edits: edits[file]}})
		rewrite := rewriting{source{name: file.Name, src: file.Src}, text}
		if err := rewrite.write(); err != nil {
			return nil, err
		}
	}
	a.note("%d cases expect something else now, in %d files", cases, len(files))
	return a.replay(ctx, args, f)
}
