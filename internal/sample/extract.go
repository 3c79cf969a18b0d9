package sample

import (
	"strings"

	"throughline/internal/day"
	"throughline/internal/money"
)

// file is one of the fourteen files that the agencies send.
type file uint8

const (
	fLambeth file = iota
	fSouthwarkPeople
	fSouthwarkContacts
	fLewisham
	fRiverbankAE
	fRiverbankAdmissions
	fElmfieldPeople
	fElmfieldContacts
	fAmbulance
	fPolice
	fProbationPeople
	fProbationContacts
	fLantern
	fFernhill
	files = 14
)

// form is how a file is laid out. The layouts of areas/south-london/layouts say the same from the reader's side, and
// TestIntakeReadsEveryFile holds the two together.
type form struct {
	name    string // the file's name, and its layout's
	agency  agency
	asOf    day.Day
	from    day.Day
	delim   string
	windows bool // Windows-1252
	above   []string
	header  string
	below   []string // lines after the rows, which the layout's stop leaves out
	total   bool     // a last line with the count of rows, which no layout leaves out: one rejected row
	keys    []int    // columns of the record key
	contact int      // column of the contact's number, or -1
	service int      // column of the service code, or -1
	date    int      // column of the first day, or -1
	noDay   string   // what a day that is in no calendar looks like here
}

var forms = [files]form{
	fLambeth: {name: "lambeth", agency: aLambeth, delim: ",", keys: []int{0}, contact: 9, service: 10, date: 11, noDay: "31/02/2026",
		above: []string{"London Borough of Lambeth: housing and care extract" + strings.Repeat(",", 19),
			"Produced 02/04/2026,OFFICIAL-SENSITIVE" + strings.Repeat(",", 18)},
		header: "Case ref,First name,Last name,Date of Birth,Gender,NI Number,NHS No,Postcode,Telephone,Event no,Service code," +
			"Start date,End date,Mins,Gross cost,Rent charged,Borough,Officer,Officer phone,Notes"},
	fSouthwarkPeople: {name: "southwark-people", agency: aSouthwark, delim: ",", keys: []int{0}, contact: -1, service: -1, date: -1,
		header: "person_id,forename,surname,prev_surname,dob,sex_code,nhs_number,ni_no,address_1,address_2,post_code,mobile,email,restricted"},
	fSouthwarkContacts: {name: "southwark-contacts", agency: aSouthwark, delim: ",", keys: []int{0}, contact: 1, service: 2, date: 3,
		noDay: "31/02/2026", header: "person_id,contact_ref,svc,date_from,date_to,minutes,total_charge,rent_element,service_charge_rent," +
			"la_code,lead_worker,lead_email"},
	fLewisham: {name: "lewisham", agency: aLewisham, asOf: day.Must(2026, 3, 15), delim: ";", windows: true, keys: []int{0},
		contact: 10, service: 11, date: 12, noDay: "31-02-2026",
		header: "Ref No;Title;Forename(s);Surname;D.O.B.;M/F;Nat Ins;Post Code;No.;Street;Act No;Act Code;From;To;Minutes;Cost (GBP);" +
			"Of which rent;Keyworker"},
	fRiverbankAE: {name: "riverbank-ae", agency: aRiverbank, delim: ",", total: true, keys: []int{0}, contact: 8, service: 9,
		date:  10,
		noDay: "31/02/2026", header: "local_id,nhs_number,forename,surname,dob,sex,postcode,residence_la,attendance_no,attendance_type," +
			"arrival_date,gp_practice,ambulance_arrival"},
	fRiverbankAdmissions: {name: "riverbank-admissions", agency: aRiverbank, delim: ",", keys: []int{0}, contact: 9,
		service: 10, date: 11,
		noDay: "2026-02-31", header: "Local ID,NHS No,Given name,Middle names,Family name,Birth date,Sex,Postcode,LA of residence,Spell no," +
			"Admission code,Admitted,Discharged,Consultant"},
	fElmfieldPeople: {name: "elmfield-people", agency: aElmfield, delim: "|", keys: []int{0}, contact: -1, service: -1, date: -1,
		header: "rio_number|nhs_number|title|first_name|family_name|known_as|date_of_birth|gender|home_postcode|home_phone"},
	fElmfieldContacts: {name: "elmfield-contacts", agency: aElmfield, delim: "|", keys: []int{0}, contact: 1, service: 2, date: 3,
		noDay: "2026-02-31", header: "rio_number|activity_id|activity_code|start_date|end_date|care_coordinator|team_phone"},
	fAmbulance: {name: "ambulance", agency: aAmbulance, delim: ",", keys: []int{0}, contact: 0, service: 2, date: 1,
		noDay:  "31/02/2026 10:40",
		header: "incident no,incident date,response,patient name,patient dob,patient age,patient sex,nhs no,scene postcode,borough of scene"},
	fPolice: {name: "police", agency: aPolice, delim: ",", keys: []int{0, 1}, contact: 9, service: 10, date: 11, noDay: "4571O",
		header: "Custody No,PNC ID,Family Name,Given Names,Aliases,DOB,Alias DOBs,Sex,Post Code,Event Ref,Event Type,Event Date,BCU," +
			"Arresting Officer,Crime Ref,Role"},
	fProbationPeople: {name: "probation-people", agency: aProbation, delim: ",", keys: []int{0}, contact: -1, service: -1, date: -1,
		header: "crn,noms_id,pnc_id,surname,forenames,alias,dob,gender,last_address,last_postcode,status"},
	fProbationContacts: {name: "probation-contacts", agency: aProbation, delim: ",", keys: []int{0}, contact: 1, service: 2, date: 3,
		noDay: "31 Feb 2026", header: "crn,event_no,type,start,end,weeks,officer,office_phone"},
	fLantern: {name: "lantern", agency: aLantern, delim: ",", keys: []int{0}, contact: -1, service: 7, date: 8, noDay: "31/2/2026",
		above:  []string{"Lantern outreach and hostels 2024 to 2026" + strings.Repeat(",", 13)},
		header: "client,known as,full name (if given),age/dob,m/f,area,usual spot,what,when,until,room charge,rent part,worker,mobile",
		below:  []string{strings.Repeat(",", 13), "Ask Josie about anything odd" + strings.Repeat(",", 13)}},
	fFernhill: {name: "fernhill", agency: aFernhill, from: day.Must(2024, 6, 19), delim: ",", keys: []int{0}, contact: 7,
		service: 8, date: 9,
		noDay: "31/02/26", header: "client_ref,finitial,sinitial,dob,sex,outcode,la,episode_no,modality,tx_start,tx_end,wks,key_worker," +
			"kw_phone,kw_notes"},
}

// file is the file's name in the folder of extracts.
func (f *form) file() string { return f.name + ".csv" }

// day an extract is of, and its first day.
func (f *form) day() day.Day {
	if f.asOf != 0 {
		return f.asOf
	}
	return today
}

// asOfDay is the as-of day of all an agency's files.
func (a agency) asOfDay() day.Day {
	if a == aLewisham {
		return forms[fLewisham].asOf
	}
	return today
}

// cutTo gives the event as an extract of that day has it, and false when it has none: what began later is not there, and
// what ended later stands open. A stay billed to its end is billed to the day.
func (e event) cutTo(asOf, from day.Day) (event, bool) {
	if e.from > asOf || e.from < from {
		return e, false
	}
	if t := tariffs[e.service].unit; !e.open && e.to > asOf {
		switch t {
		case own:
			all, some := money.Pence(e.to-e.from), money.Pence(asOf-e.from+1)
			e.amount, e.rent = e.amount/all*some, e.rent/all*some
			e.to, e.open = 0, true
		case spanned, each:
			e.to, e.open = 0, true
		default:
			all, some := int(e.to-e.from)+1, int(asOf-e.from)+1
			e.to, e.quantity = asOf, max(1, e.quantity*some/all)
		}
	} else if e.open && t == own && asOf < today {
		all, some := money.Pence(today-e.from+1), money.Pence(asOf-e.from+1)
		e.amount, e.rent = e.amount/all*some, e.rent/all*some
	}
	return e, true
}

// page collects the rows of one file from one stretch of people.
type page struct {
	text []byte
	rows []rowAt
	tally
}

// rowAt is where a row stands in a page's text and where it belongs in the file.
type rowAt struct {
	order      uint64
	start, end int
}

// tally is what an agency could say about its file, and what was planted in it.
type tally struct {
	rows, rejected, repeated int
	charged, rent            money.Pence
}

func (t *tally) add(u tally) {
	t.rows += u.rows
	t.rejected += u.rejected
	t.repeated += u.repeated
	t.charged += u.charged
	t.rent += u.rent
}

// put adds a row. Order sorts rows within the stretch: a day and then chance.
func (p *page) put(f *form, order uint64, values []string) {
	start := len(p.text)
	for i, v := range values {
		if i > 0 {
			p.text = append(p.text, f.delim...)
		}
		if f.windows {
			v = toWindows(v)
		}
		if strings.ContainsAny(v, f.delim+"\"\n") {
			v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
		}
		p.text = append(p.text, v...)
	}
	p.text = append(p.text, "\r\n"...)
	p.rows = append(p.rows, rowAt{order, start, len(p.text)})
	p.tally.rows++
}

// Bad and repeated rows, planted one in so many.
const faultEvery = 350

// plant adds, once in a while, a row that can't stand or one sent twice, after the good row it is like. Nothing true is lost.
// The amounts of its rows count in the file's total unless values are missing, as a sum over the column would have it.
func (p *page) plant(s *stream, seed uint64, fl file, order uint64, values []string, number string, e *event) {
	f := &forms[fl]
	s.begin(seed, forFault, uint64(fl), order)
	if s.IntN(faultEvery) != 0 {
		return
	}
	bad := append([]string(nil), values...)
	if f.contact >= 0 && bad[f.contact] != "" {
		bad[f.contact] = number
	}
	kind := s.IntN(6)
	switch {
	case kind < 2 && f.date >= 0:
		bad[f.date] = f.noDay
	case kind == 2 && f.service >= 0:
		bad[f.service] = ""
	case kind == 3 && len(f.keys) > 0:
		for _, k := range f.keys {
			bad[k] = ""
		}
	case kind == 4:
		bad = bad[:len(bad)-2]
	case f.contact >= 0 && values[f.contact] != "" || f.date < 0:
		bad = values
		p.tally.repeated++
		p.tally.rejected--
	default:
		return
	}
	p.tally.rejected++
	p.put(f, order+1, bad)
	if len(bad) == len(values) {
		p.tally.charged += e.amount
		p.tally.rent += e.rent
	}
}

// toWindows keeps letters that Windows-1252 has and takes the marks off the others.
func toWindows(v string) string {
	for _, r := range v {
		if r > 0xFF {
			return unmarked(v)
		}
	}
	return v
}

// encode turns a file's text into its encoding. Only Latin-1 letters are left in a Windows-1252 file.
func (f *form) encode(text []byte) []byte {
	if !f.windows {
		return text
	}
	out := make([]byte, 0, len(text))
	for _, r := range string(text) {
		out = append(out, byte(r))
	}
	return out
}
