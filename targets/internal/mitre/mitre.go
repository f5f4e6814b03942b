// Package mitre reads the ATT&CK tags of rules as Microsoft's products take them:
// the tactics and techniques of version 15.
package mitre

import (
	"regexp"
	"slices"
	"strings"
)

// A tactic is what the products call one, with the techniques of ATT&CK that
// belong to it, without their T.
type tactic struct{ name, techniques string }

// tactics are in the order of the matrix.
var tactics = []tactic{
	{"Reconnaissance", "1589 1590 1591 1592 1593 1594 1595 1596 1597 1598"},
	{"ResourceDevelopment", "1583 1584 1585 1586 1587 1588 1608 1650"},
	{"InitialAccess", "1078 1091 1133 1189 1190 1195 1199 1200 1566 1659"},
	{"Execution", "1047 1053 1059 1072 1106 1129 1203 1204 1559 1569 1609 1610 1648 1651"},
	{"Persistence", "1037 1053 1078 1098 1133 1136 1137 1176 1197 1205 1505 1525 1542 1543 1546 1547 1554 1556 1574 1653"},
	{"PrivilegeEscalation", "1037 1053 1055 1068 1078 1098 1134 1484 1543 1546 1547 1548 1574 1611"},
	{"DefenseEvasion", "1006 1014 1027 1036 1055 1070 1078 1112 1127 1134 1140 1197 1202 1205 1207 1211 1216 1218 1220 1221 1222 1480 1484 1497 1535 1542 1548 1550 1553 1556 1562 1564 1574 1578 1599 1600 1601 1610 1612 1620 1622 1647 1656"},
	{"CredentialAccess", "1003 1040 1056 1110 1111 1187 1212 1528 1539 1552 1555 1556 1557 1558 1606 1621 1649"},
	{"Discovery", "1007 1010 1012 1016 1018 1033 1040 1046 1049 1057 1069 1082 1083 1087 1120 1124 1135 1201 1217 1482 1497 1518 1526 1538 1580 1613 1614 1615 1619 1622 1652 1654"},
	{"LateralMovement", "1021 1072 1080 1091 1210 1534 1550 1563 1570"},
	{"Collection", "1005 1025 1039 1056 1074 1113 1114 1115 1119 1123 1125 1185 1213 1530 1557 1560 1602"},
	{"CommandAndControl", "1001 1008 1071 1090 1092 1095 1102 1104 1105 1132 1205 1219 1568 1571 1572 1573 1659 1665"},
	{"Exfiltration", "1011 1020 1029 1030 1041 1048 1052 1537 1567"},
	{"Impact", "1485 1486 1489 1490 1491 1495 1496 1498 1499 1529 1531 1561 1565 1657"},
}

// renamed says what the products still call tactics that ATT&CK split.
var renamed = map[string]string{"stealth": "DefenseEvasion", "defense-impairment": "DefenseEvasion"}

// former says under which ids the products know techniques that ATT&CK moved.
var former = map[string]string{
	"T1684.001": "T1656",
	"T1685":     "T1562", "T1685.001": "T1562.002", "T1685.002": "T1562.008", "T1685.003": "T1562.011",
	"T1685.004": "T1562.012", "T1685.005": "T1070.001", "T1685.006": "T1070.002",
	"T1686": "T1562.004", "T1686.001": "T1562.007", "T1686.002": "T1562.004",
	"T1688": "T1562.009", "T1689": "T1562.010", "T1690": "T1562.003",
}

var techniqueForm = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)

// Attack reads the tags of a rule as tactics, in the order of the
// matrix, and techniques. Each technique must belong to one of the tactics: if
// none of those that the rule names has it, the first that does is added. A
// technique that the products do not know is left out.
func Attack(tags []string) (tacticNames, techniques []string) {
	named := map[string]bool{}
	for _, tag := range tags {
		tag, ok := strings.CutPrefix(strings.ToLower(tag), "attack.")
		if !ok {
			continue
		}
		if id := strings.ToUpper(tag); techniqueForm.MatchString(id) {
			if old := former[id]; old != "" {
				id = old
			}
			if len(TacticsOf(id)) > 0 && !slices.Contains(techniques, id) {
				techniques = append(techniques, id)
			}
			continue
		}
		named[tacticName(tag)] = true
	}
	for _, id := range techniques {
		of := TacticsOf(id)
		if !slices.ContainsFunc(of, func(name string) bool { return named[name] }) {
			named[of[0]] = true
		}
	}
	for _, t := range tactics {
		if named[t.name] {
			tacticNames = append(tacticNames, t.name)
		}
	}
	slices.Sort(techniques)
	return tacticNames, techniques
}

// tacticName is the products' name of a tactic: its words joined.
func tacticName(tag string) string {
	if name := renamed[tag]; name != "" {
		return name
	}
	joined := strings.ReplaceAll(strings.ReplaceAll(tag, "-", ""), "_", "")
	for _, t := range tactics {
		if strings.EqualFold(t.name, joined) {
			return t.name
		}
	}
	return ""
}

// TacticsOf lists the tactics that a technique belongs to; a sub-technique
// belongs to those of its parent.
func TacticsOf(technique string) []string {
	number, _, _ := strings.Cut(strings.TrimPrefix(technique, "T"), ".")
	var names []string
	for _, t := range tactics {
		if slices.Contains(strings.Fields(t.techniques), number) {
			names = append(names, t.name)
		}
	}
	return names
}

// Parents gives the techniques and, apart, the sub-techniques among ids: the
// service wants both.
func Parents(ids []string) (techniques, subs []string) {
	for _, id := range ids {
		parent, _, isSub := strings.Cut(id, ".")
		if isSub {
			subs = append(subs, id)
		}
		if !slices.Contains(techniques, parent) {
			techniques = append(techniques, parent)
		}
	}
	return techniques, subs
}
