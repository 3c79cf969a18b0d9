package sample

import "throughline/internal/money"

// agency is one of the ten, in the order of docs/area-south-london.md.
type agency uint8

const (
	aLambeth agency = iota
	aSouthwark
	aLewisham
	aRiverbank
	aElmfield
	aAmbulance
	aPolice
	aProbation
	aLantern
	aFernhill
	agencies = 10
)

func (a agency) String() string {
	return [...]string{"lambeth", "southwark", "lewisham", "riverbank", "elmfield", "ambulance", "police", "probation", "lantern",
		"fernhill"}[a]
}

// councilOf is the council of a borough; nowhere has none here.
func councilOf(b borough) agency { return agency(b) }

// service is what was used.
type service uint8

const (
	temporaryAccommodation service = iota
	eviction
	socialCare
	housingOther
	attendance
	urgentTreatment
	admissionShort
	admissionLong
	ward
	communityMentalHealth
	crisisTeam
	placeOfSafety
	journey
	arrest
	missingPerson
	prison
	supervision
	hostelSupport
	outreach
	treatment
	detox
	services = 21
)

// unitOf says how a quantity is found, and so how a line is priced.
type unitOf uint8

const (
	each    unitOf = iota
	spanned        // by the days of the span
	minutes        // the quantity is minutes; the price is of an hour
	weeks          // the quantity is tenths of a week; the price is of a week
	own            // the contact's own amount less its rent
)

// A tariff is what one unit costs in the prices of 2024-25. National prices are those of the National Cost Collection 2024/25;
// prison is £51,724 a year of 2022-23 (MoJ), uprated by the GDP deflator of March 2026 (100.0000 over 91.2996) and
// divided by 365; the rest are the demonstration's invented local prices. TestTrueCostIsTheAreas holds them to the
// area's price map.
type tariff struct {
	slug   string
	crisis bool
	unit   unitOf
	price  money.Pence
	codes  [3]string // the councils have a code each; other agencies only the first
	agency agency    // of services that no council gives
}

var tariffs = [services]tariff{
	temporaryAccommodation: {"temporary-accommodation", true, own, 0, [3]string{"TEMPACC", "TA-N", "HB-TA"}, 0},
	eviction:               {"eviction", true, each, 895000, [3]string{"EVIC", "EVICT-C", "EVT"}, 0},
	socialCare:             {"adult-social-care", false, minutes, 7400, [3]string{"SW-MIN", "ASC-HR", "SOCWK"}, 0},
	housingOther:           {"housing-other", false, each, 0, [3]string{"HSG-OTH"}, aLewisham},
	attendance:             {"ae-attendance", true, each, 28017, [3]string{"AE-ATT"}, aRiverbank},
	urgentTreatment:        {"urgent-treatment", true, each, 0, [3]string{"UTC-2"}, aRiverbank},
	admissionShort:         {"emergency-admission-short", true, each, 82505, [3]string{"EMER-ADM-S"}, aRiverbank},
	admissionLong:          {"emergency-admission-long", true, each, 541670, [3]string{"EMER-ADM-L"}, aRiverbank},
	ward:                   {"mental-health-ward", true, spanned, 71910, [3]string{"IP-ACUTE"}, aElmfield},
	communityMentalHealth:  {"community-mental-health", false, each, 27891, [3]string{"CMHT-F2F"}, aElmfield},
	crisisTeam:             {"mental-health-crisis-team", true, each, 35683, [3]string{"HTT"}, aElmfield},
	placeOfSafety:          {"place-of-safety", true, each, 151846, [3]string{"S136"}, aElmfield},
	journey:                {"ambulance-journey", true, each, 48939, [3]string{"S-T-C"}, aAmbulance},
	arrest:                 {"arrest-and-custody", true, each, 81200, [3]string{"ARR-DET"}, aPolice},
	missingPerson:          {"missing-person-report", true, each, 0, [3]string{"MISPER"}, aPolice},
	prison:                 {"prison", true, spanned, 15521, [3]string{"CUST"}, aProbation},
	supervision:            {"probation-supervision", false, weeks, 5800, [3]string{"SUPV"}, aProbation},
	hostelSupport:          {"hostel-support", false, own, 0, [3]string{"HSTL"}, aLantern},
	outreach:               {"street-outreach", false, each, 6400, [3]string{"OUTR"}, aLantern},
	treatment:              {"drug-alcohol-treatment", false, weeks, 7150, [3]string{"STRUCT"}, aFernhill},
	detox:                  {"inpatient-detox", false, spanned, 31800, [3]string{"DETOX"}, aFernhill},
}

// code is what the agency calls the service.
func (s service) code(a agency) string {
	if a <= aLewisham && tariffs[s].codes[1] != "" {
		return tariffs[s].codes[a]
	}
	return tariffs[s].codes[0]
}
