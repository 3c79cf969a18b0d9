package person

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/internal/day"
)

// reading is one value as sent, what it should be read as, and the code it should be set aside under.
type reading struct{ in, want, code string }

func check(t *testing.T, what string, read func(string) (string, Why), list []reading) {
	t.Helper()
	for _, r := range list {
		got, why := read(r.in)
		if got != r.want || why.Code != r.code {
			t.Errorf("%s(%q) = %q, set aside as %q; want %q, %q", what, r.in, got, why.Code, r.want, r.code)
		}
		if (why.Code == "") != (why.Reason == "") {
			t.Errorf("%s(%q): a code without a sentence or the other way about: %+v", what, r.in, why)
		}
	}
}

func value(read func(string) (Identifier, Why)) func(string) (string, Why) {
	return func(s string) (string, Why) { id, why := read(s); return id.Value, why }
}

func TestIdentifiers(t *testing.T) {
	t.Parallel()
	check(t, "ReadNHSNumber", value(ReadNHSNumber), []reading{
		{"943 476 5919", "9434765919", ""}, {"943-476-5919", "9434765919", ""}, {"", "", ""}, {"  ", "", ""},
		{"9434765918", "", "nhs-check-digit"}, {"94347659190", "", "bad-nhs-number"}, {"943476591X", "", "bad-nhs-number"},
		{"0000000000", "", "placeholder-nhs-number"}, {"1111111111", "", "placeholder-nhs-number"}, {"٩434765919", "", "bad-nhs-number"},
	})
	check(t, "ReadNINO", value(ReadNINO), []reading{
		{"AB 12 34 57 C", "AB123457", ""}, {"ab123457", "AB123457", ""}, {"AB123457E", "", "bad-nino"}, {"QQ123457C", "", "bad-nino"},
		{"AO123457C", "", "bad-nino"}, {"TN010101F", "", "bad-nino"}, {"TN010102A", "", "temporary-nino"}, {"AB000000C", "", "placeholder-nino"}, {"", "", ""},
	})
	check(t, "ReadPNCID", value(ReadPNCID), []reading{
		{"20230583843L", "23/0583843L", ""}, {"2023/0583843L", "23/0583843L", ""}, {"23/583843l", "23/0583843L", ""},
		{"23/583843M", "", "pnc-check-letter"}, {"23-583843", "", "bad-pnc-id"}, {"/1A", "", "bad-pnc-id"}, {"", "", ""},
	})
	check(t, "ReadPrisonNumber", value(ReadPrisonNumber), []reading{
		{"a1234bc", "A1234BC", ""}, {"A1234B", "", "bad-prison-number"}, {"", "", ""},
	})
	check(t, "ReadOtherNational", value(ReadOtherNational), []reading{{"1804974", "1804974", ""}, {"000000", "", "placeholder-number"}, {"12", "", "bad-number"}})
	check(t, "ReadUPRN", value(ReadUPRN), []reading{{"00100023336956", "100023336956", ""}, {"0", "", "bad-uprn"}, {"12A", "", "bad-uprn"}, {"", "", ""}})
}

func TestOneWrongDigitNeverPassesAsNHSNumber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		nine := fmt.Sprintf("%09d", rapid.IntRange(1, 999_999_999).Draw(t, "nine"))
		c, ok := NHSCheckDigit(nine)
		if !ok {
			t.Skip("no number begins so")
		}
		b := []byte(nine + string(c))
		i := rapid.IntRange(0, 9).Draw(t, "place")
		b[i] = '0' + (b[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if id, why := ReadNHSNumber(string(b)); why.Code == "" {
			t.Fatalf("%s with one digit changed is read as %s", nine+string(c), id.Value)
		}
	})
}

func TestReadPostcode(t *testing.T) {
	t.Parallel()
	check(t, "ReadPostcode", func(s string) (string, Why) {
		p, noFixed, why := ReadPostcode(s)
		if noFixed {
			p = "no fixed abode"
		}
		return p, why
	}, []reading{
		{"se5 8az", "SE5 8AZ", ""}, {"SE58AZ", "SE5 8AZ", ""}, {" SE5  8AZ ", "SE5 8AZ", ""}, {"EC1A 1BB", "EC1A 1BB", ""}, {"W1A 0AX", "W1A 0AX", ""},
		{"M1 1AE", "M1 1AE", ""}, {"GIR 0AA", "GIR 0AA", ""}, {"SE5", "SE5", ""}, {"SE15", "SE15", ""}, {"SE5 OAZ", "SE5 0AZ", ""}, {"SEI 7EH", "SE1 7EH", ""},
		{"W1O 1AA", "W1O 1AA", ""}, {"SE5 8CZ", "", "bad-postcode"}, {"2119", "", "bad-postcode"}, {"SE5 8A", "", "bad-postcode"}, {"", "", ""},
		{"ZZ99 3VZ", "no fixed abode", ""}, {"zz993vz", "no fixed abode", ""}, {"NFA", "no fixed abode", ""}, {"No Fixed Abode", "no fixed abode", ""},
		{"ZZ99 3WZ", "", "placeholder-postcode"}, {"É", "", "bad-postcode"}, {"AÉÉ", "", "bad-postcode"},
	})
	if got, want := Sector("SE5 8AZ")+"|"+Sector("SE5")+"|"+Outcode("SE5 8AZ")+"|"+Outcode("SE5"), "SE5 8||SE5|SE5"; got != want {
		t.Errorf("sectors and outcodes = %q, want %q", got, want)
	}
}

func TestReach(t *testing.T) {
	t.Parallel()
	check(t, "ReadPhone", ReadPhone, []reading{
		{"07700 900123", "07700900123", ""}, {"+44 (0)7700 900123", "07700900123", ""}, {"0044 7700900123", "07700900123", ""}, {"7700900123", "07700900123", ""},
		{"020 7946 0110", "02079460110", ""}, {"08 2210 0298", "0822100298", ""}, {"00000000000", "", "placeholder-phone"}, {"07777777777", "", "placeholder-phone"},
		{"07000000000", "", "placeholder-phone"}, {"07700 900123 (mum)", "", "bad-phone"}, {"123", "", "bad-phone"}, {"1", "", "bad-phone"}, {"0", "", "bad-phone"}, {"", "", ""},
	})
	check(t, "ReadEmail", ReadEmail, []reading{
		{" Dean@Example.ORG ", "dean@example.org", ""}, {"dean", "", "bad-email"}, {"dean@home", "", "bad-email"}, {"a@b@c.d", "", "bad-email"},
		{"none@example.org", "", "placeholder-email"}, {"", "", ""},
	})
	check(t, "ReadSex", func(s string) (string, Why) { x, w := ReadSex(s); return x.String(), w }, []reading{
		{"M", "male", ""}, {"1", "male", ""}, {"Female", "female", ""}, {"2", "female", ""}, {"9", "other", ""}, {"0", "not known", ""}, {"", "not known", ""},
		{"Non-binary", "other", ""}, {"mals", "not known", "bad-sex"},
	})
}

func TestReadBirth(t *testing.T) {
	t.Parallel()
	asOf := day.Must(2026, time.March, 31)
	for _, tt := range []struct {
		d         string
		yearOnly  bool
		precision Precision
		code      string
	}{
		{"1983-03-04", true, FullDate, ""}, {"1983-01-01", true, YearOnly, ""}, {"1983-01-01", false, FullDate, ""}, {"1900-01-01", true, NoBirth, "placeholder-date"},
		{"2026-03-31", true, FullDate, ""}, {"2026-04-01", true, NoBirth, "future-birth"}, {"1906-03-31", true, FullDate, ""}, {"1905-03-31", true, NoBirth, "implausible-age"},
		{"1899-12-30", true, NoBirth, "placeholder-date"},
	} {
		d, err := day.Parse(tt.d)
		if err != nil {
			t.Fatal(err)
		}
		got, why := ReadBirth(d, asOf, tt.yearOnly)
		if got.Precision != tt.precision || why.Code != tt.code {
			t.Errorf("ReadBirth(%s, %v) = %v, %q; want precision %d, %q", tt.d, tt.yearOnly, got, why.Code, tt.precision, tt.code)
		}
	}
	if b, why := ReadBirth(0, asOf, true); b != (Birth{}) || why != (Why{}) {
		t.Errorf("ReadBirth(no day) = %v, %v; want nothing said", b, why)
	}
	if b, _ := BirthOfAge(30, asOf); b != (Birth{day.Must(1995, time.January, 1), YearOnly}) {
		t.Errorf("BirthOfAge(30, %s) = %v, want the year 1995", asOf, b)
	}
	if _, why := BirthOfAge(200, asOf); why.Code != "implausible-age" {
		t.Errorf("BirthOfAge(200) is not set aside: %v", why)
	}
}

// TestQuickReadings holds that what is read without looking twice is what reading it in full gives.
func TestQuickReadings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[A-Z0OI]{1,3}[0-9OI]?[0-9A-Z]? ?[0-9O][A-Z0]{2}`).Draw(t, "postcode")
		if isPostcode(s) {
			d := compact(s)
			out, outOK := readOutcode(d[:len(d)-3])
			in, inOK := readInward(d[len(d)-3:])
			if !outOK || !inOK || out+" "+in != s || strings.HasPrefix(d, "ZZ99") {
				t.Fatalf("%q is taken as it stands, and reads %q %q", s, out, in)
			}
		}
		part := rapid.SampledFrom([]string{"", "Ada", "Unknown", "Baby", "Twin1", "Mr", "Dr Ada", "O'Brien", "Mary-Jane", "D.A.", "Ada,", "xxx", "N/K", "Zoë",
			" Ada", "Ada Mary", "zztest", "Boy2", "Major", "UNK", "n'k", "Un`known", "AAAa", "ZZZ", "zzunknown", "Nk", "Test", "Tess", "Babyboy", "Girl-a", "Infant9b"})
		title, forename, middle, surname := rapid.SampledFrom([]string{"", "", "Ms"}).Draw(t, "title"), part.Draw(t, "forename"),
			rapid.SampledFrom([]string{"", "", "May"}).Draw(t, "middle"), part.Draw(t, "surname")
		name, aside := readParts(title, forename, middle, surname)
		quick, quickAside := ReadName(title, forename, middle, surname)
		if name != quick || !slices.Equal(aside, quickAside) {
			t.Fatalf("%q %q %q %q: %+v %+v, at once %+v %+v", title, forename, middle, surname, name, aside, quick, quickAside)
		}
	})
}
