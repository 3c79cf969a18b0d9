package compare

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// plainJaroWinkler is the measure as Winkler wrote it down, with two lists of flags.
func plainJaroWinkler(s, t string) float64 {
	if s == "" || t == "" {
		return 0
	}
	reach := max(max(len(s), len(t))/2-1, 0)
	sHit, tHit := make([]bool, len(s)), make([]bool, len(t))
	m := 0
	for i := range len(s) {
		for j := max(0, i-reach); j < min(len(t), i+reach+1); j++ {
			if !tHit[j] && s[i] == t[j] {
				sHit[i], tHit[j] = true, true
				m++
				break
			}
		}
	}
	if m == 0 {
		return 0
	}
	moved, j := 0, 0
	for i := range len(s) {
		if !sHit[i] {
			continue
		}
		for !tHit[j] {
			j++
		}
		if s[i] != t[j] {
			moved++
		}
		j++
	}
	f := float64(m)
	jaro := (f/float64(len(s)) + f/float64(len(t)) + (f-float64(moved/2))/f) / 3
	p := 0
	for p < 4 && p < len(s) && p < len(t) && s[p] == t[p] {
		p++
	}
	return jaro + float64(p)*0.1*(1-jaro)
}

func TestJaroWinklerPublished(t *testing.T) {
	t.Parallel()
	// Winkler (1990) and the US Census Bureau's strcmp95 examples, to three places.
	for _, tt := range []struct {
		a, b string
		want float64
	}{{"martha", "marhta", .961}, {"dwayne", "duane", .840}, {"dixon", "dicksonx", .813}, {"jones", "johnson", .832}, {"abc", "xyz", 0}, {"", "a", 0}, {"a", "a", 1}} {
		if got := JaroWinkler(tt.a, tt.b); got < tt.want-.0006 || got > tt.want+.0006 {
			t.Errorf("JaroWinkler(%q, %q) = %.4f, want %.3f", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestJaroWinklerIsThePlainOneAndBelowItsBound(t *testing.T) {
	t.Parallel()
	word := rapid.OneOf(rapid.StringOfN(rapid.RuneFrom([]rune("abcdeé ")), 0, 20, -1), rapid.StringOfN(rapid.RuneFrom([]rune("aab")), 0, 90, -1), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		got, want := JaroWinkler(a, b), plainJaroWinkler(a[:min(len(a), Longest)], b[:min(len(b), Longest)])
		if got != want {
			t.Fatalf("JaroWinkler(%q, %q) = %v, the plain one says %v", a, b, got, want)
		}
		if bound := Bound(ShapeOf(a), ShapeOf(b)); got > bound+1e-12 {
			t.Fatalf("JaroWinkler(%q, %q) = %v is above its bound %v", a, b, got, bound)
		}
	})
}

// Ten million pairs of words when LONG is set, against the measure as Winkler wrote it down.
func TestJaroWinklerIsThePlainOneOnManyPairs(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 9))
	word := func() string {
		b := make([]byte, 1+r.IntN(12))
		for i := range b {
			b[i] = "aabcdeeilnorst"[r.IntN(14)]
		}
		return string(b)
	}
	pairs := 100_000
	if os.Getenv("LONG") != "" {
		pairs = 10_000_000
	}
	for range pairs {
		a, b := word(), word()
		if got, want := JaroWinkler(a, b), plainJaroWinkler(a, b); got != want {
			t.Fatalf("JaroWinkler(%q, %q) = %v, the plain one says %v", a, b, got, want)
		}
	}
}

func TestBarIsTheBound(t *testing.T) {
	t.Parallel()
	word := rapid.OneOf(rapid.StringOfN(rapid.RuneFrom([]rune("abcdeé ")), 0, 20, -1), rapid.StringOfN(rapid.RuneFrom([]rune("aab")), 0, 90, -1), rapid.String())
	bars := map[float64]*Bar{.80: NewBar(.80), .92: NewBar(.92), 1: NewBar(1)}
	rapid.Check(t, func(t *rapid.T) {
		a, b := ShapeOf(word.Draw(t, "a")), ShapeOf(word.Draw(t, "b"))
		for at, bar := range bars {
			if got, want := bar.Within(&a, &b), Bound(a, b) >= at; got != want {
				t.Fatalf("within the bar %v: %v, and the bound is %v", at, got, Bound(a, b))
			}
		}
	})
}

func TestSoundex(t *testing.T) {
	t.Parallel()
	// The examples of the US National Archives.
	for name, want := range map[string]string{"washington": "w252", "lee": "l000", "gutierrez": "g362", "pfister": "p236", "jackson": "j250",
		"tymczak": "t522", "ashcraft": "a261", "vandeusen": "v532", "robert": "r163", "rupert": "r163", "rubin": "r150", "honeyman": "h555"} {
		n := uint32(want[0])
		for _, c := range want[1:] {
			n = n<<4 | uint32(c-'0')
		}
		if got := Soundex(name); got != n {
			t.Errorf("Soundex(%q) = %x, want %x (%s)", name, got, n, want)
		}
	}
	if Soundex("") != 0 || Soundex("李") != 0 || Soundex("3") != 0 {
		t.Error("Soundex of what does not begin with a-z is not 0")
	}
}

func TestTypo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{{"12345", "12345", false}, {"12345", "12245", true}, {"12345", "1234", true}, {"12345", "21345", true}, {"12345", "12354", true},
		{"12345", "21354", false}, {"", "1", true}, {"", "", false}, {"12", "3", false}, {"1", "123", false}, {"ab", "ba", true}} {
		if got := Typo(tt.a, tt.b); got != tt.want || Typo(tt.b, tt.a) != got {
			t.Errorf("Typo(%q, %q) = %v and %v the other way, want %v", tt.a, tt.b, got, Typo(tt.b, tt.a), tt.want)
		}
	}
}

// plainTypo is each slip of the hand tried at each place.
func plainTypo(a, b string) bool {
	if a == b {
		return false
	}
	for i := range len(a) {
		if a[:i]+a[i+1:] == b || len(a) == len(b) && a[:i]+b[i:i+1]+a[i+1:] == b {
			return true
		}
		if i+1 < len(a) && a[:i]+a[i+1:i+2]+a[i:i+1]+a[i+2:] == b {
			return true
		}
	}
	for i := range len(b) {
		if b[:i]+b[i+1:] == a {
			return true
		}
	}
	return false
}

// Ten million pairs of numbers when LONG is set, of so few digits that one pair in seven or so is a typo.
func TestTypoIsThePlainOneOnManyPairs(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 9))
	digits := func() string {
		b := make([]byte, r.IntN(7))
		for i := range b {
			b[i] = "123"[r.IntN(3)]
		}
		return string(b)
	}
	pairs := 100_000
	if os.Getenv("LONG") != "" {
		pairs = 10_000_000
	}
	typos := 0
	for range pairs {
		a, b := digits(), digits()
		got, want := Typo(a, b), plainTypo(a, b)
		if got != want {
			t.Fatalf("Typo(%q, %q) = %v, the plain one says %v", a, b, got, want)
		}
		if want {
			typos++
		}
	}
	if typos < pairs/20 {
		t.Errorf("only %d of %d pairs are typos", typos, pairs)
	}
}

func BenchmarkJaroWinkler(b *testing.B) {
	names := strings.Fields("whitlock whitlok hargreave levene obuya sandhu duarte marlowe rahman smith")
	for i := 0; b.Loop(); i++ {
		JaroWinkler(names[i%10], names[i/10%10])
	}
}
