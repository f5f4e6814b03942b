package spl

import (
	"strings"
	"unicode"
)

// text quotes a string for eval and where. Manual, "Quotes and escaping
// characters": "The backslash character is used to escape quotes, pipes, and
// the backslash character itself"; so both are doubled, and what follows is
// taken as it is.
func text(s string) string {
	return `"` + escaper.Replace(s) + `"`
}

var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// searchableText tells whether a value can be said in the search command: * is
// a wildcard even in quotes, "The backslash symbol can't be used to escape the
// asterisk in search strings". The line that a query stands on is one line for
// people, so line breaks go to where as well.
func searchableText(s string) bool {
	return !strings.ContainsFunc(s, unicode.IsControl) && strings.IndexByte(s, '*') < 0
}

// field writes the name of a field for eval and where. Manual, eval: "If the
// expression references a field name that contains non-alphanumeric
// characters, the field name must be surrounded by single quotation marks."
func field(name string) string {
	if plain(name) {
		return name
	}
	return "'" + name + "'"
}

// searchField writes the name of a field for search and for the left side of
// eval, where odd characters want double quotes.
func searchField(name string) string {
	if plain(name) {
		return name
	}
	return `"` + name + `"`
}

// reserved are the words that mean something in an expression or a by-clause,
// and functions whose names events have for fields.
var reserved = map[string]bool{
	"AND": true, "OR": true, "NOT": true, "XOR": true, "IN": true, "LIKE": true, "BY": true, "AS": true, "OVER": true, "WHERE": true,
	"TRUE": true, "FALSE": true, "NULL": true, "CASE": true, "TERM": true, "IF": true, "MATCH": true, "NOW": true, "TIME": true, "LEN": true,
	"MIN": true, "MAX": true, "SUM": true, "AVG": true, "COUNT": true, "SPLIT": true, "REPLACE": true, "VALIDATE": true, "SEARCH": true,
}

func plain(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != "" && !reserved[strings.ToUpper(name)]
}

// nameable tells whether a field's name can be written at all: SPL has no
// escapes in the quotes around names, and a star there stands for many names.
func nameable(name string) bool {
	return name != "" && !strings.ContainsAny(name, "\"'`\\*<>[]|$") && !strings.ContainsFunc(name, unicode.IsControl)
}
