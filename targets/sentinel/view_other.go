package sentinel

// deviceViews are of the tables of Defender, which all say the machine and who
// ran the process that acts.
var deviceViews = []view{
	device("xdr_process", "DeviceProcessEvents", "AccountName", "AccountSid", []entity{process("ProcessCommandLine")}, detail{"File", "FileName"}),
	device("xdr_event", "DeviceEvents", acting, actingSID, nil, detail{"File", "FileName"}),
	device("xdr_file", "DeviceFileEvents", acting, actingSID, nil, detail{"File", "FileName"}, detail{"Folder", "FolderPath"}),
	device("xdr_image", "DeviceImageLoadEvents", acting, actingSID, nil, detail{"File", "FileName"}, detail{"Folder", "FolderPath"}),
	device("xdr_logon", "DeviceLogonEvents", "AccountName", "AccountSid", []entity{address("RemoteIP")}, detail{"LogonType", "LogonType"}),
	device("xdr_network", "DeviceNetworkEvents", acting, actingSID, []entity{address("RemoteIP")}, detail{"Url", "RemoteUrl"}, detail{"Port", "RemotePort"}),
	device("xdr_registry", "DeviceRegistryEvents", acting, actingSID, nil, detail{"Key", "RegistryKey"}, detail{"ValueName", "RegistryValueName"}),
}

const (
	acting    = "InitiatingProcessAccountName"
	actingSID = "InitiatingProcessAccountSid"
)

// device is the view of a table of Defender, with what it says beside the
// machine, the account and the process that acts.
func device(log, table, name, sid string, more []entity, details ...detail) view {
	return view{
		log: log, connector: connector{"MicrosoftThreatProtection", []string{table}},
		entities: append([]entity{host("DeviceName"), {"Account", []identifier{{"Name", name}, {"Sid", sid}}}, process("InitiatingProcessCommandLine")}, more...),
		details:  append([]detail{{"Action", "ActionType"}}, details...),
		who:      "DeviceName",
	}
}

var otherViews = []view{
	{
		log: "office_activity", connector: connector{"Office365", []string{"OfficeActivity"}},
		entities: []entity{{"Account", []identifier{{"FullName", "UserId"}}}, address("ClientIP")},
		details: []detail{
			{"Operation", "Operation"}, {"Workload", "OfficeWorkload"}, {"Result", "ResultStatus"}, {"Object", "OfficeObjectId"}, {"RecordType", "RecordType"},
		},
		who: "UserId",
	},
	{
		log: "windows_security", connector: connector{"SecurityEvents", []string{"SecurityEvent"}},
		entities: []entity{host("Computer"), {"Account", []identifier{{"FullName", "Account"}}}, address("IpAddress"), process("CommandLine")},
		details:  []detail{{"EventID", "EventID"}, {"Activity", "Activity"}, {"LogonType", "LogonType"}, {"Process", "ProcessName"}},
		who:      "Computer",
	},
	{
		log: "aws_cloudtrail", connector: connector{"AWS", []string{"AWSCloudTrail"}},
		entities: []entity{{"Account", []identifier{{"Name", "UserIdentityUserName"}, {"FullName", "UserIdentityArn"}}}, address("SourceIpAddress")},
		details: []detail{
			{"Event", "EventName"}, {"Source", "EventSource"}, {"Region", "AWSRegion"}, {"Error", "ErrorCode"}, {"AccountId", "RecipientAccountId"},
		},
		who: "UserIdentityArn",
	},
}
