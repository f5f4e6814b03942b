package armtest

var (
	duration = text{`^P(\d+D)?(T(\d+H)?(\d+M)?)?$`}
	anyText  = text{}
	guid     = `[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`
	inside   = `^\[concat\(parameters\('workspace'\),'/Microsoft\.SecurityInsights/`
)

var template = object{
	"$schema!":        word{"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"},
	"contentVersion!": text{`^\d+\.\d+\.\d+\.\d+$`},
	"parameters!": table{object{
		"type!": word{"string", "array"}, "defaultValue": anyValue{}, "metadata": object{"description!": anyText},
	}},
	"resources!": list{anyValue{}},
}

type anyValue struct{}

func (anyValue) faults(string, any) []string { return nil }

// reference lists the types of resources that packs deploy.
var reference = []struct {
	kind, of, version string
	shape             shape
}{
	{"Microsoft.OperationalInsights/workspaces/providers/alertRules", "Scheduled", "2023-02-01-preview", alertRule(object{
		"queryFrequency!": duration, "queryPeriod!": duration,
		"triggerOperator!": word{"Equal", "GreaterThan", "LessThan", "NotEqual"}, "triggerThreshold!": number{},
	})},
	{"Microsoft.OperationalInsights/workspaces/providers/alertRules", "NRT", "2023-02-01-preview", alertRule(nil)},
	{"Microsoft.OperationalInsights/workspaces/savedSearches", "", "2020-08-01", object{
		"name!": text{`^\[concat\(parameters\('workspace'\),'/` + guid + `'\)\]$`}, "type!": anyText, "apiVersion!": anyText,
		"properties!": object{
			"category!": word{"Hunting Queries"}, "displayName!": anyText, "query!": anyText, "version": number{},
			"tags": list{object{"name!": word{"description", "tactics", "techniques"}, "value!": anyText}},
		},
	}},
	{"Microsoft.OperationalInsights/workspaces/providers/Watchlists", "", "2023-02-01", object{
		"name!": text{inside + `[A-Za-z0-9_-]+'\)\]$`}, "type!": anyText, "apiVersion!": anyText,
		"properties!": object{
			"displayName!": anyText, "provider!": anyText, "itemsSearchKey!": anyText, "description": anyText,
			"source": text{`\.csv$`}, "sourceType": word{"AzureStorage", "Local"}, "contentType": word{"text/csv"},
			"numberOfLinesToSkip": number{}, "rawContent": anyText, "watchlistAlias": text{`^[A-Za-z0-9_-]+$`},
		},
	}},
	{"Microsoft.OperationalInsights/workspaces/tables", "", "2022-10-01", object{
		"name!": text{`^\[concat\(parameters\('workspace'\),'/\w+_CL'\)\]$`}, "type!": anyText, "apiVersion!": anyText,
		"properties!": object{"schema!": object{
			"name!": text{`^\w+_CL$`}, "columns!": columns("boolean", "dateTime", "dynamic", "guid", "int", "long", "real", "string"),
		}},
	}},
	{"Microsoft.Insights/dataCollectionRules", "", "2023-03-11", object{
		"name!": text{`^[\w-]{3,64}$`}, "type!": anyText, "apiVersion!": anyText, "location!": anyText, "kind": word{"Direct"}, "dependsOn": list{anyText},
		"properties!": object{
			"streamDeclarations!": table{object{"columns!": columns("boolean", "datetime", "dynamic", "int", "long", "real", "string")}},
			"destinations!":       object{"logAnalytics!": list{object{"workspaceResourceId!": anyText, "name!": anyText}}},
			"dataFlows!": list{object{
				"streams!": list{text{"^Custom-"}}, "destinations!": list{anyText}, "transformKql": text{"^source"}, "outputStream!": text{`^Custom-\w+_CL$`},
			}},
		},
	}},
	{"Microsoft.Insights/scheduledQueryRules", "LogAlert", "2023-12-01", object{
		"name!": text{"^" + guid + "$"}, "type!": anyText, "apiVersion!": anyText, "location!": anyText, "kind": anyText,
		"properties!": object{
			"displayName": anyText, "description": anyText, "severity": number{}, "enabled": truth{}, "scopes!": list{anyText}, "autoMitigate": truth{},
			"evaluationFrequency!": word{"PT5M", "PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H", "PT3H", "PT4H", "PT5H", "PT6H", "P1D"},
			"windowSize!":          word{"PT5M", "PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H", "PT3H", "PT4H", "PT5H", "PT6H", "P1D", "P2D"},
			"targetResourceTypes":  list{anyText},
			"actions":              object{"actionGroups": word{"[parameters('actionGroups')]"}, "customProperties": table{anyText}},
			"criteria!": object{"allOf!": list{object{
				"query!": anyText, "timeAggregation!": word{"Average", "Count", "Maximum", "Minimum", "Total"}, "threshold!": number{},
				"dimensions":     list{object{"name!": text{`^[A-Za-z_]\w*$`}, "operator!": word{"Include", "Exclude"}, "values!": list{anyText}}},
				"operator!":      word{"Equals", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"},
				"failingPeriods": object{"minFailingPeriodsToAlert!": number{}, "numberOfEvaluationPeriods!": number{}},
			}}},
		},
	}},
}

func columns(types ...string) shape {
	return list{object{"name!": text{`^[A-Za-z]\w{0,44}$`}, "type!": word(types)}}
}

// alertRule is an analytics rule, with the properties that its kind alone has.
// It has no templateVersion: the service refuses one without the name of a
// template.
func alertRule(own object) shape {
	properties := object{
		"displayName!": anyText, "description": anyText,
		"severity!": word{"High", "Informational", "Low", "Medium"}, "enabled!": truth{}, "query!": anyText,
		"suppressionDuration!": duration, "suppressionEnabled!": truth{}, "alertRuleTemplateName": null{text{guid}},
		"tactics": list{word{
			"Collection", "CommandAndControl", "CredentialAccess", "DefenseEvasion", "Discovery", "Execution", "Exfiltration", "Impact", "ImpairProcessControl",
			"InhibitResponseFunction", "InitialAccess", "LateralMovement", "Persistence", "PreAttack", "PrivilegeEscalation", "Reconnaissance", "ResourceDevelopment",
		}},
		"techniques": list{text{`^T\d{4}$`}}, "subTechniques": list{text{`^T\d{4}\.\d{3}$`}},
		"incidentConfiguration": object{"createIncident!": truth{}, "groupingConfiguration": object{
			"enabled!": truth{}, "reopenClosedIncident!": truth{}, "lookbackDuration!": duration, "matchingMethod!": word{"AllEntities", "AnyAlert", "Selected"},
			"groupByEntities": list{anyText}, "groupByAlertDetails": list{word{"DisplayName", "Severity"}}, "groupByCustomDetails": list{anyText},
		}},
		"eventGroupingSettings": object{"aggregationKind": word{"AlertPerResult", "SingleAlert"}},
		"alertDetailsOverride":  null{object{"alertDisplayNameFormat": anyText, "alertDescriptionFormat": anyText}},
		"customDetails":         null{table{text{`^[A-Za-z_]\w*$`}}},
		"entityMappings": null{list{object{
			"entityType!":    word{"Account", "AzureResource", "CloudApplication", "Host", "IP", "Process", "SecurityGroup"},
			"fieldMappings!": list{object{"identifier!": anyText, "columnName!": text{`^[A-Za-z_]\w*$`}}},
		}}},
	}
	for name, s := range own {
		properties[name] = s
	}
	return object{
		"id":    text{`^\[concat\(resourceId\('Microsoft\.OperationalInsights/workspaces/providers', parameters\('workspace'\), 'Microsoft\.SecurityInsights'\),'/alertRules/` + guid + `'\)\]$`},
		"name!": text{inside + guid + `'\)\]$`}, "type!": anyText, "kind!": word{"Scheduled", "NRT"}, "apiVersion!": anyText, "properties!": properties,
	}
}
