package sumo

import (
	"fmt"
	"time"

	"github.com/sigproof/sigproof/targets"
)

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

// of gives the schedule of a search: one of single messages looks at those that
// came in since it ran before, one that counts at all of its time.
//
// Sumo Logic takes no shorter frequency than 15 minutes of searches that look at
// messages by when they came in, and for each frequency a longest time:
// https://www.sumologic.com/help/docs/alerts/scheduled-searches/schedule-search/
func of(s targets.Schedule) *schedule {
	if s.Period == 0 {
		s = targets.Schedule{Frequency: shortest, Period: shortest}
	}
	back := "-" + span(s.Period)
	cron, name := "0 0/15 * * * ? *", "15Minutes"
	if hours := int(s.Frequency.Hours()); hours > 0 {
		cron, name = fmt.Sprintf("0 0 0/%d * * ? *", hours), fmt.Sprintf("%dHours", hours)
		if hours == 1 {
			name = "1Hour"
		}
	}
	return &schedule{
		Cron: cron, Range: back, Zone: "Etc/UTC", Type: name, Values: []string{},
		Parsed:    timeRange{Type: "BeginBoundedTimeRange", From: boundary{"RelativeTimeRangeBoundary", back}},
		Threshold: threshold{"gt", 0},
		Notify:    notification{"SaveToViewNotificationSyncDefinition", alerts},
	}
}

const (
	shortest = 15 * time.Minute
	day      = 24 * time.Hour
	longest  = 30 * day // at the longest frequency that is used
)

// frequency is how often a search that looks back so far is run: as often as
// Sumo Logic takes.
func frequency(back time.Duration) time.Duration {
	switch {
	case back <= day:
		return shortest
	case back <= 7*day:
		return time.Hour
	case back <= 15*day:
		return 2 * time.Hour
	}
	return 4 * time.Hour
}

// span writes a time as Sumo Logic does.
func span(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// String says how often over how much, which drift compares. What is done with
// results is up to the site.
func (s *schedule) String() string {
	if s == nil {
		return "none"
	}
	return fmt.Sprintf("%s over %s", s.Type, s.Parsed.From.Relative)
}
