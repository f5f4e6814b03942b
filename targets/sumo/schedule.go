package sumo

import "fmt"

// A schedule runs a search again and again, as the content API and Sumo Logic's
// Terraform provider have it:
// https://github.com/SumoLogic/terraform-provider-sumologic/blob/master/website/docs/r/content.html.markdown
type schedule struct {
	Cron      string       `json:"cronExpression"`
	Range     string       `json:"displayableTimeRange"`
	Parsed    timeRange    `json:"parseableTimeRange"`
	Zone      string       `json:"timeZone"`
	Threshold threshold    `json:"threshold"`
	Notify    notification `json:"notification"`
	Type      string       `json:"scheduleType"`
	Mute      bool         `json:"muteErrorEmails"`
	Values    []string     `json:"parameters"`
}

type timeRange struct {
	Type string    `json:"type"`
	From boundary  `json:"from"`
	To   *boundary `json:"to"`
}

type boundary struct {
	Type     string `json:"type"`
	Relative string `json:"relativeTime"`
}

type threshold struct {
	Operator string `json:"operator"`
	Count    int    `json:"count"`
}

// A notification is what is done with results. Those that tell somebody need an
// address or an id of the site; an index needs neither.
type notification struct {
	Type  string `json:"taskType"`
	Index string `json:"viewName"`
}

// alerts is the index that holds what scheduled searches find.
const alerts = "sigproof_alerts"

// often is every 15 minutes, the shortest that Sumo Logic takes of searches that
// look at messages by when they came in, over the 15 minutes before:
// https://www.sumologic.com/help/docs/alerts/scheduled-searches/schedule-search/
var often = schedule{
	Cron: "0 0/15 * * * ? *", Range: "-15m", Zone: "Etc/UTC", Type: "15Minutes", Values: []string{},
	Parsed:    timeRange{Type: "BeginBoundedTimeRange", From: boundary{"RelativeTimeRangeBoundary", "-15m"}},
	Threshold: threshold{"gt", 0},
	Notify:    notification{"SaveToViewNotificationSyncDefinition", alerts},
}

// String says how often over how much, which drift compares. What is done with
// results is up to the site.
func (s *schedule) String() string {
	if s == nil {
		return "none"
	}
	return fmt.Sprintf("%s over %s", s.Type, s.Parsed.From.Relative)
}
