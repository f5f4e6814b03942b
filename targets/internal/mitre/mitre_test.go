package mitre

import (
	"strings"
	"testing"
)

func TestAttack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tags, tactics, techniques string
	}{
		{"attack.stealth attack.defense-impairment attack.t1685", "DefenseEvasion", "T1562"},
		{"attack.t1078.004", "InitialAccess", "T1078.004"},
		{"attack.persistence attack.t1078.004 attack.t1098", "Persistence", "T1078.004 T1098"},
		{"attack.impact attack.t1098.003", "Persistence Impact", "T1098.003"},
		{"attack.command-and-control attack.T1090 attack.t9999 cve.2024 attack.g0016 attack.s0002", "CommandAndControl", "T1090"},
		{"attack.privilege_escalation", "PrivilegeEscalation", ""},
	} {
		tactics, techniques := Attack(strings.Fields(test.tags))
		if got := strings.Join(tactics, " "); got != test.tactics {
			t.Errorf("%s: tactics %q, want %q", test.tags, got, test.tactics)
		}
		if got := strings.Join(techniques, " "); got != test.techniques {
			t.Errorf("%s: techniques %q, want %q", test.tags, got, test.techniques)
		}
	}
}
