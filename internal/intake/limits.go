package intake

import "throughline/internal/money"

// Limits of one file. Each is far above what an agency's system writes and far below what would hurt; reaching one is a
// refusal that says so.
const (
	maxField     = 1 << 20 // bytes of one value
	maxRow       = 4 << 20 // bytes of one row
	maxColumns   = 1000    // columns of one row
	maxServices  = 1000    // different service codes in one file
	headerWithin = 50      // rows in which the header is looked for
)

// MaxAmount is the largest amount of one contact that is taken in, either way from nothing: £10,000,000. A bed that costs £5,000 a night
// comes to £9.1 million in five years, which is the dearest stay an area could mean; what is beyond is a slipped point, or a number of
// another kind. Nine thousand million contacts of it still add up in an int64 of pence, and a file holds far fewer.
const MaxAmount money.Pence = 10_000_000_00

// maxQuantity is the most units of one contact that are taken in, once converted: a hundred years have 876,600 hours, and no period of
// care has more.
const maxQuantity = 1_000_000
