package intake

// Limits of one file. Each is far above what an agency's system writes and far below what would hurt; reaching one is a
// refusal that says so.
const (
	maxField     = 1 << 20 // bytes of one value
	maxRow       = 4 << 20 // bytes of one row
	maxColumns   = 1000    // columns of one row
	maxServices  = 1000    // different service codes in one file
	headerWithin = 50      // rows in which the header is looked for
)
