package sample

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/money"
)

// stretch is some neighbourhoods in a row, made by one worker and written in order. Its text is what memory is bounded by.
type stretch struct {
	pages  [files]page
	truth  [truths][]byte
	people []footing
}

// stretchBlocks is how many neighbourhoods make a stretch: 24,000 people.
const stretchBlocks = 100

// footing is what the report and the top lists need to know of someone with a contact.
type footing struct {
	index     uint64
	total     money.Pence
	firstYear money.Pence
	crisis    money.Pence
	largest   money.Pence
	health    money.Pence
	byAgency  [agencies]int32 // pounds, for each agency's own list
	service   service         // the largest
	agencies  uint8
	borough   borough
	sides     uint8 // of homelessness, offending, substance misuse: bits
	troubled  bool
	outsider  bool
	cohort    bool
	contacts  int32
	records   int32
}

// maker is one worker's room.
type maker struct {
	w          *world
	s          *stream
	out        *stretch
	registered map[registration]*record
	order      []registration
}

type registration struct {
	agency agency
	number int
}

func (m *maker) stretch(first, last int) *stretch {
	m.out = &stretch{}
	for number := first; number < last; number++ {
		b := m.w.block(m.s, number)
		for i := range b.folk {
			m.person(b, &b.folk[i])
		}
	}
	for i := range m.out.pages {
		p := &m.out.pages[i]
		slices.SortFunc(p.rows, func(a, b rowAt) int {
			if a.order != b.order {
				if a.order < b.order {
					return -1
				}
				return 1
			}
			return a.start - b.start
		})
		ordered := make([]byte, 0, len(p.text))
		for _, r := range p.rows {
			ordered = append(ordered, p.text[r.start:r.end]...)
		}
		p.text, p.rows = forms[i].encode(ordered), nil
	}
	return m.out
}

// person makes all that the agencies know of one person, and what is true.
func (m *maker) person(b *block, p *inhabitant) {
	w, s := m.w, m.s
	l := w.live(s, b, p)
	sent := l.events[:0]
	for _, e := range l.events {
		f, _, _ := fileOf(e.agency, e.service)
		if e, ok := e.cutTo(forms[f].day(), max(forms[f].from, 0)); ok {
			sent = append(sent, e)
		}
	}
	if l.events = sent; len(sent) == 0 {
		return
	}
	x := w.subject(s, b, p, l)
	clear(m.registered)
	m.order = m.order[:0]
	var a account
	second := m.secondRecords(x)
	for i := range sent {
		e := &sent[i]
		r := m.record(x, e, i, second)
		m.event(x, r, e, i, a.enter(e, e.agency.asOfDay()))
	}
	m.finish(x, &a)
}

// secondRecords draws the agencies that hold the person twice.
func (m *maker) secondRecords(x *subject) [agencies]bool {
	s := m.s.begin(m.w.seed, forOrder, x.p.index)
	var twice [agencies]bool
	for a := range twice {
		share := manners[a].duplicates
		if x.l.troubled {
			share = min(0.6, share*2)
		}
		twice[a] = s.chance(share)
	}
	return twice
}

// record finds the record that an event is written under, making it at its first contact. A crew makes a new one each time, and so
// do the police for someone without a PNC number.
func (m *maker) record(x *subject, e *event, i int, twice [agencies]bool) *record {
	number := 0
	h := mix(m.w.seed ^ x.p.index*1009 ^ uint64(i)*7)
	switch {
	case e.agency == aAmbulance, e.service == missingPerson:
		number = 4 + i
	case twice[e.agency] && h%3 == 0:
		number = 1
	}
	at := registration{e.agency, number}
	if r := m.registered[at]; r != nil && (e.agency != aPolice || r.pnc != "") {
		return r
	} else if r != nil {
		at.number = 4 + i
	}
	r := m.w.write(m.s, x, e.agency, at.number, e.from, e.muddled)
	switch e.agency {
	case aPolice:
		if at.number > 0 {
			r.pnc = ""
		}
		r.custody = m.w.key(aPolice, x.p.index, at.number, e.from)
		r.key = either(r.pnc, r.custody)
	case aLantern:
		if !m.s.chance(0.6) {
			r.forename, r.surname = "", ""
			r.note("name-missing")
		}
		if r.knownAs = x.t.street; m.s.chance(0.35) {
			r.knownAs = ""
		}
		r.key = m.w.key(aLantern, x.p.index, at.number, e.from)
	case aAmbulance:
		if m.s.chance(0.2) {
			r.forename, r.middle, r.surname = "", "", ""
			r.note("name-missing")
		}
		r.key = m.w.key(aAmbulance, x.p.index, at.number, e.from)
	case aFernhill:
		r.tag("initials-only")
		r.key = m.w.key(aFernhill, x.p.index, at.number, e.from)
	default:
		r.key = m.w.key(e.agency, x.p.index, at.number, e.from)
	}
	m.registered[at] = r
	m.order = append(m.order, at)
	return r
}

// event writes an event's row, and its line of truth.
func (m *maker) event(x *subject, r *record, e *event, i int, cost money.Pence) {
	fl, _, _ := fileOf(e.agency, e.service)
	id := m.w.contactNumber(e.agency, x.p.index, i)
	values := row(fl, r, e, id)
	r.files |= 1 << fl
	f, p := &forms[fl], &m.out.pages[fl]
	order := uint64(e.from)<<40 | mix(m.w.seed^x.p.index<<11^uint64(i))>>24&^1
	p.put(f, order, values)
	p.tally.charged += e.amount
	p.tally.rent += e.rent
	spare := m.w.contactNumber(e.agency, x.p.index, spareEvents+i%24)
	if fl == fAmbulance {
		spare = m.w.key(aAmbulance, x.p.index, spareEvents+i%24, e.from)
	}
	p.plant(m.s, m.w.seed, fl, order, values, spare, e)
	sent := ""
	if f.contact >= 0 {
		sent = values[f.contact]
	}
	until := e.to.String()
	if e.open {
		until = "open"
	}
	m.line(truthEvent, e.agency.String(), f.file(), r.key, personID(x.p.index), sent, e.service.code(e.agency),
		tariffs[e.service].slug,
		e.from.String(), until, quantity(e), pounds(e.amount), pounds(e.rent), cost.Plain())
}

// finish writes the files of people and the truth of someone whose events are done.
func (m *maker) finish(x *subject, a *account) {
	for _, at := range m.order {
		r := m.registered[at]
		if _, people, apart := fileOf(r.agency, 0); apart {
			values, p := personRow(people, r), &m.out.pages[people]
			order := mix(m.w.seed^uint64(people)<<50^x.p.index*8+uint64(at.number)) &^ 1
			p.put(&forms[people], order, values)
			p.plant(m.s, m.w.seed, people, order, values, "", &event{})
			r.files = 1 << people
		}
		slices.Sort(r.tags)
		wrong, tags := strings.Join(r.wrong, ";"), strings.Join(slices.Compact(r.tags), ";")
		for fl := range file(files) {
			if r.files>>fl&1 == 0 {
				continue
			}
			m.line(truthRecord, r.agency.String(), forms[fl].file(), r.key, personID(x.p.index), r.registered.String(), wrong, tags)
			m.line(truthLink, forms[fl].file(), r.key, personID(x.p.index))
		}
	}
	m.truthOf(x, a)
	sv, most := a.largest()
	f := footing{index: x.p.index, total: a.total, firstYear: a.firstYear, crisis: a.crisis, largest: most, service: sv,
		agencies: uint8(a.agenciesUsed()), borough: x.b.borough, troubled: x.l.troubled, outsider: x.b.outsider, cohort: a.inCohort(),
		contacts: int32(a.contacts), records: int32(len(m.order))}
	for i, c := range a.byAgency {
		f.byAgency[i] = int32(c / 100)
	}
	f.health = a.byAgency[aRiverbank] + a.byAgency[aElmfield] + a.byAgency[aAmbulance]
	used := func(list ...service) bool {
		for _, e := range x.l.events {
			if slices.Contains(list, e.service) {
				return true
			}
		}
		return false
	}
	for i, side := range [...]bool{used(temporaryAccommodation, hostelSupport, outreach, eviction), used(arrest, prison, supervision),
		used(treatment, detox)} {
		if side {
			f.sides |= 1 << i
		}
	}
	m.out.people = append(m.out.people, f)
}

func personID(index uint64) string { return "P" + strconv.FormatUint(index+1, 10) }

// line adds a line to one of the truth files.
func (m *maker) line(t truth, values ...string) {
	out := m.out.truth[t]
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		if strings.ContainsAny(v, ",\"\n") {
			v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
		}
		out = append(out, v...)
	}
	m.out.truth[t] = append(out, '\n')
}

// truthOf writes what is true of someone: the person, the household, and twins.
func (m *maker) truthOf(x *subject, a *account) {
	p, t, id := x.p, x.t, personID(x.p.index)
	died := ""
	if x.l.died != 0 {
		died = x.l.died.String()
	}
	second := ""
	if t.transition != 0 {
		second = t.nhs[1]
	}
	var pnc, noms string
	for _, at := range m.order {
		r := m.registered[at]
		pnc, noms = either(pnc, r.pnc), either(noms, r.prison)
	}
	var names, homes []string
	for _, n := range t.names {
		names = append(names, fmt.Sprintf("%s %s|%s|%s", n.from, n.name.forename, n.name.middle, n.name.surname))
	}
	for _, h := range x.l.abodes {
		where := either(h.postcode, "no fixed abode")
		homes = append(homes, h.from.String()+" "+where)
	}
	now := t.called(today)
	m.line(truthPerson, id, now.forename, now.middle, now.surname, p.birth.String(), died, t.sexOn(p, today).String(),
		t.nhs[0], second, t.nino,
		pnc, noms, t.phone, groups[p.group].name, strconv.FormatBool(x.l.troubled), strconv.FormatBool(x.b.outsider),
		x.b.borough.String(), strings.Join(names, ";"), strings.Join(homes, ";"))
	m.line(truthHousehold, householdID(x), id, p.role.String(), strconv.Itoa(p.members), strconv.FormatBool(p.namesake))
	sv, most := a.largest()
	m.line(truthCost, id, a.total.Plain(), a.crisis.Plain(), a.firstYear.Plain(), (a.total - a.firstYear).Plain(),
		strconv.Itoa(a.agenciesUsed()),
		tariffs[sv].slug, most.Plain(), strconv.Itoa(a.contacts), strconv.FormatBool(a.inCohort()))
	if p.twin >= 0 {
		m.line(truthTwin, id, personID(x.b.folk[p.twin].index), p.birth.String(), strconv.FormatBool(x.b.folk[p.twin].sex == p.sex))
	}
}

func householdID(x *subject) string {
	return "H" + strconv.FormatUint(x.b.number*neighbours+uint64(x.p.first)+1, 10)
}
