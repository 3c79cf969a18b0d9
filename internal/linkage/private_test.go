package linkage

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/internal/day"
	keyed "throughline/internal/linkage/encode"
	"throughline/internal/person"
)

func wholeBirth(t *rapid.T, name string) person.Birth {
	first := day.Must(1980, time.January, 1)
	return person.Birth{Day: first + day.Day(rapid.IntRange(0, 1500).Draw(t, name)), Precision: person.FullDate}
}

// TestCodedDatesCompareAsPlainOnes holds that tokens of dates tell exactly what the dates do.
func TestCodedDatesCompareAsPlainOnes(t *testing.T) {
	t.Parallel()
	e := keyed.New(testKey(t, "a"), keyed.FullMode)
	rapid.Check(t, func(rt *rapid.T) {
		a, b := wholeBirth(rt, "a"), wholeBirth(rt, "b")
		if rapid.Bool().Draw(rt, "near") {
			y, m, d := a.Day.Date()
			if rapid.Bool().Draw(rt, "swap") && d <= 12 {
				b.Day = day.Must(y, time.Month(d), int(m))
			} else {
				b.Day = day.Must(y, m, 1+(d+8)%28)
			}
		}
		l := New()
		for _, x := range []person.Birth{a, b} {
			if err := l.AddEncoded(0, keyed.FullMode, e.Encode(person.Identity{Births: []person.Birth{x}})); err != nil {
				rt.Fatal(err)
			}
		}
		var o compared
		l.c.compare(0, 1, &o)
		want := compareBirths(packBirth(a), packBirth(b))
		if want == birthSlip && o.levels[Birth] == birthPart {
			return // plain dates take 02 and 11 for two digits changed over
		}
		if o.levels[Birth] != want {
			rt.Fatalf("%s and %s: level %d, want %d", a.Day, b.Day, o.levels[Birth], want)
		}
	})
}

// TestCodedYearHoldsEveryDay holds that the invented calendar has room for every day of a leap year, each alone.
func TestCodedYearHoldsEveryDay(t *testing.T) {
	t.Parallel()
	e, l := keyed.New(testKey(t, "a"), keyed.FullMode), New()
	first := day.Must(1984, time.January, 1)
	for d := range 366 {
		who := person.Identity{Births: []person.Birth{{Day: first + day.Day(d), Precision: person.FullDate}}}
		if err := l.AddEncoded(0, keyed.FullMode, e.Encode(who)); err != nil {
			t.Fatalf("day %d: %v", d, err)
		}
	}
	if len(l.c.births) != 366 {
		t.Errorf("366 days are %d dates", len(l.c.births))
	}
	foreign := keyed.New(testKey(t, "b"), keyed.FullMode)
	if err := l.AddEncoded(0, keyed.FullMode, foreign.Encode(person.Identity{Births: []person.Birth{{Day: first + 40, Precision: person.FullDate}}})); err == nil {
		t.Error("a 367th day was taken")
	}
}

// TestEncodedAndPlainDoNotMix holds that a linker takes one sort of record.
func TestEncodedAndPlainDoNotMix(t *testing.T) {
	t.Parallel()
	who := person.Identity{Names: []person.Name{{Forename: "Ann", Surname: "Testwell"}}}
	full, strict := keyed.New(testKey(t, "a"), keyed.FullMode), keyed.New(testKey(t, "a"), keyed.StrictMode)
	l := New()
	l.Add(0, who)
	if err := l.AddEncoded(0, keyed.FullMode, full.Encode(who)); err == nil {
		t.Error("an encoded record was taken beside a plain one")
	}
	l = New()
	if err := l.AddEncoded(0, keyed.FullMode, full.Encode(who)); err != nil {
		t.Fatal(err)
	}
	if err := l.AddEncoded(0, keyed.StrictMode, strict.Encode(who)); err == nil {
		t.Error("a strict record was taken beside one of every field")
	}
}

// TestCodedLevels shows what tokens tell of names.
func TestCodedLevels(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b              person.Name
		forename, surname Level
	}{
		{person.Name{Forename: "Robert", Surname: "Testwell"}, person.Name{Forename: "Bob", Surname: "Testwel"}, forenameShort, surnameVeryClose},
		{person.Name{Forename: "J", Surname: "Testwell"}, person.Name{Forename: "Janet", Surname: "Ockham-Testwell"}, forenameInitial, surnamePart},
		{person.Name{Forename: "Testwell", Surname: "Janet"}, person.Name{Forename: "Janet", Surname: "Testwell"}, forenameSwapped, none},
		{person.Name{Forename: "Janet", Middle: "Ruth", Surname: "Testwell"}, person.Name{Forename: "Ruth", Surname: "Tewtsell"}, forenameSecond, surnameClose},
		{person.Name{Forename: "Janet", Surname: "Testwell"}, person.Name{Forename: "Oliver", Surname: "Ng"}, forenameDifferent, surnameDifferent},
	} {
		e, l := keyed.New(testKey(t, "a"), keyed.FullMode), New()
		for _, n := range []person.Name{tt.a, tt.b} {
			if err := l.AddEncoded(0, keyed.FullMode, e.Encode(person.Identity{Names: []person.Name{n}})); err != nil {
				t.Fatal(err)
			}
		}
		var o compared
		l.c.compare(0, 1, &o)
		if o.levels[Forename] != tt.forename || o.levels[Surname] != tt.surname {
			t.Errorf("%v and %v: levels %d and %d, want %d and %d", tt.a, tt.b, o.levels[Forename], o.levels[Surname], tt.forename, tt.surname)
		}
	}
}

// TestAddressesAreFoldedAlike holds the encoder to the linker's own reading of an address.
func TestAddressesAreFoldedAlike(t *testing.T) {
	t.Parallel()
	for short := range shortForms {
		line := "12 Invented " + short + "."
		if got, want := keyed.AddressText(line), addressText(line); got != want {
			t.Errorf("AddressText(%q) = %q, want %q", line, got, want)
		}
	}
}
