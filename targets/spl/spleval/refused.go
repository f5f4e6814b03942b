package spleval

import (
	"slices"
	"strings"
)

// A Refusal is a part of the language that is known and not run, and why.
type Refusal struct {
	Kind  string // command, function (of eval) or aggregation (of stats)
	Why   string
	Names []string
}

// Refusals lists what the language has and this package has not. Whatever else
// of it is met, runs.
func Refusals() []Refusal {
	words := strings.Fields
	const (
		outside  = "it reads what lies outside the events"
		writes   = "it writes somewhere"
		charting = "use stats: its columns depend on the values"
		learning = "its answer is not documented exactly"
		needless = "rules have no need of it, so that it is not read here"
		kinds    = "values have no JSON types here"
	)
	return []Refusal{
		{"command", outside, words("addinfo audit dbinspect dbxquery eventcount from gentimes geom geomfilter geostats history inputcsv iplocation " +
			"ldapsearch loadjob localize localop map metadata metasearch redistribute rest run savedsearch script scrub searchtxn set tags " +
			"typeahead typelearner typer walklex")},
		{"command", writes, words("collect delete dump mcollect meventcollect outputcsv outputlookup outputtext sendalert sendemail " +
			"sendresults summaryindex tscollect")},
		{"command", "data models and their summaries are not known here", words("datamodel pivot tstats")},
		{"command", "metrics are not known here", words("mcatalog mpreview msearch mstats")},
		{"command", charting, words("chart contingency gauge makecontinuous sichart sirare sistats sitimechart sitop timechart timewrap transpose")},
		{"command", needless, words("abstract cofilter concurrency diff erex extract " +
			"fieldsummary findtypes folderize fromjson highlight iconify kv kvform multikv overlap relevancy reltime rtorder " +
			"selfjoin setfields tojson xmlkv xmlunescape xpath")},
		{"command", learning, words("analyzefields anomalies anomalousvalue anomalydetection apply arules associate cluster correlate fit " +
			"kmeans outlier predict trendline x11")},
		{"function", "its answer differs from run to run", words("random")},
		{"function", "use the lookup command", words("lookup")},
		{"function", learning, words("cluster")},
		{"function", "numbers carry no significant digits here", words("sigfig")},
		{"function", needless, words("commands getfields")},
		{"function", kinds, words("isarray isdouble isobject toarray tobool todouble toint tomv toobject")},
		{"aggregation", "its answer is not documented exactly", words("estdc estdc_error upperperc95")},
		{"aggregation", needless, words("per_day per_hour per_minute per_second rate rate_avg rate_sum")},
	}
}

// refused gives why a name is refused; empty if it is not.
func refused(kind, name string) string {
	for _, r := range Refusals() {
		if r.Kind == kind && slices.Contains(r.Names, name) {
			return r.Why
		}
	}
	return ""
}
