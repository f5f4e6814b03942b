package spleval

import "maps"

// unknownMacro is the command that a macro stands for which is not given. No
// command has this name.
const unknownMacro = "`"

// anyMacro reads to the end: what else stands there may be part of what the
// macro begins.
func anyMacro() *commandInfo {
	return &commandInfo{streaming: true, parse: func(_ *parser, s *scanner) (command, *Error) {
		s.pos = s.end
		s.log.opens()
		return nil, nil
	}}
}

// newCommands is the commands that are known here, or refused with a reason.
func newCommands() map[string]*commandInfo {
	all := map[string]*commandInfo{unknownMacro: anyMacro()}
	for _, family := range []map[string]*commandInfo{
		refusedCommands(), filterCommands(), tableCommands(), multiCommands(), setCommands(), lookupCommands(), statsCommands(), shapeCommands(), transactionCommands(),
		seriesCommands(), replaceCommands(), pivotCommands(),
	} {
		maps.Copy(all, family)
	}
	return all
}

func refusedCommands() map[string]*commandInfo {
	all := map[string]*commandInfo{}
	for _, r := range Refusals() {
		for _, name := range r.Names {
			if r.Kind == "command" {
				all[name] = &commandInfo{refused: r.Why}
			}
		}
	}
	return all
}
