// Package attack knows the tactics and techniques of ATT&CK for enterprises, as
// the tags of rules name them. What a rule detects it does not know.
package attack

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed attack.txt
var text string

// A Tactic is a column of the matrix.
type Tactic struct {
	ID   string // "TA0006"
	Name string // "Credential Access"
	Tag  string // "credential-access"
}

// A Technique is a way to reach a tactic, or several.
type Technique struct {
	ID      string // "T1098", "T1098.003"
	Name    string
	Tactics []*Tactic // in the order of the matrix
}

var tactics = []*Tactic{
	{"TA0043", "Reconnaissance", "reconnaissance"},
	{"TA0042", "Resource Development", "resource-development"},
	{"TA0001", "Initial Access", "initial-access"},
	{"TA0002", "Execution", "execution"},
	{"TA0003", "Persistence", "persistence"},
	{"TA0004", "Privilege Escalation", "privilege-escalation"},
	{"TA0005", "Stealth", "stealth"},
	{"TA0112", "Defense Impairment", "defense-impairment"},
	{"TA0006", "Credential Access", "credential-access"},
	{"TA0007", "Discovery", "discovery"},
	{"TA0008", "Lateral Movement", "lateral-movement"},
	{"TA0009", "Collection", "collection"},
	{"TA0011", "Command and Control", "command-and-control"},
	{"TA0010", "Exfiltration", "exfiltration"},
	{"TA0040", "Impact", "impact"},
}

// Tactics lists the tactics in the order of the matrix.
func Tactics() []*Tactic { return slices.Clone(tactics) }

// ByID gives the technique of an id, in upper case, or nil.
func ByID(id string) *Technique { return read().techniques[id] }

// Successor gives the id that took the place of a revoked one; empty if the id
// was not revoked.
func Successor(id string) string { return read().revoked[id] }

type catalogue struct {
	techniques map[string]*Technique
	revoked    map[string]string // in favour of another
}

// read reads the list when somebody first asks.
var read = sync.OnceValue(func() *catalogue {
	c := &catalogue{map[string]*Technique{}, map[string]string{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if old, heir, ok := strings.Cut(line, " > "); ok {
			c.revoked[old] = heir
			continue
		}
		id, rest, _ := strings.Cut(line, " ")
		numbers, name, _ := strings.Cut(rest, " ")
		t := &Technique{ID: id, Name: name}
		for n := range strings.SplitSeq(numbers, ",") {
			i, err := strconv.Atoi(n)
			if err != nil {
				panic("attack: line " + strconv.Quote(line) + ": " + err.Error()) // the list is ours
			}
			t.Tactics = append(t.Tactics, tactics[i-1])
		}
		c.techniques[id] = t
	}
	return c
})
