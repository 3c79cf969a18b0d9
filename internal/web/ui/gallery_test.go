package ui

// The gallery renders every page with invented people, in every state: the tests look at the markup, a browser checks
// it, and people look at the pictures (go test ./internal/web/ui -run TestGallery -gallery DIR).

import (
	"time"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/money"
)

// Case is one page in one state.
type Case struct {
	Page, State string
	Render      func() ([]byte, error)
}

// Name is the case's file name, without an ending.
func (c Case) Name() string { return c.Page + "." + c.State }

// Cases are all pages in all their states.
func Cases() []Case {
	var all []Case
	for _, cases := range [][]Case{homeCases(), extractCases(), cohortCases(), personCases(), footprintCases(),
		entryCases(), priceCases(), findCases(), runCases(), accountCases(), layoutCases(), stateCases(), reviewCases(), groupCases()} {
		all = append(all, cases...)
	}
	return all
}

func show[T Content](p Page[T], state string, f Frame, content T) Case {
	return Case{p.Name(), state, func() ([]byte, error) { return p.Render(f, content) }}
}

// signedIn is the frame of the invented analyst.
func signedIn() Frame {
	return Frame{Area: "South London partnership", Invented: true, Who: "Ayesha Rahman", Role: "analyst", Places: AllPlaces(),
		Purpose: "find and cost the cohort", Audit: Audit{Checked: at(12, 9, 0), Intact: true}, Token: "t0ken",
		Help: "For help ask Ruth Oyelaran, governance lead"}
}

func namesShown() Frame {
	f := signedIn()
	f.Purpose, f.Names = "check that records belong to one person", at(12, 12, 10)
	return f
}

func signedOut() Frame {
	f := signedIn()
	f.Who, f.Role, f.Places, f.Purpose = "", "", nil, ""
	return f
}

func with(f Frame, change func(*Frame)) Frame {
	change(&f)
	return f
}

// at is an instant of May 2026, by the clock of London in summer.
func at(dom, hour, minute int) time.Time {
	return time.Date(2026, time.May, dom, hour-1, minute, 0, 0, time.UTC)
}

func on(year int, month time.Month, dom int) day.Day { return day.Must(year, month, dom) }

var window = day.Ending(on(2026, time.March, 31), day.DaysIn104Weeks)

var costing = Costing{Year: 2024}

var reach = Reach{Found: 45, Pairs: 23, Least: 44, Most: 48, None: Reached{44, amount(4_600_112)}, All: Reached{48, amount(5_201_004)}, Low: .71, High: .93, LinkRun: 29}

func wrong(fields ...string) *fault.Error {
	e := fault.New(fault.Invalid, "invalid", "There is a problem.", "")
	for _, f := range fields {
		e = e.With(f, "This cannot be read.", "Write it again.")
	}
	return e
}

// Values that have broken other systems: every field of words must show them whole and stay in its place.
const (
	longName = "Maximiliana Wilhelmina Featherstonehaugh-Cholmondeley-Marjoribanks y Sánchez de la Vega Llanfairpwllgwyngyll" +
		"gogerychwyrndrobwllllantysiliogogogoch"
	oddName = "Zoë O’Brien-Ŵyn \u202egnp.exe\u202c Ahmet İlkay ﬁ 李小龙 محمد \u200b<script>alert(1)</script> 👩‍👩‍👧 Null"
)

func oddPile() string {
	s := "Z"
	for range 10_000 {
		s += "\u0351"
	}
	return s
}

var agencies = []AgencyMark{{"LAM", "Lambeth Council", 1}, {"SOU", "Southwark Council", 2}, {"LEW", "Lewisham Council", 3},
	{"RIV", "Riverbank Hospitals", 4}, {"ELM", "Elmfield Mental Health", 5}, {"AMB", "Ambulance Service", 6}, {"POL", "Police", 7},
	{"PRO", "Probation Service", 8}, {"LAN", "Lantern Housing", 9}, {"FER", "Fernhill Recovery", 10}}

func amount(n int) money.Pence { return money.Pence(n) * 100 }
