package linkage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/person"
	"throughline/reference"
)

// town invents records of people with families, hostels and slips: two a person on average. truth is the person of each.
func town(records int, seed uint64) (list []person.Identity, truth []int) {
	r := rand.New(rand.NewPCG(seed, 3))
	surnames, forenames := reference.Surnames(), reference.Forenames('m', 1990)
	var surname, postcode string
	var born day.Day
	for p := 0; len(list) < records; p++ {
		forename := forenames[r.IntN(len(forenames))].Name
		kin := p > 0 && r.IntN(3) == 0 // of one household with the person before
		if !kin {
			surname = surnames[r.IntN(2000)].Name
			postcode = fmt.Sprintf("SE%d %dA%c", 1+r.IntN(20), r.IntN(10), "ABDEFGHJ"[r.IntN(8)])
			if r.IntN(20) == 0 {
				postcode = "SE5 0TR" // a hostel
			}
		}
		if !kin || r.IntN(30) > 0 { // else a twin
			born = day.Must(1950+r.IntN(60), time.Month(1+r.IntN(12)), 1+r.IntN(28))
		}
		for range 1 + r.IntN(3) {
			who := person.Identity{Names: []person.Name{{Forename: forename, Surname: surname}}, Sex: person.Male,
				Births: []person.Birth{{Day: born, Precision: person.FullDate}}, Postcodes: []string{postcode}}
			switch r.IntN(8) {
			case 0:
				who.Names[0].Forename = forename[:1]
			case 1:
				who.Births = nil
			case 2:
				who.Names[0].Surname = surname[:len(surname)-1]
			case 3:
				who.Postcodes = nil
			case 4:
				who.Places = []string{"london"}
			case 5:
				who.Names = append(who.Names, person.Name{Forename: "lee", Surname: surname})
			}
			list, truth = append(list, who), append(truth, p)
		}
	}
	return list, truth
}

func link(t *testing.T, list []person.Identity, o Options) (*Linker, *Result) {
	t.Helper()
	l := New()
	for _, who := range list {
		l.Add(1, who)
	}
	r, err := l.Link(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return l, r
}

func TestSameAnswerWhateverTheNumberOfWorkers(t *testing.T) {
	t.Parallel()
	list, truth := town(2000, 5)
	var before string
	for _, workers := range []int{1, 2, 7} {
		o := DefaultOptions()
		o.Workers, o.NameAndBirth, o.Population = workers, RareOnly, 900_000
		_, r := link(t, list, o)
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if before != "" && string(text) != before {
			t.Fatalf("%d workers give another answer than one", workers)
		}
		before = string(text)
		byRecords := func(a, b Review) int { return compareInts(int64(a.A), int64(b.A), int64(a.B), int64(b.B)) }
		if len(r.Review) < 20 || !slices.IsSortedFunc(r.Review, byRecords) {
			t.Errorf("%d pairs to look at are not ordered by their records", len(r.Review))
		}
		if a := Evaluate(r.Person, truth); a.Pairwise.F1 < .95 {
			t.Errorf("pairwise on an invented town: %+v", a.Pairwise)
		}
		if !r.Model.Converged {
			t.Error("training did not converge on an invented town")
		}
	}
}

func born(y int, m time.Month, d int) []person.Birth {
	return []person.Birth{{Day: day.Must(y, m, d), Precision: person.FullDate}}
}

func nhs(n string) []person.Identifier {
	return []person.Identifier{{Kind: person.NHSNumber, Value: n}}
}

func named(forename, surname string) []person.Name {
	return []person.Name{{Forename: forename, Surname: surname}}
}

// Two records added after a town of others, and whether they end as one person.
func TestHardPairs(t *testing.T) {
	t.Parallel()
	dean := person.Identity{Names: named("Dean", "Whitlock"), Births: born(1983, time.March, 4), Postcodes: []string{"SE5 8AZ"}, Sex: person.Male}
	with := func(change func(*person.Identity)) person.Identity {
		p := dean
		change(&p)
		return p
	}
	for _, tt := range []struct {
		name string
		a, b person.Identity
		want bool
	}{
		{"day and month changed over", dean, with(func(p *person.Identity) { p.Births = born(1983, time.April, 3) }), true},
		{"short name and a slip", dean, with(func(p *person.Identity) { p.Names = named("Deano", "Whitlok") }), true},
		{"initials and outcode", dean, with(func(p *person.Identity) { p.Names = named("D", "W"); p.Postcodes = []string{"SE5"} }), true},
		{"names changed over", dean, with(func(p *person.Identity) { p.Names = named("Whitlock", "Dean") }), true},
		{"moved away", dean, with(func(p *person.Identity) { p.Postcodes = []string{"N1 1AA"} }), true},
		{"twins", dean, with(func(p *person.Identity) { p.Names = named("Paul", "Whitlock") }), false},
		{"father and son", dean, with(func(p *person.Identity) { p.Births = born(1951, time.October, 19) }), false},
		{"a couple", dean, with(func(p *person.Identity) {
			p.Names, p.Births, p.Sex = named("Priya", "Whitlock"), born(1985, time.July, 21), person.Female
		}), false},
		{"same NHS number, new surname", with(func(p *person.Identity) { p.Identifiers = nhs("9434765919") }),
			with(func(p *person.Identity) { p.Identifiers, p.Names = nhs("9434765919"), named("Dean", "Hargreave") }), true},
		{"twins with one phone and two NHS numbers", with(func(p *person.Identity) { p.Identifiers, p.Phones = nhs("9434765919"), []string{"02079460110"} }),
			with(func(p *person.Identity) {
				p.Identifiers, p.Names, p.Phones = nhs("4505577104"), named("Daniel", "Whitlock"), []string{"02079460110"}
			}), false},
		{"one office’s e-mail and other names", person.Identity{Names: named("Millie", "Miller"), Emails: []string{"info@example.org"}, Postcodes: []string{"SE5 8AZ"}},
			person.Identity{Names: named("Henry", "Howard"), Emails: []string{"info@example.org"}, Postcodes: []string{"SE5 8AZ"}}, false},
		{"nothing but a forename", person.Identity{Names: named("Dean", "")}, person.Identity{Names: named("Dean", "")}, false},
		{"nothing at all", person.Identity{}, person.Identity{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list, _ := town(500, 9)
			list = append(list, tt.a, tt.b)
			l, r := link(t, list, DefaultOptions())
			a, b := uint32(len(list)-2), uint32(len(list)-1)
			if got := r.Person[a] == r.Person[b]; got != tt.want {
				t.Errorf("one person: %v, want %v", got, tt.want)
				for _, p := range l.Explain(r.Model, a, b).Parts {
					t.Logf("%6.1f %s: %s", p.Bits, p.Field, p.Words)
				}
			}
		})
	}
}

func TestAnswersOutrankTheModel(t *testing.T) {
	t.Parallel()
	list, _ := town(600, 21)
	_, plain := link(t, list, DefaultOptions())
	var together Link // a pair the model links
	for _, k := range plain.Links {
		if k.Bits > 10 {
			together = k
		}
	}
	apart := uint32(0) // a record of someone else
	for plain.Person[apart] == plain.Person[together.A] {
		apart++
	}
	o := DefaultOptions()
	o.Answers = []Answer{{together.A, together.B, false}, {together.A, apart, true}}
	_, r := link(t, list, o)
	if r.Person[together.A] == r.Person[together.B] {
		t.Error("two records that someone said are not the same are one person")
	}
	if r.Person[together.A] != r.Person[apart] {
		t.Error("two records that someone said are the same are two persons")
	}
	answered := 0
	for _, k := range r.Links {
		if k.Answered {
			answered++
		}
	}
	if answered != 1 {
		t.Errorf("%d links say that they were answered, want 1", answered)
	}
	for _, k := range r.Review {
		if k.A == min(together.A, together.B) && k.B == max(together.A, together.B) {
			t.Error("a pair that was answered is asked again")
		}
	}
	// Same A-B and B-C, not the same A-C: the refusal holds and the contradiction is counted.
	o.Answers = []Answer{{0, 1, true}, {1, 2, true}, {0, 2, false}}
	_, r = link(t, list, o)
	if r.Person[0] == r.Person[2] || r.Report.Conflicts != 1 {
		t.Errorf("contradicting answers: one person %v, conflicts %d; want two persons and 1", r.Person[0] == r.Person[2], r.Report.Conflicts)
	}
	// Undone, everything is as before.
	_, again := link(t, list, DefaultOptions())
	if diff := cmp.Diff(plain.Person, again.Person); diff != "" {
		t.Errorf("persons after the answers are taken back (-want +got):\n%s", diff)
	}
}

func TestCommonNameAndBirthGoToReview(t *testing.T) {
	t.Parallel()
	list, _ := town(1500, 33)
	common := person.Identity{Names: named("David", "Smith"), Births: born(1964, time.May, 9)}
	rare := person.Identity{Names: named("Dean", "Whitlock-Obuya"), Births: born(1964, time.May, 9)}
	more := person.Identity{Names: named("David", "Smith"), Births: born(1971, time.June, 2), Postcodes: []string{"SE27 9XY"}}
	list = append(list, common, common, rare, rare, more, more)
	n := uint32(len(list) - 6)
	pair := func(r *Result, a uint32) (linked bool, why ReviewReason) {
		for _, v := range r.Review {
			if v.A == a && v.B == a+1 {
				why = v.Reason
			}
		}
		return r.Person[a] == r.Person[a+1], why
	}
	type outcome struct {
		Linked bool
		Reason ReviewReason
	}
	for _, tt := range []struct {
		name               string
		change             func(*Options)
		common, rare, more outcome
	}{
		{"by the model", func(*Options) {}, outcome{true, ""}, outcome{true, ""}, outcome{true, ""}},
		{"rare only", func(o *Options) { o.NameAndBirth, o.Population = RareOnly, 900_000 }, outcome{false, CommonNameAndBirth}, outcome{true, ""}, outcome{true, ""}},
		{"never", func(o *Options) { o.NameAndBirth = ReviewEach }, outcome{false, NameAndBirthOnly}, outcome{false, NameAndBirthOnly}, outcome{true, ""}},
		{"shielded", func(o *Options) { o.Shielded = []uint32{n + 2, n + 5} }, outcome{true, ""}, outcome{false, CommonNameAndBirth}, outcome{true, ""}},
		{"shielded, and rare only", func(o *Options) { o.Shielded, o.NameAndBirth, o.Population = []uint32{n, n + 3}, RareOnly, 900_000 },
			outcome{false, CommonNameAndBirth}, outcome{false, CommonNameAndBirth}, outcome{true, ""}},
		{"victim and suspect", func(o *Options) { o.Incidents = incidents([2]uint32{n, n + 1}, [2]uint32{n + 5, n + 4}) }, outcome{false, AgainstOthers}, outcome{true, ""},
			outcome{false, AgainstOthers}},
	} {
		o := DefaultOptions()
		tt.change(&o)
		_, r := link(t, list, o)
		for i, want := range []outcome{tt.common, tt.rare, tt.more} {
			var got outcome
			if got.Linked, got.Reason = pair(r, n+uint32(2*i)); got != want {
				t.Errorf("%s, pair %d: %+v, want %+v", tt.name, i, got, want)
			}
		}
	}
}

// What a live area links without anybody looking, and why the rest waits.
func TestWhatAnAreaLinksUnseen(t *testing.T) {
	t.Parallel()
	full := func(forename, surname string, births []person.Birth, sex person.Sex) person.Identity {
		return person.Identity{Names: named(forename, surname), Births: births, Sex: sex}
	}
	at := func(p person.Identity, place string) person.Identity {
		p.Places = []string{place}
		return p
	}
	home := func(p person.Identity, postcode string) person.Identity {
		p.Postcodes = []string{postcode}
		return p
	}
	numbered := func(p person.Identity) person.Identity {
		p.Identifiers = nhs("9434765919")
		return p
	}
	otherNumber := func(p person.Identity) person.Identity {
		p.Identifiers = nhs("9876543210")
		return p
	}
	man, woman := person.Male, person.Female
	list, _ := town(1500, 33)
	n := uint32(len(list))
	cases := []struct {
		name   string
		a, b   person.Identity
		linked bool
		why    ReviewReason
	}{
		{"a common name and a date", full("David", "Smith", born(1964, 5, 9), man), full("David", "Smith", born(1964, 5, 9), man), false, CommonNameAndBirth},
		{"a common name, a date and a place", at(full("John", "Jones", born(1971, 8, 13), man), "Gower Steps"),
			at(full("John", "Jones", born(1971, 8, 13), man), "Gower Steps"), true, ""},
		{"a rare name and a date", full("Dean", "Whitlock-Obuya", born(1958, 11, 21), man), full("Dean", "Whitlock-Obuya", born(1958, 11, 21), man), true, ""},
		{"a rare name and no date", full("Ivo", "Pendrath", nil, man), full("Ivo", "Pendrath", nil, man), false, CommonNameAndBirth},
		{"a rare name and a year", full("Otis", "Quillmere", born(1983, 2, 17), man),
			full("Otis", "Quillmere", []person.Birth{{Day: day.Must(1983, 1, 1), Precision: person.YearOnly}}, man), false, CommonNameAndBirth},
		{"a rare name and half a date", full("Rufus", "Zanthorpe", born(1990, 6, 9), man), full("Rufus", "Zanthorpe", born(1990, 6, 27), man), false, CommonNameAndBirth},
		{"half a date and a postcode", home(full("Jago", "Fennimarsh", born(1976, 10, 3), man), "SE27 9XY"),
			home(full("Jago", "Fennimarsh", born(1976, 10, 25), man), "SE27 9XY"), true, ""},
		{"a rare name and a place", at(full("Cosmo", "Vexworthy", nil, man), "Hallam Arch"), at(full("Cosmo", "Vexworthy", nil, man), "Hallam Arch"), false,
			CommonNameAndBirth},
		{"one who is a man and one who is a woman", home(full("Jane", "Kettlebrough", born(1972, 11, 19), woman), "SW4 7PP"),
			home(full("Jaane", "Kettlebrough", born(1972, 11, 19), man), "SW4 7PP"), false, Household},
		{"a brother’s number", numbered(full("Callum", "Stewart", born(1998, 3, 21), man)), numbered(full("Clive", "Stewart", born(1998, 3, 20), man)), false, Household},
		{"a forename", full("Zebulon", "", nil, man), full("Zebulon", "", nil, man), false, OneFieldOnly},
		{"a forename, half a date and a place", at(full("Skipper", "", born(1980, 2, 27), man), "Merrow Gate"),
			at(full("Skipper", "", born(1980, 2, 24), man), "Merrow Gate"), false, CommonNameAndBirth},
		{"initials, a date and half a postcode", home(full("C", "M", born(1991, 3, 15), man), "SE23"), home(full("Connor", "Mensah", born(1991, 3, 15), man), "SE23 3PR"),
			false, CommonNameAndBirth},
		{"initials, a date and a postcode", home(full("K", "Q", born(1966, 8, 23), man), "SE23 9XH"), home(full("Kelvin", "Quarshie", born(1966, 8, 23), man), "SE23 9XH"),
			true, ""},
		{"a street name, 1 January and a place", at(full("Tango", "", born(1998, 1, 1), man), "Merrow Gate"),
			at(full("Tango", "", born(1998, 1, 1), man), "Merrow Gate"), false, CommonNameAndBirth},
		{"a sister’s name", home(full("Madge", "Knightley", born(1999, 12, 14), woman), "SE16 4QD"), home(full("Madge", "Knightley", born(1999, 12, 14), man), "SE16 4QD"),
			false, Household},
		{"a twin’s name", numbered(home(full("Alan", "Cannock", born(1954, 2, 17), man), "SE16 2UD")), otherNumber(home(full("Alan", "Cannock", born(1954, 2, 17), man),
			"SE16 2UD")), false, Household},
		{"a name and a home", home(full("Ansel", "Thrupp", nil, man), "SE13 2QQ"), home(full("Ansel", "Thrupp", born(1989, 4, 2), man), "SE13 2QQ"), false, Household},
	}
	for _, tt := range cases {
		list = append(list, tt.a, tt.b)
	}
	o := DefaultOptions()
	o.HoldHouseholds, o.NameAndBirth, o.Population = true, RareOnly, 900_000
	_, r := link(t, list, o)
	why := map[uint32]ReviewReason{}
	for _, v := range r.Review {
		if v.B == v.A+1 {
			why[v.A] = v.Reason
		}
	}
	for i, tt := range cases {
		a := n + uint32(2*i)
		if linked := r.Person[a] == r.Person[a+1]; linked != tt.linked || why[a] != tt.why {
			t.Errorf("%s: linked %v, %q; want %v, %q", tt.name, linked, why[a], tt.linked, tt.why)
		}
	}
}

// A pair that agrees and is kept apart by another record says so: not that there is too little evidence.
func TestARecordThatStandsAgainstTheOthersIsNamed(t *testing.T) {
	t.Parallel()
	list, _ := town(1000, 40)
	who := person.Identity{Names: named("Dean", "Whitlock"), Births: born(1983, time.March, 4), Postcodes: []string{"SE27 9XY"}, Phones: []string{"07700900123"}}
	n := uint32(len(list))
	o := DefaultOptions()
	o.Answers = []Answer{{A: n + 1, B: n + 2}}
	_, r := link(t, append(list, who, who, who), o)
	if r.Person[n] != r.Person[n+1] || r.Person[n+1] == r.Person[n+2] {
		t.Fatalf("the three are of %d, want the first two together", r.Person[n:])
	}
	found := false
	for _, v := range r.Review {
		if v.A == n && v.B == n+2 {
			found = true
			if v.Reason != AgainstOthers {
				t.Errorf("the pair waits as %q, want %q", v.Reason, AgainstOthers)
			}
		}
	}
	if !found {
		t.Error("no pair waits between the two people")
	}
}

func TestTwoNHSNumbersInOnePersonAreAsked(t *testing.T) {
	t.Parallel()
	list, _ := town(1000, 40)
	a := person.Identity{Names: named("Dean", "Whitlock"), Births: born(1983, time.March, 4), Postcodes: []string{"SE27 9XY"}, Phones: []string{"07700900123"},
		Emails: []string{"dean@example.org"}, Identifiers: nhs("9434765919")}
	b := a
	b.Identifiers = nhs("4505577104")
	list = append(list, a, b)
	_, r := link(t, list, DefaultOptions())
	for _, v := range r.Review {
		if v.A == uint32(len(list)-2) && v.Linked && v.Reason == TwoNumbers {
			return
		}
	}
	t.Errorf("two records that agree in all but the NHS number are linked (%v) and not asked about", r.Person[len(list)-2] == r.Person[len(list)-1])
}

// A seventh of few records share an office's e-mail address: it weighs as little as that, and makes nobody one person.
func TestAnAddressThatManyOfFewShareSaysLittle(t *testing.T) {
	t.Parallel()
	list, _ := town(140, 9)
	n := uint32(len(list))
	for i := range 20 {
		p := person.Identity{Names: named(string(rune('a'+i))+"lan", "smith"+string(rune('a'+i))), Emails: []string{"info@example.org"}}
		list = append(list, p)
	}
	for i := range 10 {
		list = append(list, person.Identity{Emails: []string{string(rune('a'+i)) + "@example.org"}})
	}
	l := New()
	for _, who := range list {
		l.Add(1, who)
	}
	if bits := l.Explain(StartModel(len(list)), n, n+1).Parts[firstField+int(Email)].Bits; bits > 3 {
		t.Errorf("an address that a seventh share weighs %.1f bits, want at most 3", bits)
	}
}

// Twenty hostels of forty people have far more pairs that share an address than there are pairs of one person; training does not take them for
// the same, and nobody in them is taken for another.
func TestHostelsAreNotTakenForPeople(t *testing.T) {
	t.Parallel()
	a := newAdversary(3)
	l := New()
	for i := range 800 {
		p := a.one()
		p.Postcodes, p.Phones = a.hostels[i%len(a.hostels)].Postcodes, a.hostels[i%len(a.hostels)].Phones
		l.Add(1, p)
	}
	r, err := l.Link(t.Context(), DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for f, different := range map[Field]Level{Forename: forenameDifferent, Surname: surnameDifferent, Birth: birthDifferent} {
		if m := r.Model.m[f][different]; m > mostDifferent {
			t.Errorf("of records of one person %.2f differ in %v by the model, want %.2f at most", m, f, mostDifferent)
		}
	}
	if together := 800 - r.Persons; together > 8 {
		t.Errorf("%d of 800 people are taken for another, want one in a hundred at most", together)
	}
}

// One spoilt record is far from another and both agree with a third: the three are one person, unless two numbers differ.
func TestOneSpoiltPairDoesNotOutweighSeveral(t *testing.T) {
	t.Parallel()
	for _, numbers := range []bool{false, true} {
		list, _ := town(500, 9)
		whole := person.Identity{Names: named("Dean", "Whitlock"), Births: born(1983, time.March, 4), Postcodes: []string{"SE5 8AZ"}, Phones: []string{"07700900123"}}
		whole.Emails = []string{"dean@example.org"}
		a, b := whole, whole
		a.Names, a.Phones, a.Emails = named("Dxan", "Whitlock"), nil, nil
		b.Names, b.Births, b.Postcodes = named("Dean", "Kwhjtlcx"), born(1938, time.May, 14), nil
		if numbers {
			a.Identifiers, b.Identifiers = nhs("9434765919"), nhs("4505577104")
		}
		list = append(list, whole, a, b)
		l, r := link(t, list, DefaultOptions())
		n := uint32(len(list) - 3)
		if apart := l.Explain(r.Model, n+1, n+2).Bits; apart > oneAgainst {
			t.Fatalf("the spoilt pair weighs %.1f bits, so this test shows nothing", apart)
		}
		if got := r.Person[n+1] == r.Person[n+2]; got == numbers {
			t.Errorf("two numbers that differ %v: one person %v", numbers, got)
			t.Logf("%.1f %.1f", l.Explain(r.Model, n, n+1).Bits, l.Explain(r.Model, n, n+2).Bits)
		}
	}
}

func TestHostelIsFlaggedAndSaysLittle(t *testing.T) {
	t.Parallel()
	list, _ := town(3000, 50)
	l, r := link(t, list, DefaultOptions())
	flagged := false
	for _, v := range r.Report.OverFrequent {
		flagged = flagged || v.Field == Postcode && v.Value == "SE5 0TR"
	}
	if !flagged {
		t.Errorf("over-frequent values are %+v, want the hostel's postcode among them", r.Report.OverFrequent)
	}
	at := func(postcode string) float64 {
		l.Add(1, person.Identity{Postcodes: []string{postcode}})
		i := l.Add(1, person.Identity{Postcodes: []string{postcode}})
		return l.Explain(r.Model, i-1, i).Parts[firstField+int(Postcode)].Bits
	}
	if hostel, home := at("SE5 0TR"), at("SE27 9XY"); hostel > home-4 {
		t.Errorf("a hostel's postcode weighs %.1f bits and another %.1f", hostel, home)
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	t.Parallel()
	l := New()
	l.Add(1, person.Identity{})
	for _, change := range []func(*Options){
		func(o *Options) { o.LinkAt = 0 },
		func(o *Options) { o.LinkAt = 1 },
		func(o *Options) { o.ReviewFrom, o.ReviewTo = .9, .1 },
		func(o *Options) { o.NameAndBirth = RareOnly },
		func(o *Options) { o.Answers = []Answer{{0, 1, true}} },
		func(o *Options) { o.Answers = []Answer{{0, 0, true}} },
	} {
		o := DefaultOptions()
		change(&o)
		if _, err := l.Link(t.Context(), o); fault.KindOf(err) != fault.Invalid {
			t.Errorf("options %+v give %v, want an invalid fault", o, err)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := l.Link(ended, DefaultOptions()); !errors.Is(err, context.Canceled) {
		t.Errorf("a run whose context has ended gives %v", err)
	}
	if r, err := New().Link(t.Context(), DefaultOptions()); err != nil || r.Persons != 0 {
		t.Errorf("a run of no records gives %+v, %v", r, err)
	}
}

func TestAModelGivenIsUsed(t *testing.T) {
	t.Parallel()
	list, _ := town(800, 60)
	_, trained := link(t, list, DefaultOptions())
	text, err := json.Marshal(trained.Model)
	if err != nil {
		t.Fatal(err)
	}
	o := DefaultOptions()
	o.Model = new(Model)
	if err := json.Unmarshal(text, o.Model); err != nil {
		t.Fatal(err)
	}
	_, again := link(t, list, o)
	if diff := cmp.Diff(trained.Links, again.Links); diff != "" {
		t.Errorf("links with the stored model (-want +got):\n%s", diff)
	}
}

// Of few records every pair is sampled, so the plan says exactly what is found, and its matches are near the truth.
func TestThePlanSaysWhatRulesFind(t *testing.T) {
	t.Parallel()
	list, truth := town(2000, 7)
	o := DefaultOptions()
	var told []RulePlan
	o.Plan = func(p []RulePlan) { told = p }
	_, r := link(t, list, o)
	if diff := cmp.Diff(r.Report.Plan, told); diff != "" || len(told) != len(r.Report.Rules) {
		t.Fatalf("the plan told is not the one reported:\n%s", diff)
	}
	c := newColumns()
	c.workers = 2
	for _, who := range list {
		c.add(0, who)
	}
	matches, pairs, sum := int64(0), Evaluate(r.Person, truth).TruePairs, 0
	var before []rule
	for _, p := range told {
		for _, r := range rules {
			if r.name == p.Rule {
				before = append(before, r)
			}
		}
		found := len(visited(c, before))
		if p.Pairs != int64(found-sum) || p.InBlocks < p.Pairs || p.Bytes < 4*2000 || p.Rests {
			t.Errorf("planned %+v, found %d by those before it and %d with it", p, sum, found)
		}
		matches, sum = matches+p.Matches, found
	}
	if r.Report.Pairs != int64(sum) {
		t.Errorf("%d pairs are planned, %d found", sum, r.Report.Pairs)
	}
	if float64(matches) < .8*float64(pairs) || float64(matches) > 1.2*float64(pairs) {
		t.Errorf("%d matches are expected of %d pairs of one person", matches, pairs)
	}
}

func TestExhaustiveComparesEveryPair(t *testing.T) {
	t.Parallel()
	list, _ := town(2000, 9)
	o := DefaultOptions()
	o.Exhaustive = true
	_, r := link(t, list, o)
	n := int64(len(list))
	if r.Report.Pairs != n*(n-1)/2 {
		t.Errorf("%d pairs of %d records were compared, want all %d", r.Report.Pairs, n, n*(n-1)/2)
	}
	o.Exhaustive = true
	if err := o.check(MostExhaustive + 1); err == nil {
		t.Error("every pair of too many records is compared")
	}
}
