package entra

// An Item is one of the things that the guide asks to monitor.
type Item struct {
	Number  int // in the order of the guide's tables
	Title   string
	Section string // folder of the pack
	Risk    string // that the guide gives
}

// Items lists the 19 items of the guide, which
// https://learn.microsoft.com/en-us/entra/architecture/security-operations-privileged-identity-management
// has in tables without numbers.
func Items() []Item {
	return []Item{
		{1, "Settings of Entra roles", "baselines", "High"},
		{2, "Settings of Azure resource roles", "baselines", "High"},
		{3, "Roles assigned outside of PIM", "alerts", "High"},
		{4, "Potential stale accounts in a privileged role", "alerts", "Medium"},
		{5, "Administrators who don't use their roles", "alerts", "Low"},
		{6, "Roles that activate without MFA", "alerts", "Low"},
		{7, "No license for PIM", "alerts", "Low"},
		{8, "Too many global administrators", "alerts", "Low"},
		{9, "Roles activated too often", "alerts", "Low"},
		{10, "Members added to privileged roles", "roles", "High"},
		{11, "Members removed in bulk", "roles", "High"},
		{12, "Changes to PIM settings", "roles", "High"},
		{13, "Elevations approved and denied", "roles", "High"},
		{14, "A PIM alert disabled", "roles", "High"},
		{15, "Eligible member added to an Azure role", "resources", "High"},
		{16, "Alert disabled: too many owners of a resource", "resources", "Medium"},
		{17, "Alert disabled: too many permanent owners of a resource", "resources", "Medium"},
		{18, "Alert disabled: duplicate role created", "resources", "Medium"},
		{19, "Access to all subscriptions elevated", "elevation", "High"},
	}
}
