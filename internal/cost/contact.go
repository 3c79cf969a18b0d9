package cost

import (
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// Flags of an Activity.
type Flags uint8

const (
	Open   Flags = 1 << iota // the stay had not ended on the as-of day of its extract; To is that day
	HasOwn                   // the agency sent an amount of its own, which may be nought
)

// Activity is one use of a service as it is priced: 32 bytes, so that millions of them stand in memory in order.
type Activity struct {
	Quantity int64       // thousandths of the agency's unit; 0 is not given
	Own      money.Pence // the agency's own amount for the whole of it, net of what the layout takes off, if HasOwn
	From     day.Day
	To       day.Day // 0 is a single day; else the day that a stay ended, or the last day of a period
	Person   int32   // any number that stands for the person in this run
	Service  uint16  // the place of (agency, code, unit) in the Table's keys
	Flags    Flags
}

// Contact is an Activity with where it came from, so that a line opens to the agency's row.
type Contact struct {
	Activity
	ID      id.Contact
	Record  id.Record
	Extract id.Extract
	Line    int32 // in the extract, from 1
}
