package lint

import (
	"strings"
	"time"

	"github.com/sigproof/sigproof/sigma"
)

// dateChecks look at the days of a document.
var dateChecks = []*Check{
	dateMissing, dateOnlyModified, dateSlashes, dateOrder, dateSame,
}

var dateMissing = absent("date", func(h *sigma.Head) sigma.Text { return h.Date }, "date: 2024-05-01", "The age of a rule tells how much to trust it.")

func day(t sigma.Text) (time.Time, bool) {
	d, err := time.Parse("2006-01-02", strings.ReplaceAll(t.Value, "/", "-"))
	return d, err == nil
}

var dateSlashes = &Check{
	Code:     "date/slashes",
	Severity: sigma.Info,
	Title:    "date is written with slashes",
	Why:      "Sigma 2 has dates of ISO 8601. Tools that follow it refuse the older form.",
	Before:   "date: 2024/05/01",
	After:    "date: 2024-05-01",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, t := range []sigma.Text{p.Head().Date, p.Head().Modified} {
			d, ok := day(t)
			if !ok || !strings.Contains(t.Value, "/") {
				continue
			}
			f := p.report(t.At, "%s is the form of Sigma before 2.0; it must be %s", t.Value, d.Format("2006-01-02"))
			if oneLine(p.File(), t) {
				f.safe("write "+d.Format("2006-01-02"), replace(t.At, strings.ReplaceAll(p.File().Text(t.At), "/", "-"))...)
			}
		}
	},
}

var dateOrder = &Check{
	Code:     "date/order",
	Severity: sigma.Warning,
	Title:    "document was modified before it was made",
	Why:      "One of the dates is wrong; often the two have changed places.",
	Before:   "date: 2024-05-01\nmodified: 2024-04-01",
	After:    "date: 2024-04-01\nmodified: 2024-05-01",
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		h := p.Head()
		made, ok := day(h.Date)
		changed, ok2 := day(h.Modified)
		if ok && ok2 && changed.Before(made) {
			f := p.report(h.Modified.At, "the document was modified before its date, %s", h.Date.Value)
			f.unsafe("swap the dates", append(replace(h.Date.At, p.File().Text(h.Modified.At)), replace(h.Modified.At, p.File().Text(h.Date.At))...)...)
		}
	},
}

var dateSame = &Check{
	Code:     "date/same",
	Severity: sigma.Hint,
	Title:    "document was modified on the day it was made",
	Why:      "The second date says nothing.",
	Before:   "date: 2024-05-01\nmodified: 2024-05-01",
	After:    "date: 2024-05-01",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		h := p.Head()
		made, ok := day(h.Date)
		changed, ok2 := day(h.Modified)
		if ok && ok2 && changed.Equal(made) {
			p.report(h.Modified.At, `"modified" is the same day as "date"`).safe("remove it", p.removeKey("modified")...)
		}
	},
}

var dateOnlyModified = &Check{
	Code:     "date/only-modified",
	Severity: sigma.Info,
	Title:    "document has a day of change, and no date",
	Why:      "Tools that sort by date do not find the document.",
	Before:   started("modified: 2024-05-01"),
	After:    started("date: 2024-05-01"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		h := p.Head()
		if _, ok := p.lacks("date", h.Date); h.Modified == (sigma.Text{}) || !ok || p.entry("date") != nil {
			return
		}
		if e := p.entry("modified"); e != nil {
			p.report(e.Key.At, `the document has "modified" and no "date"`).unsafe("take it for the date", replace(e.Key.At, "date")...)
		}
	},
}
