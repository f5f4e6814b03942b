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
	} {
		maps.Copy(all, family)
	}
	return all
}

func refusedCommands() map[string]*commandInfo {
	refuse := func(why string) *commandInfo { return &commandInfo{refused: why} }
	const (
		outside  = "it reads what lies outside the events"
		writes   = "it writes somewhere"
		model    = "data models and their summaries are not known here"
		metrics  = "metrics are not known here"
		charting = "use stats: its columns depend on the values"
		learning = "its answer is not documented exactly"
		needless = "rules have no need of it, so that it is not read here"
	)
	all := map[string]*commandInfo{}
	for why, names := range map[string][]string{
		outside:  {"iplocation", "geostats", "geom", "rest", "map", "savedsearch", "loadjob", "dbinspect", "metadata", "eventcount", "history", "audit", "typelearner", "script", "run", "localop", "inputcsv", "tags", "typer", "dbxquery", "ldapsearch", "localize", "set", "gentimes", "walklex", "typeahead", "searchtxn", "scrub", "redistribute", "addinfo", "from"},
		writes:   {"outputlookup", "outputcsv", "outputtext", "collect", "meventcollect", "mcollect", "tscollect", "summaryindex", "sendemail", "sendalert", "sendresults", "delete", "dump"},
		model:    {"tstats", "datamodel", "pivot"},
		metrics:  {"mstats", "mcatalog", "mpreview"},
		charting: {"chart", "timechart", "sichart", "sistats", "sitimechart", "sitop", "sirare", "xyseries", "untable", "transpose", "contingency", "timewrap", "makecontinuous", "gauge"},
		needless: {"iconify", "diff", "extract", "kv", "kvform", "multikv", "xmlkv", "xmlunescape", "xpath", "selfjoin", "tojson", "fromjson", "reltime", "setfields", "strcat", "appendcols", "autoregress", "delta", "accum", "fieldsummary", "concurrency", "erex", "findtypes", "relevancy", "highlight", "abstract"},
		learning: {"anomalies", "anomalousvalue", "anomalydetection", "associate", "arules", "cluster", "kmeans", "correlate", "analyzefields", "predict", "trendline", "x11", "outlier", "fit", "apply"},
	} {
		for _, name := range names {
			all[name] = refuse(why)
		}
	}
	return all
}
