package sigma

func (p *parser) reportYAML(chunk Span, err error) {
	p.report(Error, "yaml/syntax", Span{chunk.Start, chunk.Start}, problemText(err))
}
