package app

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"throughline/areas"
	"throughline/internal/area"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// somebodyOf signs in somebody new of an agency.
func (w *scene) somebodyOf(agency string, purpose policy.Purpose, roles ...policy.Role) Who {
	w.t.Helper()
	ctx, admin := w.t.Context(), w.as(policy.Administrator, policy.LookAfterAccounts)
	page, err := w.app.Agencies(ctx, admin)
	if err != nil {
		w.t.Fatal(err)
	}
	at := slices.IndexFunc(page.Agencies, func(g AgencyRow) bool { return g.Slug == agency })
	email, password := agency+"-"+string(roles[0])+"@example.org.uk", "invented-words-for-"+agency
	made, err := w.app.CreateAccount(ctx, admin, NewAccount{Email: email, Name: "Sam of " + agency, Agency: page.Agencies[at].ID, Roles: roles})
	if err != nil {
		w.t.Fatal(err)
	}
	in, err := w.app.SignIn(ctx, Credentials{Area: "south-london", Email: email, Password: made.Temporary, Source: policy.CommandLine})
	if err != nil {
		w.t.Fatal(err)
	}
	token, err := w.app.ChangeOwnPassword(ctx, bySecret("south-london", in.Token), made.Temporary, password)
	if err != nil {
		w.t.Fatal(err)
	}
	who, err := w.app.demoPurpose(ctx, "south-london", token, purpose)
	if err != nil {
		w.t.Fatal(err)
	}
	return who
}

// keptToItsAgency gives a scene in which Lantern and Fernhill, whose services are kept to it, each know Dean Whitlock and Ann Poole; Fernhill
// knows Ann by a code of which the price map says nothing; and Fernhill alone knows Ruth Hale and Otto Byrne.
func (w *scene) keptToItsAgency() (fernhill store.Extract) {
	const head = "client,forename,surname,born,nhs,postcode,day\n"
	lantern := w.layout("lantern", layoutOf("lantern", "OUTR", "street-outreach", "contact"))
	detox := w.layout("fernhill", layoutOf("fernhill", "DETOX", "inpatient-detox", "day"))
	unsaid := w.layout("fernhill", strings.Replace(layoutOf("fernhill", "DTX-NEW", "inpatient-detox", "day"), "name: clients", "name: others", 1))
	w.accept(w.send(lantern, march, false, head+
		"L1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,05/01/2026\nL2,Ann,Poole,01/02/1990,9990000026,SE15 4QX,06/01/2026\n"))
	fernhill = w.send(detox, march, false, head+
		"R1,Dean,Whitlock,04/03/1983,9990000018,SE22 9AA,07/01/2026\nR2,Ruth,Hale,07/07/1971,,SE1 1AA,07/01/2026\n"+
		"9990000019,Otto,Byrne,08/08/1961,,SE1 2AA,07/01/2026\n")
	w.accept(fernhill)
	w.accept(w.send(unsaid, march, false, head+"U1,Ann,Poole,01/02/1990,9990000026,SE15 4QX,08/01/2026\n"))
	w.run()
	return fernhill
}

func (w *scene) searched(who Who, in SearchPeople) (people []Found, err error) {
	p, err := w.app.SearchPeople(w.t.Context(), who, in)
	return p.People, err
}

// TestAnotherAgencysRecordIsHidden: of a record whose every contact is kept to its agency, or is of a code of which nobody has said what it
// means, people of another agency learn nothing from the person's page, its links, the timeline or the footprint.
func TestAnotherAgencysRecordIsHidden(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.keptToItsAgency()
		lantern := w.somebodyOf("lantern", policy.TakeToPanel, policy.Coordinator)
		fernhill := w.somebodyOf("fernhill", policy.TakeToPanel, policy.Coordinator)
		analyst := w.as(policy.Analyst, policy.CheckRecords)
		for _, name := range []string{"Dean Whitlock", "Ann Poole"} {
			forename, surname, _ := strings.Cut(name, " ")
			n := w.find(forename, surname)
			for viewer, who := range map[string]Who{"lantern": lantern, "fernhill": fernhill, "analyst": analyst} {
				records, links := 2, 1
				if viewer == "lantern" {
					records, links = 1, 0
				}
				p, err := w.app.Person(t.Context(), who, n, 0)
				if err != nil {
					t.Fatal(err)
				}
				told := strings.Contains(agenciesOf(p), "fernhill")
				if len(p.Records) != records || len(p.Links) != links || (p.Why != nil) != (links > 0) || p.Whole != (viewer == "analyst") ||
					len(p.Timeline) != records || len(p.Involved) != records || told != (records == 2) {
					t.Errorf("%s sees of %s %d records of %s, %d links, %d of the timeline, %d involved and all of it: %t; want %d records and %d links",
						viewer, name, len(p.Records), agenciesOf(p), len(p.Links), len(p.Timeline), len(p.Involved), p.Whole, records, links)
				}
				purpose := who
				if viewer == "analyst" {
					purpose = w.as(policy.Analyst, policy.FindAndCost)
				}
				f, err := w.app.Footprint(t.Context(), purpose, OpenFootprint{Person: n})
				if err != nil {
					t.Fatal(err)
				}
				if f.Whole != (viewer == "analyst") || (f.Weakest == 1_000_000) != (links == 0) || len(f.Priced.Lines)+len(f.Priced.Gaps) != records {
					t.Errorf("%s sees of %s's footprint all: %t, a weakest link of %d (%s), %d lines and %d gaps", viewer, name, f.Whole, f.Weakest,
						f.WeakOf.Slug, len(f.Priced.Lines), len(f.Priced.Gaps))
				}
			}
		}
	})
}

func agenciesOf(p PersonPage) string {
	var all []string
	for _, r := range p.Records {
		all = append(all, r.Agency.Slug)
	}
	for _, v := range p.Involved {
		all = append(all, v.Agency.Slug)
	}
	for _, b := range p.Timeline {
		all = append(all, b.Agency.Slug)
	}
	return strings.Join(all, " ")
}

// TestSearchTellsNothingHidden: a search answers word for word the same for what the viewer may not know of and for what is not there.
func TestSearchTellsNothingHidden(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.keptToItsAgency()
		lantern := w.somebodyOf("lantern", policy.TakeToPanel, policy.Coordinator)
		analyst := w.as(policy.Analyst, policy.FindAndCost)
		ruth := w.find("Ruth", "Hale")
		nobody := id.Pseudonym(ruth + 900)
		for _, s := range []struct {
			why           string
			hidden, there SearchPeople
		}{
			{"another agency's own number for somebody", SearchPeople{Number: "R1"}, SearchPeople{Number: "R7"}},
			{"its number under a code that nobody has explained", SearchPeople{Number: "U1"}, SearchPeople{Number: "U7"}},
			{"a name", SearchPeople{Name: "Ruth Hale"}, SearchPeople{Name: "Zeno Quix"}},
			{"a name with the postcode of the hidden record alone", SearchPeople{Name: "Dean Whitlock", Postcode: "SE22 9AA"},
				SearchPeople{Name: "Dean Whitlock", Postcode: "SE23 1AA"}},
			{"a damaged NHS number", SearchPeople{Number: "9990000019"}, SearchPeople{Number: "9990000027"}},
			{"a name with a hidden person's number", SearchPeople{Name: "Ann Poole", Number: "R2"}, SearchPeople{Name: "Ann Poole", Number: "R7"}},
			{"a name with a hidden person's reference", SearchPeople{Name: "Ann Poole", Number: id.Pseudonym(ruth)}, SearchPeople{Name: "Ann Poole", Number: nobody}},
		} {
			hidden, hiddenErr := w.searched(lantern, s.hidden)
			missing, missingErr := w.searched(lantern, s.there)
			if d := cmp.Diff(missing, hidden); d != "" || fault.KindOf(hiddenErr) != fault.KindOf(missingErr) {
				t.Errorf("%s tells what is hidden (-missing +hidden):\n%s(%v, %v)", s.why, d, missingErr, hiddenErr)
			}
			if found, err := w.searched(analyst, s.hidden); err != nil || len(found) == 0 {
				t.Errorf("the partnership's analyst finds nobody by %s (%v), so that this test holds nothing", s.why, err)
			}
		}
		for _, who := range []struct {
			Who
			agencies int
		}{{lantern, 1}, {analyst, 2}} {
			found, err := w.searched(who.Who, SearchPeople{Name: "Dean Whitlock"})
			if err != nil || len(found) != 1 || len(found[0].Agencies) != who.agencies {
				t.Errorf("Dean is found as %+v (%v), want the marks of %d agencies", found, err, who.agencies)
			}
		}
	})
}

// TestWhatIsKeptIsTheAreasWord: rows stay with their agency because the area says so of their service, whatever it calls it.
func TestWhatIsKeptIsTheAreasWord(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	settings, err := fs.ReadFile(areas.Files, "south-london/area.yaml")
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{}
	for _, name := range []string{"prices.yaml", "postcode-sectors.yaml"} {
		text, err := fs.ReadFile(areas.Files, "south-london/"+name)
		if err != nil {
			t.Fatal(err)
		}
		folder["south-london/"+name] = &fstest.MapFile{Data: text}
	}
	says := func(changes ...string) {
		folder["south-london/area.yaml"] = &fstest.MapFile{Data: []byte(strings.NewReplacer(changes...).Replace(string(settings)))}
		w.at.Add(2) // settings are looked at again
	}
	says()
	w.app.areas = folder
	w.keptToItsAgency()
	lantern := w.somebodyOf("lantern", policy.TakeToPanel, policy.Coordinator)
	fernhill := w.somebodyOf("fernhill", policy.TakeToPanel, policy.Coordinator)
	dean := w.find("Dean", "Whitlock")
	for _, c := range []struct {
		name                string
		changes             []string
		toLantern, toOthers int
	}{
		{"drugs and alcohol", nil, 1, 2},
		{"another name for the category", []string{"slug: substance-misuse", "slug: recovery", "category: substance-misuse", "category: recovery"}, 1, 2},
		{"outreach about abuse", []string{"name: Street outreach,", "name: Street outreach, sensitivity: abuse,"}, 1, 1},
		{"all of housing about abuse", []string{"homelessness, sensitivity: ordinary", "homelessness, sensitivity: abuse"}, 1, 1},
		{"nothing kept", []string{"sensitivity: drug-and-alcohol", "sensitivity: ordinary"}, 2, 2},
	} {
		says(c.changes...)
		for who, want := range map[*Who]int{&lantern: c.toLantern, &fernhill: c.toOthers} {
			p, err := w.app.Person(t.Context(), *who, dean, 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Records) != want || len(p.Timeline) != want {
				t.Errorf("%s: %s are seen, want %d", c.name, agenciesOf(p), want)
			}
		}
	}
}

// TestSensitivitiesAreThePolicys: an area's word for what is kept means to the policy what it says.
func TestSensitivitiesAreThePolicys(t *testing.T) {
	t.Parallel()
	want := []policy.Sensitivity{policy.Ordinary, policy.MentalHealth, policy.DrugAndAlcohol, policy.Abuse}
	var got []policy.Sensitivity
	for _, s := range area.Sensitivities() {
		got = append(got, policy.Sensitivity(s))
	}
	diff(t, "the words", want, got)
}

// TestWhoLookedIsKeptToItsAgency: whoever checks how data is used sees who looked, and so do people of the same agency; everybody else sees
// the role and the agency, an agency of whose record they may not know is "another", and an answer about such a record is not there.
func TestWhoLookedIsKeptToItsAgency(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.keptToItsAgency()
		lantern, fernhill := w.somebodyOf("lantern", policy.CheckRecords, policy.Coordinator), w.somebodyOf("fernhill", policy.CheckRecords, policy.Coordinator)
		analyst := w.reader()
		dean := w.find("Dean", "Whitlock")
		open := func(who Who) PersonPage {
			t.Helper()
			p, err := w.app.Person(t.Context(), who, dean, 0)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		open(lantern)
		open(fernhill)
		const own, partnership = "Sam of lantern/lantern", "Ayesha Rahman/"
		diff(t, "the coordinator’s page", []string{"(analyst)/", "(coordinator)/another", own}, w.lookers(open(lantern).Seen))
		diff(t, "the analyst’s page", []string{"(coordinator)/fernhill", "(coordinator)/lantern", partnership}, w.lookers(open(analyst).Seen))
		w.at.Add(60)
		records := open(analyst).Records
		at := slices.IndexFunc(records, func(r RecordShown) bool { return r.Agency.Slug == "fernhill" })
		if _, err := w.app.Split(t.Context(), analyst, SplitPerson{dean, []id.Record{records[at].RecordVersion.Record}, "The worker met both."}); err != nil {
			t.Fatal(err)
		}
		checks := []string{partnership, "Sam of fernhill/fernhill", own}
		for _, viewer := range []struct {
			name         string
			who          Who
			looks, mixed []string
		}{
			{"lantern’s coordinator", lantern, []string{"(analyst)/", "(coordinator)/another", own}, nil},
			{"the analyst", analyst, []string{"(coordinator)/fernhill", "(coordinator)/lantern", partnership}, []string{"(coordinator)/fernhill", "(coordinator)/lantern", partnership}},
			{"the governance lead", w.as(policy.GovernanceLead, policy.AuditUse), checks, checks},
			{"the auditor", w.as(policy.Auditor, policy.AuditUse), checks, checks},
		} {
			p, err := w.app.WhoHasSeen(t.Context(), viewer.who, dean, 0)
			if err != nil {
				t.Fatal(err)
			}
			themselves := func(who string) bool { return who == "Grace Obuya/" || who == "Miriam Castle/" } // opened this list before
			diff(t, viewer.name+" of who has looked", viewer.looks, slices.DeleteFunc(w.lookers(p.Looks), themselves))
			m, err := w.app.Mixed(t.Context(), viewer.who, OpenMixed{Person: dean})
			if err != nil {
				t.Fatal(err)
			}
			var looks []Look
			for _, r := range m.Readers {
				looks = append(looks, r.Look)
			}
			diff(t, viewer.name+" of who received mixed data", viewer.mixed, w.lookers(looks))
			if hidden := viewer.mixed == nil; hidden != (m.Answer.ID == 0) || hidden != (m.Now == nil) {
				t.Errorf("%s is told of answer %d and of %d", viewer.name, m.Answer.ID, m.Now)
			}
		}
	})
}

// TestListIsNotNamedToAnotherAgency: that somebody stood in the cohort's lists is not told by who has looked at them, but to whoever may see all.
func TestListIsNotNamedToAnotherAgency(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		dean := w.find("Dean", "Whitlock")
		analyst := w.as(policy.Analyst, policy.FindAndCost)
		if _, err := w.app.Cohort(t.Context(), analyst, OpenCohort{Top: 100}); err != nil {
			t.Fatal(err)
		}
		lists := func(who Who) (named, among int) {
			t.Helper()
			p, err := w.app.WhoHasSeen(t.Context(), who, dean, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range p.Looks {
				if strings.HasPrefix(string(l.Act), "cohort.") {
					named++
				}
				if l.Among {
					among++
					diff(t, "what is told of a look at a list", [2]string{}, [2]string{l.Reason, l.Policies})
				}
			}
			return named, among
		}
		if named, among := lists(analyst); named != 1 || among != 0 {
			t.Errorf("the analyst is told of %d looks at the cohort and %d at a list, want 1 and 0", named, among)
		}
		if named, among := lists(w.somebodyOf("lantern", policy.CheckRecords, policy.Coordinator)); named != 0 || among != 1 {
			t.Errorf("another agency's coordinator is told of %d looks at the cohort and %d at a list, want 0 and 1", named, among)
		}
	})
}

// lookers are who looked, each once, as "name/agency", with the role where there is no name.
func (w *scene) lookers(looks []Look) (out []string) {
	w.t.Helper()
	agencies, err := w.app.Agencies(w.t.Context(), w.as(policy.Analyst, policy.CheckRecords))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range looks {
		name, agency := l.Actor, ""
		if l.Unnamed {
			name += "(" + l.Roles + ")"
		}
		for _, g := range agencies.Agencies {
			if g.ID == l.Agency {
				agency = g.Slug
			}
		}
		if l.Elsewhere {
			agency += "another"
		}
		out = append(out, name+"/"+agency)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestRowsOfAnExtractAreKeptToItsAgency: whoever of another agency may open an extract's page sees none of its rows.
func TestRowsOfAnExtractAreKeptToItsAgency(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	e := w.keptToItsAgency()
	open := func(who Who) error {
		_, err := w.app.ExtractRows(t.Context(), who, OpenExtractRows{Extract: e.ID, What: RowsAccepted})
		return err
	}
	if err := open(w.somebodyOf("lantern", policy.HandleExtracts, policy.GovernanceLead)); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a governance lead of Lantern opens Fernhill's rows: %v", err)
	}
	for _, who := range []Who{w.as(policy.Analyst, policy.HandleExtracts), w.somebodyOf("fernhill", policy.HandleExtracts, policy.AgencyUser)} {
		if err := open(who); err != nil {
			t.Error(err)
		}
	}
}

// TestPeopleOfACodeAreClosedByItsRows: a person whom the viewer may open is closed on the list of a code whose rows they may not see, and
// only those shown are said to have been seen.
func TestPeopleOfACodeAreClosedByItsRows(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	w.keptToItsAgency()
	dean := w.find("Dean", "Whitlock")
	listed := func(who Who) (p CodePeoplePage) {
		t.Helper()
		err := w.app.db.Do(t.Context(), inArea(who, policy.PersonSearch, policy.Area), func(tx *store.Tx) error {
			p = CodePeoplePage{}
			here, err := tx.Area()
			if err != nil {
				return err
			}
			contacts, err := tx.ContactsOf(dean, here.LinkRun)
			if err != nil {
				return err
			}
			for _, c := range contacts {
				if err := w.app.openCodePeople(tx, &p, []CodePerson{{Person: dean, some: []store.StoredContact{c}}}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := listed(w.somebodyOf("lantern", policy.TakeToPanel, policy.Coordinator)); len(p.Rows) != 1 || p.Closed != 1 {
		t.Errorf("Lantern's coordinator opens Dean for %d codes, and %d are closed, want 1 of each", len(p.Rows), p.Closed)
	}
	if p := listed(w.as(policy.Analyst, policy.FindAndCost)); len(p.Rows) != 2 || p.Closed != 0 {
		t.Errorf("an analyst of the partnership opens Dean for %d codes, and %d are closed, want 2 and none", len(p.Rows), p.Closed)
	}
	seen := func() int64 {
		t.Helper()
		p, err := w.app.WhoHasSeen(t.Context(), w.as(policy.GovernanceLead, policy.AuditUse), dean, 0)
		if err != nil {
			t.Fatal(err)
		}
		return p.Count
	}
	before := seen()
	people, err := w.app.CodePeople(t.Context(), w.as(policy.FinanceLead, policy.AgreePrices),
		OpenCodePeople{OpenPriceLine: OpenPriceLine{Agency: "fernhill", Code: "DETOX", Unit: "day"}})
	if err != nil || len(people.Rows) != 3 {
		t.Fatalf("the code's people are %+v (%v), want 3", people.Rows, err)
	}
	if now := seen(); now != before+2 {
		t.Errorf("the list of a code's people left %d events of Dean, want one and one for looking at the list", now-before)
	}
}

// TestManyAreSeenAsOne: what a viewer may know of several people, read at once, is what they may know of each, whether or not they exist, and
// of each of their records.
func TestManyAreSeenAsOne(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.keptToItsAgency()
		var people []id.Person
		first := max(1, w.find("Dean", "Whitlock")-75)
		for n := range id.Person(150) { // more than one query asks for
			people = append(people, first+n)
		}
		for _, who := range []Who{w.somebodyOf("lantern", policy.CheckRecords, policy.Coordinator), w.somebodyOf("fernhill", policy.CheckRecords, policy.Coordinator),
			w.as(policy.Analyst, policy.CheckRecords)} {
			may := 0
			err := w.app.db.Do(t.Context(), inArea(who, policy.PersonSearch, policy.Area), func(tx *store.Tx) error {
				m, err := w.app.priceMap(tx)
				if err != nil {
					return err
				}
				here, err := tx.Area()
				if err != nil {
					return err
				}
				all, err := m.sightsOf(tx, people, here.LinkRun, policy.PersonOpen)
				if err != nil {
					return err
				}
				for _, p := range people {
					one, err := m.sightOf(tx, p, here.LinkRun, policy.PersonOpen)
					if err != nil {
						return err
					}
					if one.May {
						may++
					}
					if d := cmp.Diff(one, all[p], cmp.AllowUnexported(sight{}), cmpopts.EquateEmpty()); d != "" {
						t.Errorf("person %d among others (-alone +among):\n%s", p, d)
					}
					asks := sight{May: true, Facts: one.Facts, act: one.act, hides: map[id.Record]bool{}} // of nobody in particular
					for r := range one.hides {
						own, err := one.seesAnywhere(tx, m, r, here.LinkRun)
						if err != nil {
							return err
						}
						if asked, err := asks.seesAnywhere(tx, m, r, here.LinkRun); err != nil || own != asked {
							t.Errorf("that record %d of person %d is seen is %t, and %t where the policy is asked (%v)", r, p, own, asked, err)
						}
					}
				}
				return nil
			})
			if err != nil || may == 0 {
				t.Errorf("%d people are known (%v)", may, err)
			}
		}
	})
}
