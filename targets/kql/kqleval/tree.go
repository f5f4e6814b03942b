package kqleval

// node is a part of the tree: an expression or a tabular source.
type node interface {
	span() span
}

// Expressions. A pipe is one too: it may stand as an argument, in parentheses
// or at the right of a let.
type (
	// litNode is a literal; dynamic literals are folded by the parser.
	litNode struct {
		val Value
		typ Type
		at  span
	}
	nameNode struct {
		name string
		at   span
	}
	// callNode is f(a, b = c).
	callNode struct {
		name   string
		nameAt span
		args   []argNode
		at     span
	}
	argNode struct {
		names []nameNode // of name = x or (a, b) = x
		x     node
	}
	unaryNode struct {
		op string
		x  node
		at span
	}
	binaryNode struct {
		op   string
		opAt span
		l, r node
	}
	// inNode is x in (a, b) and all operators that take a list.
	inNode struct {
		op   string
		opAt span
		x    node
		list []node
		at   span
	}
	betweenNode struct {
		x, lo, hi node
		not       bool
		opAt, at  span
	}
	// pathNode is x.name.
	pathNode struct {
		x    node
		name nameNode
	}
	// indexNode is x[i].
	indexNode struct {
		x, i node
		at   span
	}
	starNode struct {
		at span
	}
	// patternNode is a name with a star, such as View*.
	patternNode struct {
		pattern string
		at      span
	}
	typeNode struct {
		typ Type
		at  span
	}
	parenNode struct {
		x  node
		at span
	}
	// scopeNode is the search term column:"text".
	scopeNode struct {
		column nameNode
		x      node
	}
	// pipeNode is a source and the operators after it.
	pipeNode struct {
		src node
		ops []opNode
		at  span
	}
)

func (n *litNode) span() span     { return n.at }
func (n *nameNode) span() span    { return n.at }
func (n *callNode) span() span    { return n.at }
func (n *unaryNode) span() span   { return n.at }
func (n *binaryNode) span() span  { return n.l.span().to(n.r.span()) }
func (n *inNode) span() span      { return n.at }
func (n *betweenNode) span() span { return n.at }
func (n *pathNode) span() span    { return n.x.span().to(n.name.at) }
func (n *indexNode) span() span   { return n.at }
func (n *starNode) span() span    { return n.at }
func (n *patternNode) span() span { return n.at }
func (n *typeNode) span() span    { return n.at }
func (n *parenNode) span() span   { return n.at }
func (n *scopeNode) span() span   { return n.column.at.to(n.x.span()) }
func (n *pipeNode) span() span    { return n.at }

// opNode is an operator of a pipe. Those that read no input are sources too.
type opNode interface {
	node
}

type (
	whereOp struct {
		opAt
		pred node
	}
	extendOp struct {
		opAt
		cols      []argNode
		serialize bool
	}
	projectOp struct {
		opAt
		cols     []argNode
		distinct bool
	}
	// pickOp is project-away or project-keep.
	pickOp struct {
		opAt
		keep  bool
		names []node
	}
	renameOp struct {
		opAt
		cols []argNode
	}
	reorderOp struct {
		opAt
		items []reorderItem
	}
	reorderItem struct {
		x     node
		order string
	}
	sortOp struct {
		opAt
		keys []sortKey
	}
	sortKey struct {
		x          node
		asc        bool
		nullsFirst bool
	}
	topOp struct {
		opAt
		n   node
		key sortKey
	}
	takeOp struct {
		opAt
		n node
	}
	sampleDistinctOp struct {
		opAt
		n, x node
	}
	summarizeOp struct {
		opAt
		aggs, by []argNode
	}
	joinOp struct {
		opAt
		kind   string
		kindAt span
		lookup bool
		right  node
		on     []node
	}
	unionOp struct {
		opAt
		kind       string
		withSource string
		fuzzy      bool
		tables     []node
	}
	mvOp struct {
		opAt
		apply     bool
		bagArray  bool
		itemIndex string
		cols      []mvColumn
		limit     node
		body      *pipeNode
	}
	mvColumn struct {
		arg argNode
		to  Type
	}
	parseOp struct {
		opAt
		kind, flags string
		where       bool
		x           node
		pattern     []parsePart
	}
	// parsePart is a literal, a star or a column of a parse pattern.
	parsePart struct {
		lit  *litNode
		star bool
		name string
		typ  Type
		at   span
	}
	parseKVOp struct {
		opAt
		x     node
		cols  []Column
		props map[string]*litNode
	}
	makeSeriesOp struct {
		opAt
		nonEmpty       bool
		inRange        bool // the end belongs to the axis
		aggs           []seriesAgg
		on             argNode
		from, to, step node
		by             []argNode
	}
	seriesAgg struct {
		arg argNode
		def node
	}
	scanOp struct {
		opAt
		matchID string
		declare []scanDeclare
		steps   []scanStep
	}
	scanDeclare struct {
		col Column
		def node
	}
	scanStep struct {
		name     string
		optional bool
		output   string
		cond     node
		assign   []argNode
		at       span
	}
	asOp struct {
		opAt
		name string
	}
	countOp struct {
		opAt
		name string
	}
	getschemaOp struct{ opAt }
	consumeOp   struct{ opAt }
	renderOp    struct{ opAt }
	searchOp    struct {
		opAt
		caseSensitive bool
		in            []node
		pred          node
	}
	findOp struct {
		searchOp
		withSource string
		project    []findColumn
		packAll    bool
	}
	findColumn struct {
		name nameNode
		typ  Type // unknown if the query does not say
	}
	makeGraphOp struct {
		opAt
		source, target nameNode
		nodes          []graphNodes
		nodeID         string
		partition      nameNode
		body           *pipeNode
	}
	// graphNodes is a table of nodes and the column of their ids.
	graphNodes struct {
		table node
		on    nameNode
	}
	// graphMatchOp is graph-match or graph-shortest-paths.
	graphMatchOp struct {
		opAt
		shortest, all bool
		cycles        string
		sequences     []graphSequence
		where         node
		cols          []argNode
	}
	// graphSequence is nodes and the edges between them.
	graphSequence struct {
		nodes []nameNode
		edges []graphEdgeNode
	}
	graphEdgeNode struct {
		name        nameNode
		left, right bool // its direction; neither is any
		variable    bool // it is min to max edges
		min, max    int
	}
	graphToTableOp struct {
		opAt
		edges bool
		ids   map[string]string // the names of the columns of ids
	}
	graphMarkOp struct {
		opAt
		strong bool
		id     string
	}
	evaluateOp struct {
		opAt
		call   *callNode
		schema []Column
		star   bool // the schema starts with a *
	}
	invokeOp struct {
		opAt
		call *callNode
	}
	partitionOp struct {
		opAt
		by     node
		body   *pipeNode // operators on the rows of a key
		source bool      // body has a source of its own
	}
	topHittersOp struct {
		opAt
		n      node
		of, by argNode // by.x may be nil
	}
	byNamesOp struct {
		opAt
		names []node
	}
	topNestedOp struct {
		opAt
		levels []topNestedLevel
	}
	topNestedLevel struct {
		n      node
		of     argNode
		others node // what stands for the values that are not among the best
		by     argNode
		key    sortKey
	}
	printOp struct {
		opAt
		cols []argNode
	}
	rangeOp struct {
		opAt
		name           string
		from, to, step node
	}
	datatableOp struct {
		opAt
		cols []Column
		vals []node
		// external says that it is externaldata, and vals are where its rows lie.
		external bool
	}
)

// opAt is the place of an operator's word.
type opAt struct{ at span }

func (o opAt) span() span { return o.at }

// Statements.
type (
	// letStmt is a let, a parameter of declare query_parameters or a pattern.
	letStmt struct {
		name    nameNode
		fn      *funcNode // or
		param   *param    // or
		pattern *patternDef
		x       node
	}
	// optionStmt is set name = value.
	optionStmt struct {
		name nameNode
		val  *litNode // nil for an option that is only named
	}
	// patternDef is declare pattern name = (params)[path] { cases }.
	patternDef struct {
		params []param
		path   *param
		cases  []patternCase
	}
	patternCase struct {
		args []*litNode
		path *litNode
		fn   *funcNode
	}
	funcNode struct {
		params []param
		view   bool
		lets   []letStmt
		body   node
		at     span
	}
	param struct {
		name    string
		typ     Type     // of a scalar
		table   bool     // it is a table:
		cols    []Column // with at least these columns
		anyCols bool     // (*)
		def     *litNode
		at      span
	}
)
