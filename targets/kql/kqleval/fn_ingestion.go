package kqleval

// IngestionColumn is the column of a table that ingestion_time() reads. The
// service keeps that time beside the row: it is lost where the column is.
const IngestionColumn = "$IngestionTime"

// ingestionTime binds ingestion_time().
func (b *binder) ingestionTime(n *callNode) *bound {
	if !b.wantArgs(n, 0, 0) {
		return unknown(n.at)
	}
	if b.row != nil {
		if i, ok := b.row.index[IngestionColumn]; ok && b.row.cols[i].Type == TDateTime {
			out := b.columnExpr(i)
			out.name, out.plain = "", false
			return out
		}
	}
	b.fail(n.nameAt, "", "ingestion_time() needs rows whose time of ingestion is known: they have no column %s here", IngestionColumn)
	return unknown(n.at)
}
