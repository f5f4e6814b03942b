package lint

import (
	"fmt"
	"path"
	"strings"

	"github.com/google/uuid"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// idChecks look at what documents are called by others: id and name.
var idChecks = []*Check{
	idMissing, idMadeUp, idCase, nameForm,
}

var idMissing = &Check{
	Code:     "id/missing",
	Severity: sigma.Hint,
	Title:    "document has no id",
	Why:      "Alerts, correlations and products need a name that lasts when the title is changed.",
	Before:   started(""),
	After:    started("id: 08a4a679-de2c-521a-9718-23c932875c03"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		h := p.Head()
		at, ok := p.lacks("id", h.ID)
		if h.Title.Value == "" || !ok {
			return
		}
		if f, empty := p.reportLack(at, "id"); !empty {
			f.safe("add an id", p.insertBehind("title", "id: "+generatedID(p))...)
		}
	},
}

var madeUp = lazyre.New(`^(?i)(0{8}-0{4}-0{4}-0{4}-0{12}|1{8}-1{4}-1{4}-1{4}-1{12}|12345678-|deadbeef-|aaaaaaaa-aaaa|x{8})`)

var idMadeUp = &Check{
	Code:     "id/made-up",
	Severity: sigma.Warning,
	Title:    "id is one that examples use",
	Why:      "Somebody else's rule has it too, and one replaces the other.",
	Before:   started("id: 00000000-0000-0000-0000-000000000000"),
	After:    started("id: a2f18b87-4f7a-5bc2-a282-18a0958ddd94"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		if h := p.Head(); madeUp.Get().MatchString(h.ID.Value) {
			p.report(h.ID.At, "id %q is one that examples use", h.ID.Value).
				unsafe("write one of its own", rewriteID(p.File(), h.ID, generatedID(p))...)
		}
	},
}

// generatedID makes an id from the document: from the name of its file without
// folders, its place there and what it says. The same document gets the same
// id on every machine, and a copy of it the next one that is free.
func generatedID(p *Pass) string {
	text := fmt.Sprintf("sigproof:%s#%d\n%s", path.Base(p.path()), p.Head().Index, sigma.Print(p.Doc))
	for {
		id := uuid.NewSHA1(uuid.NameSpaceURL, []byte(text)).String()
		if p.collection.Lookup(id) == nil {
			return id
		}
		text = id
	}
}

var idCase = &Check{
	Code:     "id/case",
	Severity: sigma.Hint,
	Title:    "id is in upper case",
	Why:      "Tools that compare ids as text take it for another one. RFC 9562 writes them in lower case.",
	Before:   "id: 3C6F1D0E-8F5B-4F4E-9A55-0D6F3B1A7C21",
	After:    "id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		id := p.Head().ID
		if lower := strings.ToLower(id.Value); lower != id.Value {
			p.report(id.At, "the id is in upper case").
				fix("write it in lower case", !p.referredTo(id.Value), rewriteID(p.File(), id, lower))
		}
	},
}

// rewriteID keeps an id without quotes, though it may begin with a digit.
func rewriteID(f *sigma.File, t sigma.Text, id string) []sigma.Edit {
	if oneLine(f, t) && style(f, t) == 0 {
		return replace(t.At, id)
	}
	return rewrite(f, t, id)
}

var nameForm = &Check{
	Code:     "name/form",
	Severity: sigma.Info,
	Title:    "name has characters that no condition can use",
	Why:      "A correlation's condition joins rules by their names, and only takes letters, digits, _ . and -.",
	Before:   "name: failed logon",
	After:    "name: failed_logon",
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		n := p.Head().Name
		if better := nameRunes.Get().ReplaceAllString(strings.TrimSpace(n.Value), "_"); better != n.Value && better != "" {
			p.report(n.At, "name %q can't stand in a condition; names have letters, digits, _ . and -", n.Value).
				unsafe("write "+better, rewrite(p.File(), n, better)...)
		}
	},
}

var nameRunes = lazyre.New(`[^A-Za-z0-9_.-]+`)
