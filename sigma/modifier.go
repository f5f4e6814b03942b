package sigma

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Modifier is one "|name" of an item's key.
type Modifier struct {
	Name string
	At   Span
}

// Span is where the name stands, without the "|".
func (m Modifier) Span() Span { return m.At }

// takes says which values a modifier works on.
type takes int

const (
	takesAny    takes = iota // whatever the other modifiers take
	takesText                // strings, and numbers by their text
	takesNumber              // numbers
	takesBool                // true and false
	takesString              // strings only
)

// modifierRow describes one modifier. Spec, appendix Modifiers.
type modifierRow struct {
	name  string
	takes takes
	// after lists the groups of modifiers that may stand anywhere before it.
	after string
	// needs lists the groups of which one must stand before it.
	needs string
	about string
}

// The groups that the table names, so that a row stays a line.
var modifierGroups = map[string][]string{
	"part":    {"contains", "startswith", "endswith"},
	"plain":   {"all", "neq"},
	"case":    {"cased"},
	"dash":    {"windash"},
	"expand":  {"expand"},
	"wide":    {"utf16le", "utf16be", "utf16", "wide"},
	"base64":  {"base64", "base64offset"},
	"re":      {"re"},
	"flag":    {"i", "m", "s"},
	"cidr":    {"cidr"},
	"compare": {"gt", "gte", "lt", "lte"},
	"time":    {"minute", "hour", "day", "week", "month", "year"},
	"exists":  {"exists"},
	"ref":     {"fieldref"},
}

// modifierTable is who may follow whom. An encoding gives bytes, so only
// base64 can come next; base64 gives text again, so a part of text may follow.
var modifierTable = []modifierRow{
	{"contains", takesText, "plain case dash expand base64 wide ref", "", "the value anywhere in the field"},
	{"startswith", takesText, "plain case dash expand base64 wide ref", "", "the value at the field's start"},
	{"endswith", takesText, "plain case dash expand base64 wide ref", "", "the value at the field's end"},
	{"all", takesAny, "neq case dash expand base64 wide re flag cidr compare time part ref", "", "every value, not just one"},
	{"neq", takesAny, "all case dash expand base64 wide re flag cidr time part ref", "", "none of the values"},
	{"cased", takesText, "plain dash expand base64 wide part ref", "", "upper and lower case differ"},
	{"windash", takesText, "plain case expand part", "", "- / and the other dashes of options stand for each other"},
	{"expand", takesText, "plain case dash part re flag cidr", "", "%name% stands for the values of a placeholder"},
	{"utf16le", takesText, "plain case expand", "", "as UTF-16 little endian bytes"},
	{"utf16be", takesText, "plain case expand", "", "as UTF-16 big endian bytes"},
	{"utf16", takesText, "plain case expand", "", "as UTF-16 bytes with a byte order mark"},
	{"wide", takesText, "plain case expand", "", "as UTF-16 little endian bytes"},
	{"base64", takesText, "plain case expand wide", "", "encoded as Base64"},
	{"base64offset", takesText, "plain case expand wide", "", "encoded as Base64 at any of three offsets"},
	{"re", takesText, "plain expand", "", "a regular expression"},
	{"i", takesText, "plain expand re flag", "re", "the regular expression ignores case"},
	{"m", takesText, "plain expand re flag", "re", "^ and $ also match at line breaks"},
	{"s", takesText, "plain expand re flag", "re", ". also matches line breaks"},
	{"cidr", takesString, "plain expand", "", "an address in the network"},
	{"gt", takesNumber, "all time", "", "greater than the number"},
	{"gte", takesNumber, "all time", "", "greater than or equal to the number"},
	{"lt", takesNumber, "all time", "", "less than the number"},
	{"lte", takesNumber, "all time", "", "less than or equal to the number"},
	{"minute", takesNumber, "plain", "", "the minute of the field's time"},
	{"hour", takesNumber, "plain", "", "the hour of the field's time, in UTC"},
	{"day", takesNumber, "plain", "", "the day of the month of the field's time"},
	{"week", takesNumber, "plain", "", "the ISO week of the field's time"},
	{"month", takesNumber, "plain", "", "the month of the field's time"},
	{"year", takesNumber, "plain", "", "the year of the field's time"},
	{"exists", takesBool, "", "", "whether the field is there"},
	{"fieldref", takesString, "plain case part", "", "the value of another field"},
}

func modifierByName(name string) *modifierRow {
	for i := range modifierTable {
		if modifierTable[i].name == name {
			return &modifierTable[i]
		}
	}
	return nil
}

// ModifierNames lists every modifier, in the order of the table.
func ModifierNames() []string {
	names := make([]string, len(modifierTable))
	for i, row := range modifierTable {
		names[i] = row.name
	}
	return names
}

// ModifierAbout says in a few words what a modifier asks for.
func ModifierAbout(name string) string {
	if row := modifierByName(name); row != nil {
		return row.about
	}
	return ""
}

func inGroups(name, groups string) bool {
	for g := range strings.FieldsSeq(groups) {
		if g == name || slices.Contains(modifierGroups[g], name) {
			return true
		}
	}
	return false
}

// mayFollow lists the modifiers that can come after those given.
func mayFollow(before []Modifier) []string {
	var names []string
	for _, row := range modifierTable {
		if checkModifier(before, row.name) == "" {
			names = append(names, row.name)
		}
	}
	return names
}

// checkModifier says what is wrong with name behind the modifiers before it.
func checkModifier(before []Modifier, name string) string {
	row := modifierByName(name)
	met := row.needs == ""
	for _, m := range before {
		switch {
		case m.Name == name:
			return fmt.Sprintf("modifier %q stands twice", name)
		case modifierByName(m.Name) == nil:
			return "" // was reported itself
		case !inGroups(m.Name, row.after):
			return fmt.Sprintf("modifier %q can't follow %q", name, m.Name)
		case inGroups(m.Name, row.needs):
			met = true
		}
	}
	if !met {
		return fmt.Sprintf("modifier %q needs %s before it", name, Choices(strings.Fields(row.needs)))
	}
	if inGroups(name, "part") && hasAny(before, "part") || inGroups(name, "base64") && hasAny(before, "base64") {
		return fmt.Sprintf("modifier %q can't follow %q", name, before[len(before)-1].Name)
	}
	return ""
}

func hasAny(mods []Modifier, groups string) bool {
	return slices.ContainsFunc(mods, func(m Modifier) bool { return inGroups(m.Name, groups) })
}

// checkModifiers reports unknown, conflicting and misplaced modifiers. It
// tells whether the item can be compiled.
func (p *parser) checkModifiers(item *Item) bool {
	ok := true
	for i, m := range item.Modifiers {
		before := item.Modifiers[:i]
		if lower := strings.ToLower(m.Name); lower != m.Name && modifierByName(lower) != nil {
			p.report(Error, "modifier/case", m.At, fmt.Sprintf("modifier %q must be in lower case: %q", m.Name, lower)).
				fix("write "+lower, true, Edit{m.At, lower})
			ok = false
			continue
		}
		if modifierByName(m.Name) == nil {
			p.unknownModifier(before, m)
			ok = false
			continue
		}
		if wrong := checkModifier(before, m.Name); wrong != "" {
			p.report(Error, "modifier/misplaced", m.At, wrong).label(cmp.Or(betterWay(before, m.Name), "may stand here: "+list(mayFollow(before))))
			ok = false
		}
	}
	if ok {
		ok = p.checkEncoding(item)
	}
	return ok
}

// unknownModifier proposes the modifier that was meant, or says how else its
// meaning is written.
func (p *parser) unknownModifier(before []Modifier, m Modifier) {
	d := p.report(Error, "modifier/unknown", m.At, fmt.Sprintf("unknown modifier %q", m.Name))
	near := Nearest(m.Name, ModifierNames())
	if name := otherWords[strings.ToLower(m.Name)]; name != "" {
		near = []string{name}
	}
	if len(near) == 0 {
		d.label(cmp.Or(needless[strings.ToLower(m.Name)], "may stand here: "+strings.Join(mayFollow(before), ", ")))
		return
	}
	d.label(didYouMean(near)).fix("write "+near[0], false, Edit{m.At, near[0]})
}

// otherWords are what other languages call modifiers.
var otherWords = map[string]string{
	"regex": "re", "regexp": "re", "match": "re", "matches": "re",
	"starts": "startswith", "begins": "startswith", "beginswith": "startswith", "prefix": "startswith",
	"ends": "endswith", "suffix": "endswith", "includes": "contains", "has": "contains",
	"<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "!=": "neq", "not": "neq", "ne": "neq", "subnet": "cidr", "casesensitive": "cased",
}

// needless are words of other languages for what needs no modifier.
var needless = map[string]string{
	"equals": "a field without modifiers is compared as a whole", "equal": "a field without modifiers is compared as a whole",
	"eq": "a field without modifiers is compared as a whole", "is": "a field without modifiers is compared as a whole",
	"exact": "a field without modifiers is compared as a whole",
	"in":    "one of a list of values is enough without a modifier", "any": "one of a list of values is enough without a modifier",
	"like": "* and ? are wildcards without a modifier", "wildcard": "* and ? are wildcards without a modifier",
	"nocase": "text is compared in any case without a modifier", "caseinsensitive": "text is compared in any case without a modifier",
}

// betterWay says how to write what authors mean by modifiers that can't follow
// each other.
func betterWay(before []Modifier, name string) string {
	has := func(names ...string) bool {
		return slices.ContainsFunc(before, func(m Modifier) bool { return slices.Contains(names, m.Name) })
	}
	switch part := inGroups(name, "part"); {
	case part && has("re"), name == "re" && has("contains", "startswith", "endswith"):
		return `a regular expression is looked for anywhere, and ^ and $ bind it to the ends: "re" stands alone`
	case inGroups(name, "base64") && has("contains", "startswith", "endswith"):
		return fmt.Sprintf(`what is encoded is looked for: "%s|%s"`, name, before[len(before)-1].Name)
	}
	return ""
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// checkEncoding wants base64 behind utf16 and its kin: alone they give bytes
// that no log field holds.
func (p *parser) checkEncoding(item *Item) bool {
	if hasAny(item.Modifiers, "base64") {
		return true
	}
	for _, m := range item.Modifiers {
		if inGroups(m.Name, "wide") {
			p.report(Error, "modifier/misplaced", m.At,
				fmt.Sprintf("modifier %q needs \"base64\" or \"base64offset\" behind it", m.Name))
			return false
		}
	}
	return true
}

// itemTakes gives the narrowest demand of the item's modifiers.
func itemTakes(item *Item) takes {
	want := takesAny
	if item.Keywords {
		want = takesText
	}
	for _, m := range item.Modifiers {
		if row := modifierByName(m.Name); row != nil && row.takes > want {
			want = row.takes
		}
	}
	return want
}
