package sample

import (
	"fmt"
	"strconv"
	"strings"

	"throughline/internal/day"
	"throughline/internal/money"
	"throughline/internal/person"
)

// How each agency writes a day, a sex, an amount and a number.

func dmy(d day.Day, sep string) string {
	if d == 0 {
		return ""
	}
	y, m, dom := d.Date()
	b := make([]byte, 0, 10)
	b = append(b, byte('0'+dom/10), byte('0'+dom%10))
	b = append(b, sep...)
	b = append(b, byte('0'+m/10), byte('0'+m%10))
	b = append(b, sep...)
	return string(strconv.AppendInt(b, int64(y), 10))
}

func iso(d day.Day) string { return d.String() }

// shortYear writes 23/11/79.
func shortYear(d day.Day) string {
	s := dmy(d, "/")
	if s == "" {
		return ""
	}
	return s[:6] + s[8:]
}

// loose writes 4/6/2025, as people type.
func loose(d day.Day) string {
	if d == 0 {
		return ""
	}
	y, m, dom := d.Date()
	return fmt.Sprintf("%d/%d/%d", dom, m, y)
}

func monthName(d day.Day) string {
	if d == 0 {
		return ""
	}
	y, m, dom := d.Date()
	return fmt.Sprintf("%02d %s %d", dom, m.String()[:3], y)
}

var excelZero = day.Must(1899, 12, 30)

func serial(d day.Day) string {
	if d == 0 {
		return ""
	}
	return strconv.Itoa(int(d - excelZero))
}

// sexCode picks from codes for female, male and not known.
func sexCode(x person.Sex, female, male, unknown string) string {
	switch x {
	case person.Female:
		return female
	case person.Male:
		return male
	}
	return unknown
}

func pounds(p money.Pence) string {
	if p == 0 {
		return ""
	}
	return p.Plain()
}

// commas writes 2,104.50.
func commas(p money.Pence) string { return strings.TrimPrefix(p.String(), "£") }

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func spaced(nhs string) string {
	if len(nhs) != 10 {
		return nhs
	}
	return nhs[:3] + " " + nhs[3:6] + " " + nhs[6:]
}

func quantity(e *event) string {
	switch tariffs[e.service].unit {
	case minutes:
		return strconv.Itoa(e.quantity)
	case weeks:
		if e.quantity%10 == 0 {
			return strconv.Itoa(e.quantity / 10)
		}
		return fmt.Sprintf("%d.%d", e.quantity/10, e.quantity%10)
	}
	return ""
}

// laCode is the Office for National Statistics' code of a borough.
func laCode(b borough) string { return [...]string{"E09000022", "E09000028", "E09000023", ""}[b] }

// worker is who at the agency is involved, and how to reach them: invented, on numbers kept for drama.
func worker(a agency, e *event) (name, reach string) {
	h := mix(uint64(a)<<32 ^ uint64(e.service)<<24 ^ uint64(e.from)/90)
	surnames := [...]string{"Osei", "Lindqvist", "Brandt", "Achebe", "Lowe", "Patel", "Mensah", "Farrow", "Novak", "Quill",
		"Dacosta", "Wren"}
	return string("ABCDEFGHJKLMNPRST"[h>>8%17]) + ". " + surnames[h%12], fmt.Sprintf("020 7946 0%03d", 100+h>>16%90)
}

// key is the agency's own number for a record. It tells nothing of the person's place in the world.
func (w *world) key(a agency, index uint64, number int, on day.Day) string {
	n := shuffle(w.seed+100+uint64(a), index*4+uint64(number%4), w.size()*4)
	switch a {
	case aLambeth:
		return fmt.Sprintf("LB%06d", 100_000+n)
	case aSouthwark:
		return strconv.FormatUint(3_100_000+n, 10)
	case aLewisham:
		return fmt.Sprintf("L-%07d", 42_000+n)
	case aRiverbank:
		return strconv.FormatUint(7_000_000+n, 10)
	case aElmfield:
		return strconv.FormatUint(1_100_000+n, 10)
	case aProbation:
		return fmt.Sprintf("X%06d", 300_000+n)
	case aLantern:
		return "LH-" + strconv.FormatUint(100+n, 10)
	case aFernhill:
		return "FR-" + strconv.FormatUint(20_000+n, 10)
	}
	n = shuffle(w.seed+100+uint64(a), index*(maxEvents+24)+uint64(number), w.size()*(maxEvents+24))
	y, m, dom := on.Date()
	if a == aAmbulance {
		return fmt.Sprintf("CAD-%04d%02d%02d-%05d", y, m, dom, n)
	}
	return fmt.Sprintf("01%s/%d/%02d", [...]string{"LX", "MD", "PL"}[n%3], n, y%100)
}

// contactNumber is the agency's number for the i-th event of someone.
func (w *world) contactNumber(a agency, index uint64, i int) string {
	n := shuffle(w.seed+200+uint64(a), index*(maxEvents+24)+uint64(i), w.size()*(maxEvents+24))
	prefix := [...]string{"7", "C", "A", "", "AC-", "", "E-", "", "", "EP-"}[a]
	return prefix + strconv.FormatUint(1_000_000+n, 10)
}

// spareEvents are numbers past maxEvents for planted rows.
const spareEvents = maxEvents

// row writes a contact of a file that holds people and contacts together, or contacts alone.
func row(fl file, r *record, e *event, id string) []string {
	to := e.to
	who, reach := worker(r.agency, e)
	switch fl {
	case fLambeth:
		postcode := r.postcode
		if r.noFixed {
			postcode = "NFA"
		}
		cost, rent := "", ""
		if e.amount > 0 {
			cost, rent = commas(e.amount), commas(e.rent)
		}
		return []string{r.key, r.forename, r.surname, dmy(r.birth, "/"), sexCode(r.sex, "F", "M", "U"), r.nino, r.nhs, postcode,
			r.phone, id,
			e.service.code(r.agency), dmy(e.from, "/"), dmy(to, "/"), quantity(e), cost, rent, e.borough.String(), who, reach, ""}
	case fSouthwarkContacts:
		second := ""
		rent := e.rent
		if rent > 0 && e.from%3 == 0 {
			part := rent / 20
			second, rent = pounds(part), rent-part
		}
		return []string{r.key, id, e.service.code(r.agency), dmy(e.from, "/"), dmy(to, "/"), quantity(e), pounds(e.amount),
			pounds(rent), second,
			laCode(e.borough), who, ""}
	case fLewisham:
		postcode := r.postcode
		if r.noFixed {
			postcode = "NFA"
		}
		house, street, ok := strings.Cut(r.address, " ")
		if !ok || house == "" || house[0] < '0' || house[0] > '9' {
			house, street = "", r.address
		}
		cost, rent := "", ""
		if e.amount > 0 {
			cost, rent = e.amount.String(), e.rent.String()
		}
		until := dmy(to, "-")
		if e.open && e.from%2 == 0 {
			until = "31-12-2099"
		}
		if e.service == housingOther {
			id, until = "", ""
		}
		return []string{r.key, strings.ToUpper(r.title), strings.ToUpper(joined(r.forename, r.middle)), strings.ToUpper(r.surname),
			dmy(r.birth, "-"), sexCode(r.sex, "F", "M", ""), r.nino, postcode, house, strings.ToUpper(street), id,
			e.service.code(r.agency),
			dmy(e.from, "-"), until, quantity(e), cost, rent, strings.ToUpper(who)}
	case fRiverbankAE:
		byAmbulance := "N"
		if e.muddled {
			byAmbulance = "Y"
		}
		return []string{r.key, r.nhs, r.forename, r.surname, dmy(r.birth, "/"), sexCode(r.sex, "2", "1", "X"), zz99(r),
			laCode(r.at.borough),
			id, e.service.code(r.agency), dmy(e.from, "/"), "G85001", byAmbulance}
	case fRiverbankAdmissions:
		return []string{r.key, spaced(r.nhs), r.forename, r.middle, r.surname, dmy(r.birth, "/"), sexCode(r.sex, "F", "M", "U"),
			zz99(r),
			laCode(r.at.borough), "SP-" + id, e.service.code(r.agency), iso(e.from), iso(to), ""}
	case fElmfieldContacts:
		return []string{r.key, id, e.service.code(r.agency), iso(e.from), iso(to), who, reach}
	case fAmbulance:
		hour := mix(uint64(e.from)*31 ^ r.person)
		age := ""
		if r.ageOnly {
			age = strconv.Itoa(max(0, day.Age(r.trueBirth, e.from)+int(hour>>30%3)-1))
		}
		name := ""
		if r.surname != "" || r.forename != "" {
			name = strings.ToUpper(r.surname) + ", " + r.forename
		}
		return []string{r.key, dmy(e.from, "/") + fmt.Sprintf(" %02d:%02d", hour%24, hour>>8%60), e.service.code(r.agency),
			name, dmy(r.birth, "/"),
			age, sexCode(r.sex, "F", "M", "U"), r.nhs, r.at.postcode, strings.ToUpper(e.borough.String())}
	case fPolice:
		crime, part := r.crime(e)
		var names, births []string
		for _, a := range r.aliases {
			names = append(names, strings.ToUpper(a.surname+", "+a.forename))
		}
		for _, b := range r.aliasBirths {
			births = append(births, serial(b))
		}
		postcode := r.postcode
		if r.noFixed {
			postcode = "NFA"
		}
		return []string{r.custody, r.pnc, strings.ToUpper(r.surname), strings.ToUpper(joined(r.forename, r.middle)),
			strings.Join(names, ";"),
			serial(r.birth), strings.Join(births, ";"), sexCode(r.sex, "F", "M", "U"), postcode, id, e.service.code(r.agency),
			serial(e.from),
			[...]string{"LX", "MD", "PL", ""}[e.borough], "", crime, part}
	case fProbationContacts:
		return []string{r.key, id, e.service.code(r.agency), monthName(e.from), monthName(to), quantity(e), who, reach}
	case fLantern:
		amount, rent := "", ""
		if e.amount > 0 {
			amount, rent = e.amount.Plain(), e.rent.Plain()
		}
		spot := ""
		if e.service == outreach {
			spot = spots[mix(r.person^uint64(e.from)/60)%uint64(len(spots))]
		}
		return []string{r.key, r.knownAs, joined(r.forename, r.surname), either(loose(r.birth), r.guess), sexCode(r.sex, "f",
			"m", ""),
			e.borough.String(), spot, e.service.code(r.agency), loose(e.from), loose(to), amount, rent,
			[...]string{"Josie", "Marek", "Tunde", "Bev"}[e.from/200%4], "07700 900" + strconv.Itoa(150+int(e.from)/200%4)}
	case fFernhill:
		outcode, _, _ := strings.Cut(r.postcode, " ")
		return []string{r.key, strings.ToUpper(initial(r.forename)), strings.ToUpper(initial(r.surname)), shortYear(r.birth),
			sexCode(r.sex, "2", "1", "9"), outcode, e.borough.String(), id, e.service.code(r.agency), shortYear(e.from),
			shortYear(to),
			quantity(e), who, reach, ""}
	}
	panic("sample: a file without contacts")
}

// crime is the crime within the household that an event with the police is about, if any, and the person's part in it: one of two years has one.
func (r *record) crime(e *event) (ref, part string) {
	year, _, _ := e.from.Date()
	h := mix(r.household<<12 ^ uint64(year))
	switch {
	case h%2 != 0:
		return "", ""
	case h>>1%8 == 0:
		part = "WIT"
	case r.victim:
		part = "VIC"
	default:
		part = "SUS"
	}
	return fmt.Sprintf("%07d/%02d", h>>8%10_000_000, year%100), part
}

func yes(b bool) string {
	if b {
		return "Y"
	}
	return ""
}

var spots = []string{"Elephant underpass", "Brixton steps", "Deptford railway arch", "Kennington Park gate", "Peckham bus garage",
	"Lewisham station", "Camberwell Green", "Waterloo bullring", "Catford Broadway", "Stockwell bike shed"}

// zz99 is the postcode of a hospital record: the NHS code where there is no abode.
func zz99(r *record) string {
	if r.noFixed {
		return "ZZ99 3VZ"
	}
	return r.postcode
}

func joined(parts ...string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// personRow writes a record of a file of people.
func personRow(fl file, r *record) []string {
	switch fl {
	case fSouthwarkPeople:
		postcode := r.postcode
		if r.noFixed {
			postcode = "NFA"
		}
		insurance := r.nino
		if len(insurance) == 9 {
			insurance = insurance[:2] + " " + insurance[2:4] + " " + insurance[4:6] + " " + insurance[6:8] + " " + insurance[8:]
		}
		mobile := r.phone
		if len(mobile) == 11 && mobile[1] == '7' {
			mobile = mobile[:5] + " " + mobile[5:]
		}
		return []string{r.key, strings.ToUpper(joined(r.forename, r.middle)), strings.ToUpper(r.surname),
			strings.ToUpper(r.former), iso(r.birth),
			sexCode(r.sex, "2", "1", "0"), r.nhs, insurance, r.address, r.at.town, postcode, mobile, r.email, yes(r.restricted)}
	case fElmfieldPeople:
		known := ""
		if r.knownAs != "" {
			known = joined(r.knownAs, r.surname)
		}
		return []string{r.key, r.nhs, r.title, r.forename, r.surname, known, iso(r.birth), sexCode(r.sex, "Female", "Male",
			"Not stated"), zz99(r),
			r.phone}
	case fProbationPeople:
		var aliases []string
		for _, a := range r.aliases {
			aliases = append(aliases, a.String())
		}
		postcode := r.postcode
		if r.noFixed {
			postcode = "NFA"
		}
		return []string{r.key, r.prison, r.pnc, r.surname, joined(r.forename, r.middle), strings.Join(aliases, "/"),
			monthName(r.birth),
			sexCode(r.sex, "Female", "Male", "Not recorded"), r.address, postcode, "Active"}
	}
	panic("sample: a file without people")
}

// fileOf is the file that an agency sends an event in, and the file with its people if that is another.
func fileOf(a agency, sv service) (contacts file, people file, apart bool) {
	switch a {
	case aLambeth:
		return fLambeth, 0, false
	case aSouthwark:
		return fSouthwarkContacts, fSouthwarkPeople, true
	case aLewisham:
		return fLewisham, 0, false
	case aRiverbank:
		if sv == admissionShort || sv == admissionLong {
			return fRiverbankAdmissions, 0, false
		}
		return fRiverbankAE, 0, false
	case aElmfield:
		return fElmfieldContacts, fElmfieldPeople, true
	case aAmbulance:
		return fAmbulance, 0, false
	case aPolice:
		return fPolice, 0, false
	case aProbation:
		return fProbationContacts, fProbationPeople, true
	case aLantern:
		return fLantern, 0, false
	}
	return fFernhill, 0, false
}
