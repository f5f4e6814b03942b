// Package logic is what evaluators of flat languages share: conditions of three
// values that AND, OR and NOT join, and their reading. It knows no language and
// nothing of ours: what an evaluator says is a second opinion, and whether tokens,
// operators and functions mean what an emitter thinks is for each of them to say.
package logic

import "strconv"

// A Truth is Yes, No or Unknown.
type Truth int

// The truths, in the order in which AND gives the least and OR the greatest.
const (
	No Truth = iota
	Unknown
	Yes
)

// Of is Yes or No.
func Of(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// A Condition asks something of a row of values.
type Condition[R any] func(row R) Truth

// And is the least of what two conditions give.
func And[R any](x, y Condition[R]) Condition[R] {
	return func(row R) Truth { return min(x(row), y(row)) }
}

// Or is the greatest of what two conditions give.
func Or[R any](x, y Condition[R]) Condition[R] {
	return func(row R) Truth { return max(x(row), y(row)) }
}

// Not turns Yes and No over.
func Not[R any](x Condition[R]) Condition[R] {
	return func(row R) Truth { return Yes - x(row) }
}

// Order tells which signs of a comparison an operator asks for; nil if it is none
// that compares by order.
func Order(operator string) func(sign int) bool {
	switch operator {
	case "=", "==":
		return func(n int) bool { return n == 0 }
	case "!=", "<>":
		return func(n int) bool { return n != 0 }
	case "<":
		return func(n int) bool { return n < 0 }
	case "<=":
		return func(n int) bool { return n <= 0 }
	case ">":
		return func(n int) bool { return n > 0 }
	case ">=":
		return func(n int) bool { return n >= 0 }
	}
	return nil
}

// CompareNumber is the sign of a text that is a number against another; ok is
// false if it is none.
func CompareNumber(text string, want float64) (sign int, ok bool) {
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return 0, false
	case f < want:
		return -1, true
	case f > want:
		return 1, true
	}
	return 0, true
}
