package linkage

import (
	"strconv"
	"testing"

	"throughline/internal/person"
)

// A slip is one digit wrong or two neighbours changed over, by a plain reference over the digits as text, for every two days or months and years
// of two centuries; 02 and 11 differ in both digits by one and are no slip.
func TestDigitsSlip(t *testing.T) {
	t.Parallel()
	text := func(v, n int) string { s := strconv.Itoa(v); return "0000"[:n-len(s)] + s }
	plain := func(s, u string) bool {
		differ := 0
		for i := range s {
			if s[i] != u[i] {
				differ++
			}
		}
		for i := 1; i < len(s); i++ {
			if s[i] != s[i-1] && s[:i-1]+s[i:i+1]+s[i-1:i]+s[i+1:] == u {
				return true
			}
		}
		return differ == 1
	}
	for _, tt := range []struct{ from, to, n int }{{1, 31, 2}, {1850, 2050, 4}} {
		for a := tt.from; a <= tt.to; a++ {
			for b := tt.from; b <= tt.to; b++ {
				if got, want := digitsSlip(a, b, tt.n), plain(text(a, tt.n), text(b, tt.n)); got != want {
					t.Errorf("%s and %s: a slip %v, want %v", text(a, tt.n), text(b, tt.n), got, want)
				}
			}
		}
	}
	if digitsSlip(2, 11, 2) {
		t.Error("02 and 11 are taken for two digits changed over")
	}
}

// Without a date of birth a name may be a father's or a brother's, and a twin's where the sex or the NHS number differs, or the number a twin's where the
// forename does; a number of the same name is not.
func TestWhatKinShareMayBeKin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		levels levels
		want   bool
	}{
		{"an initial", levels{Forename: forenameInitial, Surname: surnameSame, Postcode: postcodeSame}, true},
		{"a close forename", levels{Forename: forenameVeryClose, Surname: surnameSame, Postcode: postcodeSame}, true},
		{"the whole forename", levels{Forename: forenameSame, Surname: surnameSame, Postcode: postcodeSame}, true},
		{"the whole forename, and the telephone", levels{Forename: forenameSame, Surname: surnameSame, Phone: valueSame}, true},
		{"the whole forename alone", levels{Forename: forenameSame, Surname: surnameSame}, false}, // it waits as a name without a date
		{"the whole forename, and the e-mail address", levels{Forename: forenameSame, Surname: surnameSame, Postcode: postcodeSame, Email: valueSame}, false},
		{"the whole forename, and a year", levels{Forename: forenameSame, Surname: surnameSame, Birth: birthYear}, false},
		{"an initial and the date", levels{Forename: forenameInitial, Surname: surnameSame, Birth: birthSame}, false},
		{"an initial and a number", levels{Forename: forenameInitial, Surname: surnameSame, NHSNumber: valueSame}, false},
		{"another sex", levels{Forename: forenameSame, Surname: surnameSame, Birth: birthSame, SexField: sexDifferent}, true},
		{"another sex, one number", levels{Forename: forenameSame, Surname: surnameSame, Birth: birthSame, SexField: sexDifferent, NINO: valueSame}, false},
		{"another NHS number", levels{Forename: forenameSame, Surname: surnameSame, Birth: birthSame, Postcode: postcodeSame, NHSNumber: valueDifferent}, true},
		{"another NHS number, and one National Insurance number", levels{Forename: forenameSame, Surname: surnameSame, NHSNumber: valueDifferent, NINO: valueSame}, false},
		{"a digit of the NHS number", levels{Forename: forenameSame, Surname: surnameSame, Birth: birthSame, NHSNumber: valueClose}, false},
		{"another sex, and a digit of the date", levels{Forename: forenameSame, Surname: surnameSame, Birth: birthSlip, SexField: sexDifferent}, true},
		{"a digit of the date", levels{Forename: forenameSame, Surname: surnameSame, Birth: birthSlip, SexField: sexSame}, false},
		{"another forename, one number", levels{Forename: forenameDifferent, Surname: surnameSame, Birth: birthSame, NHSNumber: valueSame, SexField: sexSame}, false},
		{"another forename and sex, one number", levels{Forename: forenameDifferent, Surname: surnameSame, Birth: birthSame, NHSNumber: valueSame, SexField: sexDifferent}, true},
	} {
		if got := mayBeKin(&tt.levels); got != tt.want {
			t.Errorf("%s: held %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A forename alone, with a date of birth that is only close, is nobody's name; e-mail addresses that are close are of one name, and not of one person.
func TestHalfANameIsNone(t *testing.T) {
	t.Parallel()
	date := func(month, dayOfMonth int) birth { return birth(1990<<9 | month<<5 | dayOfMonth) }
	s := &scorer{columns: newColumns()}
	for _, tt := range []struct {
		name   string
		levels levels
		birth  birth
		want   bool
	}{
		{"a digit of the date", levels{Forename: forenameSame, Birth: birthSlip, Place: valueSame}, date(3, 4), true},
		{"no date", levels{Forename: forenameSame, Place: valueSame}, 0, true},
		{"the date", levels{Forename: forenameSame, Birth: birthSame, Place: valueSame}, date(3, 4), false},
		{"the first of a month", levels{Forename: forenameSame, Birth: birthSame, Place: valueSame}, date(3, 1), false},
		{"1 January", levels{Forename: forenameSame, Birth: birthSame, Place: valueSame}, date(1, 1), true},
		{"1 January, and a surname", levels{Forename: forenameSame, Surname: surnameSame, Birth: birthSame}, date(1, 1), false},
		{"1 January, and a number", levels{Forename: forenameSame, Birth: birthSame, NHSNumber: valueSame}, date(1, 1), false},
		{"a number", levels{Forename: forenameSame, Birth: birthSlip, OtherNumber: valueSame}, date(3, 4), false},
		{"names changed over", levels{Forename: forenameSwapped, Birth: birthSlip}, date(3, 4), false},
		{"a surname", levels{Forename: forenameSame, Surname: surnameSame, Birth: birthSlip}, date(3, 4), false},
		{"no name", levels{Birth: birthSlip, Place: valueSame}, date(3, 4), false},
	} {
		if got := s.halfNamed(&compared{levels: tt.levels, a: record{birth: tt.birth}}); got != tt.want {
			t.Errorf("%s: half a name %v, want %v", tt.name, got, tt.want)
		}
	}
	var p parts
	p[firstField+int(Email)] = 9
	if close, same := otherEvidenceOf(&levels{Email: valueClose}, &p), otherEvidenceOf(&levels{Email: valueSame}, &p); close != 0 || same != 9 {
		t.Errorf("an e-mail address that is close counts %v bits and the same %v, want 0 and 9", close, same)
	}
}

// Initials are no name: with a date of birth and half a postcode they link nobody, and do where something else is the same that few people share.
func TestInitialsAreNoName(t *testing.T) {
	t.Parallel()
	initials := levels{Forename: forenameInitial, Surname: surnameInitial, Birth: birthSame, SexField: sexSame, Postcode: outcodeSame}
	with := func(f Field, l Level) levels {
		v := initials
		v[f] = l
		return v
	}
	for _, tt := range []struct {
		name   string
		levels levels
		want   bool
	}{
		{"two initials and half a postcode", initials, true},
		{"no postcode", with(Postcode, none), true},
		{"one sector", with(Postcode, postcodeSector), true},
		{"a town", with(Place, valueSame), true},
		{"an initial of the forename alone", with(Surname, none), true},
		{"an initial of the surname alone", with(Forename, none), true},
		{"a number that is close", with(NHSNumber, valueClose), true},
		{"some of an address", with(Address, addressSome), true},
		{"the surname", with(Surname, surnameSame), false},
		{"a surname that is close", with(Surname, surnameVeryClose), false},
		{"the forename", with(Forename, forenameSame), false},
		{"a whole postcode", with(Postcode, postcodeSame), false},
		{"an address", with(Address, addressSame), false},
		{"an address that is close", with(Address, addressClose), false},
		{"a telephone number", with(Phone, valueSame), false},
		{"an e-mail address", with(Email, valueSame), false},
		{"an NHS number", with(NHSNumber, valueSame), false},
		{"a National Insurance number", with(NINO, valueSame), false},
		{"a police number", with(OtherNumber, valueSame), false},
		{"no name", levels{Birth: birthSame, Postcode: outcodeSame}, false},
	} {
		if got := initialsOnly(&tt.levels); got != tt.want {
			t.Errorf("%s: initials alone %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A second forename that is the other's first is as common as the commoner of the two.
func TestASecondForenameIsAsCommonAsTheFirst(t *testing.T) {
	t.Parallel()
	c := newColumns()
	add := func(forename, middle string) {
		c.add(0, person.Identity{Names: []person.Name{{Forename: forename, Middle: middle, Surname: "Pendrath"}}, Births: born(1983, 3, 4)})
	}
	add("Ewald", "David")
	add("David", "")
	add("Ewald", "Ansgar")
	add("Ansgar", "")
	s := newScorer(c, c.totals(), StartModel(1000))
	s.model.u[Forename][forenameSecond] = 1e-9 // as learnt where few people's names agree so
	for _, tt := range [][4]uint32{{0, 1, 2, 3}, {1, 0, 3, 2}} {
		var common, rare compared
		c.compare(tt[0], tt[1], &common)
		c.compare(tt[2], tt[3], &rare)
		if common.levels[Forename] != forenameSecond || rare.levels[Forename] != forenameSecond {
			t.Fatal("the forenames are not one the other's second")
		}
		if x, y := s.expectedOthers(&common, 900_000), s.expectedOthers(&rare, 900_000); x < 3*y || y <= 0 {
			t.Errorf("%v others are expected of a name like David and %v of one like Ansgar", x, y)
		}
	}
}

// A surname that is like a common one is as common as that, so that name and date of birth link more seldom.
func TestASurnameLikeACommonOneIsCommon(t *testing.T) {
	t.Parallel()
	c := newColumns()
	for _, surname := range []string{"Smith", "Smithe", "Obuyalo", "Obuyalov"} {
		c.add(0, person.Identity{Names: named("Dean", surname), Births: born(1983, 3, 4)})
	}
	s := newScorer(c, c.totals(), StartModel(1000))
	var common, rare compared
	c.compare(0, 1, &common)
	c.compare(2, 3, &rare)
	if x, y := s.expectedOthers(&common, 900_000), s.expectedOthers(&rare, 900_000); x < 3*y {
		t.Errorf("%v others are expected of a name like Smith and %v of one like Obuyalo", x, y)
	}
}
