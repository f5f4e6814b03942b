// Package xdr writes queries of advanced hunting in Microsoft Defender, and makes
// packs of custom detections of them. It reads back what Microsoft Graph exports,
// and holds it against a pack.
//
// The language is KQL, and package kql writes it. What differs is the tables:
// those of Defender itself call the time Timestamp, where a copy of them in Log
// Analytics calls it TimeGenerated, and have none of the columns that Log
// Analytics adds. The tables of a workspace of Sentinel that is connected to the
// Defender portal are there as they are in Log Analytics.
package xdr

import (
	"fmt"
	"slices"
	"sync"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/pack"
)

// Product is the name of the product and of its language.
const Product = "xdr"

// native are the tables of Defender itself that logs are kept in.
var native = []string{
	"DeviceEvents", "DeviceFileEvents", "DeviceImageLoadEvents", "DeviceLogonEvents", "DeviceNetworkEvents", "DeviceProcessEvents", "DeviceRegistryEvents",
}

const (
	timeColumn    = "Timestamp"
	reportColumn  = "ReportId"
	deviceColumn  = "DeviceId"
	analyticsTime = "TimeGenerated" // in Log Analytics
)

// Native tells whether Defender itself keeps a log.
func Native(log *schema.Log) bool { return slices.Contains(native, log.KQL.Name) }

// analyticsOnly are columns that Log Analytics adds.
var analyticsOnly = []string{"SourceSystem", "TenantId", "Type", "_BilledSize", "_IsBillable"}

// Table gives a log with its table as advanced hunting has it. A log that
// Defender does not keep itself stays as it is.
func Table(log *schema.Log) *schema.Log {
	if own := hunted()[log]; own != nil {
		return own
	}
	return log
}

var hunted = sync.OnceValue(func() map[*schema.Log]*schema.Log {
	out := map[*schema.Log]*schema.Log{}
	for _, log := range schema.Logs() {
		if !Native(log) {
			continue
		}
		own := *log
		own.KQL.Columns = nil
		for _, c := range log.KQL.Columns {
			if slices.Contains(analyticsOnly, c.Name) {
				continue
			}
			if c.Name == analyticsTime {
				c.Name = timeColumn
			}
			own.KQL.Columns = append(own.KQL.Columns, c)
		}
		out[log] = &own
	}
	return out
})

// Emitter writes queries of advanced hunting. Its zero value is ready, and may
// be used by many goroutines at once.
type Emitter struct{}

var _ targets.Emitter = Emitter{}

// Language is "xdr".
func (Emitter) Language() string { return Product }

// Emit writes the query of a program, with the columns that name the entities
// of its log. Rows of Defender's tables name the event, as a detection must: it
// has a number on its machine.
func (Emitter) Emit(p *ir.Program) (*targets.Query, []*sigma.Diagnostic) {
	if d := noTable(p); d != nil {
		return nil, []*sigma.Diagnostic{d}
	}
	e := kql.Emitter{Columns: entitiesOf(p.Log).added}
	if p.Correlation != nil && allNative(p) {
		e.Carried = []string{reportColumn, deviceColumn}
	}
	q, diags := e.Emit(over(p))
	if q == nil {
		return nil, diags
	}
	q.Language = Product
	if p.Correlation != nil && Native(p.Log) {
		q.Text += "\n| project-rename " + timeColumn + " = " + analyticsTime
	}
	return q, slices.DeleteFunc(diags, func(d *sigma.Diagnostic) bool { return d.Code == "kql/too-long" }) // it is Sentinel's
}

// allNative tells whether Defender itself keeps all logs of a program.
func allNative(p *ir.Program) bool {
	return !slices.ContainsFunc(pack.Logs(p), func(log *schema.Log) bool { return !Native(log) })
}

// noTable refuses a program of a log that advanced hunting has no table of.
func noTable(p *ir.Program) *sigma.Diagnostic {
	if p.Correlation != nil {
		for _, in := range p.Correlation.Inputs {
			if d := noTable(in.Program); d != nil {
				return d
			}
		}
		return nil
	}
	if !p.Log.Open && p.Log.KQL.Name != "" {
		return nil
	}
	return &sigma.Diagnostic{
		Code: "xdr/no-table", Severity: sigma.Error, File: p.File(), At: p.Pred.From(),
		Message: fmt.Sprintf("log %s has no table in advanced hunting; the rule must name a log that has one", p.Log.Name),
	}
}

// over gives a program over the tables of advanced hunting.
func over(p *ir.Program) *ir.Program {
	out := *p
	out.Log = Table(p.Log)
	if p.Correlation == nil {
		return &out
	}
	c := *p.Correlation
	c.Inputs = slices.Clone(c.Inputs)
	for i := range c.Inputs {
		c.Inputs[i].Program = over(c.Inputs[i].Program)
	}
	out.Correlation = &c
	return &out
}
