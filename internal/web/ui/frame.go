package ui

import (
	"time"

	"throughline/internal/web/static"
)

// Frame is what stands round every page. The shell fills it from the session.
type Frame struct {
	Area     string    // "South London partnership"
	Invented bool      // every person and figure of the area is invented, and the foot says so
	Who      string    // the name of whoever is signed in; empty when nobody is
	Role     string    // "analyst"
	Places   []Place   // the main links this person may follow, in the order of Places
	Purpose  string    // stated for this session; empty until it is
	Names    time.Time // names are shown until then; zero when they are not
	Audit    Audit
	Help     string // whom to ask, in words: "Ask Ruth Oyelaran, governance lead"
	Notice   string // said once, after something was done: "Extract accepted."
	Token    string // proves that a form came from this session's page
}

// Audit is how the audit stood when it was last checked.
type Audit struct {
	Checked time.Time // zero: not yet checked
	Intact  bool
}

// Place is one of the main links.
type Place struct{ Name, Href string }

// The main links, in their order.
var (
	PlaceHome     = Place{"Home", "/"}
	PlaceExtracts = Place{"Extracts", "/extracts"}
	PlaceLinks    = Place{"Links to review", "/links"}
	PlacePrices   = Place{"Prices", "/prices"}
	PlaceCohort   = Place{"Cohort", "/cohort"}
	PlaceFind     = Place{"Find a person", "/people"}
	PlaceRuns     = Place{"Runs", "/runs"}
	PlaceAudit    = Place{"Audit", "/audit"}
	PlaceAccounts = Place{"Accounts", "/accounts"}
)

// AllPlaces are the main links there are; a shell gives a person those that the policy lets them follow.
func AllPlaces() []Place {
	return []Place{PlaceHome, PlaceExtracts, PlaceLinks, PlacePrices, PlaceCohort, PlaceFind, PlaceRuns, PlaceAudit, PlaceAccounts}
}

// StyleSheet, Script and Icon are where the page asks for the built front end.
func (Frame) StyleSheet() string { return styleSheet }
func (Frame) Script() string     { return script }
func (Frame) Icon() string       { return icon }

var (
	styleSheet = static.Path("throughline.css")
	script     = static.Path("throughline.js")
	icon       = static.Path("icon.svg")
)
