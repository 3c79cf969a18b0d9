package app

import "throughline/internal/store"

// The values that pages show, by the names that shells may use: a shell never imports the keeper.
type (
	Agency      = store.Agency
	Answer      = store.Answer
	Event       = store.Event
	EventFilter = store.EventFilter
	Extract     = store.Extract
	LayoutRow   = store.Layout
	Link        = store.Link
	PersonTotal = store.PersonTotal
	RunKind     = store.RunKind
	RunRow      = store.Run
	Verified    = store.Verified
)

// The kinds of run.
const (
	LinkRun = store.LinkRun
	CostRun = store.CostRun
)
