package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sigproof/sigproof/fixtures/audit"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/fixtures/report"
)

// auditDocuments reads the documents that an audit looks at, and says how many
// others there are.
func (a *app) auditDocuments(args []string, f *auditFlags) (*audit.Documents, error) {
	at, err := momentOf(f.at)
	if err != nil {
		return nil, err
	}
	docs := audit.NewDocuments(at)
	docs.Emergency = f.emergency
	for _, arg := range args {
		names, err := auditFiles(arg)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			in := &input{name, docs.Reading(name, &event.Options{Role: f.role}), true}
			if err := a.eachEvent(in, func(r *event.Record) error { docs.Add(name, r); return nil }); err != nil {
				return nil, err
			}
		}
	}
	for _, r := range docs.Refused {
		a.note("%s: no document, but an error: %s", r.Source, r.Code)
	}
	if !docs.Any() {
		return nil, fmt.Errorf("%s: no role settings, PIM alerts or assignments there", strings.Join(args, " "))
	}
	for _, s := range docs.Strangers() {
		a.note("--emergency %s: no document has a role of this account", s)
	}
	if docs.Others > 0 {
		a.note("not looked at: %s of other kinds", report.Count(docs.Others, "document"))
	}
	return docs, nil
}

// auditFiles lists a file, or the documents of a folder: those that are there
// themselves, as a link may lead anywhere.
func auditFiles(arg string) ([]string, error) {
	if info, err := os.Stat(arg); arg == "-" || err != nil || !info.IsDir() {
		return []string{arg}, nil
	}
	var out []string
	err := filepath.WalkDir(arg, func(name string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(name); err == nil && d.Type().IsRegular() && (ext == ".json" || ext == ".jsonl") {
			out = append(out, filepath.ToSlash(name))
		}
		return err
	})
	return out, err
}

// momentOf reads the time that documents are of; now, if none is given.
func momentOf(s string) (time.Time, error) {
	if s == "" {
		return time.Now().UTC(), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("--at %s: it must be a time such as 2026-11-28 or 2026-11-28T09:00:00Z", s)
}
