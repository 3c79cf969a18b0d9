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

// Without a date of birth a name may be a father's or a brother's, and a date may be a brother's or sister's where the sex differs too, or the number a
// twin's; a number of the same name is not.
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
		{"another sex", levels{Forename: forenameSame, Surname: surnameSame, Birth: birthSame, SexField: sexDifferent}, false},
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
	for _, tt := range []struct {
		name   string
		levels levels
		want   bool
	}{
		{"a digit of the date", levels{Forename: forenameSame, Birth: birthSlip, Place: valueSame}, true},
		{"no date", levels{Forename: forenameSame, Place: valueSame}, true},
		{"the date", levels{Forename: forenameSame, Birth: birthSame, Place: valueSame}, false},
		{"a number", levels{Forename: forenameSame, Birth: birthSlip, OtherNumber: valueSame}, false},
		{"names changed over", levels{Forename: forenameSwapped, Birth: birthSlip}, false},
		{"a surname", levels{Forename: forenameSame, Surname: surnameSame, Birth: birthSlip}, false},
		{"no name", levels{Birth: birthSlip, Place: valueSame}, false},
	} {
		if got := halfNamed(&tt.levels); got != tt.want {
			t.Errorf("%s: half a name %v, want %v", tt.name, got, tt.want)
		}
	}
	var p parts
	p[firstField+int(Email)] = 9
	if close, same := otherEvidenceOf(&levels{Email: valueClose}, &p), otherEvidenceOf(&levels{Email: valueSame}, &p); close != 0 || same != 9 {
		t.Errorf("an e-mail address that is close counts %v bits and the same %v, want 0 and 9", close, same)
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
