package linkage

import "testing"

// Encoded years are numbers in the order in which they were met, so that how far apart two are says nothing.
func TestYearsOfEncodedRecordsAreNotSubtracted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b           int
		plain, encoded bool
	}{{1961, 1991, true, true}, {1961, 1962, false, true}, {1961, 1961, false, false}, {1, 40, true, true}} {
		var o compared
		o.a.birth, o.b.birth = birth(c.a)<<9|firstOfJanuary, birth(c.b)<<9|firstOfJanuary
		if got := mayBeParent(&o, false); got != c.plain {
			t.Errorf("%d and %d: may be a parent's is %v, want %v", c.a, c.b, got, c.plain)
		}
		if got := mayBeParent(&o, true); got != c.encoded {
			t.Errorf("%d and %d, encoded: may be a parent's is %v, want %v", c.a, c.b, got, c.encoded)
		}
	}
}
