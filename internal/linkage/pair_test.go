package linkage

import (
	"strconv"
	"testing"
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
