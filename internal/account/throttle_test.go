package account

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func ago(seconds ...int) []time.Time {
	var list []time.Time
	for _, s := range seconds {
		list = append(list, noon.Add(-time.Duration(s)*time.Second))
	}
	return list
}

func TestWait(t *testing.T) {
	t.Parallel()
	ten := ago(290, 280, 270, 260, 250, 240, 230, 220, 210, 200)
	for _, c := range []struct {
		name  string
		f     Failures
		known bool
		want  time.Duration
	}{
		{"first try", Failures{}, false, 0},
		{"two mistakes", Failures{Pair: ago(1, 0)}, false, 0},
		{"third mistake", Failures{Pair: ago(2, 1, 0)}, false, time.Second},
		{"a second later", Failures{Pair: ago(3, 2, 1)}, false, 0},
		{"sixth mistake, 3 s ago", Failures{Pair: ago(50, 40, 30, 20, 10, 3)}, false, 5 * time.Second},
		{"tenth mistake, and the first is nearly forgotten", Failures{Pair: ago(299, 90, 80, 70, 60, 50, 40, 30, 20, 10)}, false, 54 * time.Second},
		{"in any order", Failures{Pair: ago(3, 50, 20, 40, 10, 30)}, false, 5 * time.Second},
		{"mistakes of long ago", Failures{Pair: ago(900, 800, 700, 600, 500, 400, 301, 300)}, false, 0},
		{"ten from here", Failures{Pair: ten}, true, 10 * time.Second},
		{"ten from elsewhere", Failures{Account: ten}, false, 10 * time.Second},
		{"ten from elsewhere, but known here", Failures{Account: ten}, true, 0},
		{"ten from this address", Failures{Address: ten}, false, 10 * time.Second},
		{"ten from this address, but known here", Failures{Address: ten}, true, 0},
		{"nine from this address", Failures{Address: ten[1:]}, false, 0},
		{"thirty at once", Failures{Account: append(append(append([]time.Time{}, ten...), ten...), ten...)}, false, 70 * time.Second},
		{"a clock that was ahead", Failures{Pair: ago(-7200, -7200, -7200, -7200, -7200, -7200, -7200, -7200, -7200, -7200)}, false, Window},
	} {
		if got := c.f.Wait(c.known, noon); got != c.want {
			t.Errorf("%s: wait %v, want %v", c.name, got, c.want)
		}
	}
}

// Somebody who guesses as fast as they are let, from as many addresses as they like, is let Guesses times in any
// Window at one account and from one address; and who is known is never kept waiting by it.
func TestGuessingIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type try struct {
			account, address int
			at               time.Time
		}
		var tries []try
		failures := func(account, address int) (f Failures) {
			for _, x := range tries {
				if x.account == account {
					f.Account = append(f.Account, x.at)
					if x.address == address {
						f.Pair = append(f.Pair, x.at)
					}
				}
				if x.address == address {
					f.Address = append(f.Address, x.at)
				}
			}
			return f
		}
		now := noon
		for range rapid.IntRange(1, 150).Draw(t, "tries") {
			x := try{rapid.IntRange(1, 3).Draw(t, "account"), rapid.IntRange(1, 4).Draw(t, "address"), now}
			f := failures(x.account, x.address)
			wait := f.Wait(false, now)
			if wait > Window {
				t.Fatalf("a wait of %v", wait)
			}
			const home = 99 // an address from which nobody guesses
			if w := failures(x.account, home).Wait(true, now); w != 0 {
				t.Fatalf("the account's owner waits %v", w)
			}
			if wait == 0 {
				tries = append(tries, x)
			} else if rapid.Bool().Draw(t, "patient") {
				now = now.Add(wait)
			}
			now = now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "milliseconds")) * time.Millisecond)
		}
		for i, last := range tries {
			account, address := 0, 0
			for _, x := range tries[:i+1] {
				if last.at.Sub(x.at) >= Window {
					continue
				}
				if x.account == last.account {
					account++
				}
				if x.address == last.address {
					address++
				}
			}
			if account > Guesses || address > Guesses {
				t.Fatalf("%d guesses at an account and %d from an address within %v", account, address, Window)
			}
		}
	})
}
