package spleval

type Lookup struct{}
