package sigma

// offerCorrelation refuses legacy aggregations.
func (p *parser) offerCorrelation(r *Rule) {
	_ = r
}
