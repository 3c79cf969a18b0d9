package reference

import (
	"slices"
	"testing"
)

func TestSurnames(t *testing.T) {
	t.Parallel()
	list := Surnames()
	if len(list) != 5000 || list[0] != (Share{"smith", 13020}) {
		t.Fatalf("Surnames() has %d names and begins with %v, want 5000 and {smith 13020}", len(list), list[0])
	}
	if !slices.IsSortedFunc(list, func(a, b Share) int { return b.PerMillion - a.PerMillion }) {
		t.Error("Surnames() is not commonest first")
	}
}

func TestForenamesOfEachSexAndDecade(t *testing.T) {
	t.Parallel()
	for _, sex := range []byte{'f', 'm'} {
		for decade := 1930; decade <= 2010; decade += 10 {
			list := Forenames(sex, decade)
			sum := 0
			for _, s := range list {
				sum += s.PerMillion
			}
			if len(list) < 38 || sum < 600_000 || sum > 1_000_100 {
				t.Errorf("Forenames(%c, %d) has %d names and %d of a million", sex, decade, len(list), sum)
			}
		}
	}
	if got, want := Forenames('m', 1985)[0].Name, "christopher"; got != want {
		t.Errorf("commonest boy of the 1980s = %q, want %q", got, want)
	}
	if got, want := len(Forenames('f', 1890)), len(Forenames('f', 1930)); got != want {
		t.Errorf("1890 gives %d names, want the %d of 1930", got, want)
	}
}

func TestNicknames(t *testing.T) {
	t.Parallel()
	for name, nick := range map[string]string{"robert": "bob", "elizabeth": "liz", "william": "bill"} {
		if !slices.Contains(Nicknames()[name], nick) {
			t.Errorf("Nicknames()[%q] = %v, want %q among them", name, Nicknames()[name], nick)
		}
	}
}
