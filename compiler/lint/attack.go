package lint

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed data/attack.txt
var attackText string

// attack is what is known of ATT&CK.
type attack struct {
	techniques map[string]bool
	revoked    map[string]string // in favour of another
}

// tactics are those of ATT&CK for enterprises, as tags write them.
var tactics = []string{
	"reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation",
	"stealth", "defense-impairment", "credential-access", "discovery", "lateral-movement", "collection",
	"command-and-control", "exfiltration", "impact",
}

// readAttack reads the list of techniques, when the first check asks.
var readAttack = sync.OnceValue(func() *attack {
	a := &attack{techniques: map[string]bool{}, revoked: map[string]string{}}
	for line := range strings.Lines(attackText) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case len(words) == 3 && words[1] == ">":
			a.revoked[words[0]] = words[2]
		default:
			a.techniques[words[0]] = true
			for _, sub := range words[1:] {
				a.techniques[words[0]+"."+sub] = true
			}
		}
	}
	return a
})
