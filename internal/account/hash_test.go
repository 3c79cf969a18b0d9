package account

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

// quick is a cost for tests only.
var quick = Cost{Memory: 64, Passes: 1, Threads: 1}

func passwords(t *testing.T, cost Cost) *Passwords {
	t.Helper()
	p, err := NewPasswords(cost, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestVerify(t *testing.T) {
	t.Parallel()
	p := passwords(t, quick)
	hash, err := p.Hash("plum kettle orbit tram", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := p.Hash("plum kettle orbit tram", rand.Reader); again == hash {
		t.Error("two hashes of one password are the same: the salt is not random")
	}
	for guess, want := range map[string]bool{
		"plum kettle orbit tram": true, "plum kettle orbit tran": false, "Plum kettle orbit tram": false,
		"plum kettle orbit tram ": false, "": false, strings.Repeat("x", 1<<20): false,
	} {
		right, outdated, err := p.Verify(hash, guess)
		if right != want || outdated || err != nil {
			t.Errorf("Verify(%.30q) = %v, %v, %v; want %v", guess, right, outdated, err, want)
		}
	}
}

func TestVerifyUnknownName(t *testing.T) {
	t.Parallel()
	p := passwords(t, quick)
	for _, guess := range []string{"", "plum kettle orbit tram", p.decoy} {
		if right, outdated, err := p.Verify("", guess); right || outdated || err != nil {
			t.Errorf("Verify(no hash, %q) = %v, %v, %v", guess, right, outdated, err)
		}
	}
	cost, salt, key, err := parse(p.decoy)
	if err != nil || cost != quick || len(salt) != saltSize || len(key) != keySize {
		t.Errorf("the decoy costs %v with %d and %d bytes, %v: not what a stored hash costs", cost, len(salt), len(key), err)
	}
}

// Even the right password of the decoy opens nothing.
func TestDecoyOpensNothing(t *testing.T) {
	t.Parallel()
	zero := func() *bytes.Reader { return bytes.NewReader(make([]byte, 1024)) }
	p, err := NewPasswords(quick, zero())
	if err != nil {
		t.Fatal(err)
	}
	token, _ := NewToken(zero())
	if right, _, _ := p.Verify(p.decoy, token.Reveal()); !right {
		t.Fatal("this test does not know the decoy's password")
	}
	if right, _, _ := p.Verify("", token.Reveal()); right {
		t.Error("the decoy's password opens an account that does not exist")
	}
}

func TestVerifyComposesCharacters(t *testing.T) {
	t.Parallel()
	p := passwords(t, quick)
	forms := []string{"cafe\u0301 kettle orbit", "caf\u00e9 kettle orbit"}
	for i, chosen := range forms {
		hash, _ := p.Hash(chosen, rand.Reader)
		if right, _, err := p.Verify(hash, forms[1-i]); !right {
			t.Errorf("%+q chosen, %+q typed on another keyboard: refused, %v", chosen, forms[1-i], err)
		}
	}
}

func TestOutdatedHash(t *testing.T) {
	t.Parallel()
	old, now := passwords(t, quick), passwords(t, Cost{Memory: 128, Passes: 1, Threads: 1})
	hash, _ := old.Hash("plum kettle orbit tram", rand.Reader)
	if right, outdated, err := now.Verify(hash, "plum kettle orbit tram"); !right || !outdated || err != nil {
		t.Errorf("Verify of an older cost = %v, %v, %v; want right and outdated", right, outdated, err)
	}
	if right, outdated, _ := now.Verify(hash, "another"); right || outdated {
		t.Error("a wrong guess at an outdated hash is right or asks for another hash")
	}
}

// The stored form is the one other programs read.
func TestHashIsPHC(t *testing.T) {
	t.Parallel()
	salt := []byte("0123456789abcdef")
	hash, err := passwords(t, quick).Hash("plum", bytes.NewReader(salt))
	if err != nil {
		t.Fatal(err)
	}
	key := argon2.IDKey([]byte("plum"), salt, 1, 64, 1, 32)
	want := fmt.Sprintf("$argon2id$v=19$m=64,t=1,p=1$%s$%s", base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
	if hash != want {
		t.Errorf("hash is %s, want %s", hash, want)
	}
}

func TestDamagedHash(t *testing.T) {
	t.Parallel()
	p := passwords(t, quick)
	good, _ := p.Hash("plum kettle orbit tram", rand.Reader)
	for _, change := range []struct{ from, to string }{
		{"argon2id", "argon2i"}, {"v=19", "v=16"}, {"m=64", "m=4194304"}, {"m=64", "m=0"}, {"t=1", "t=0"}, {"t=1", "t=4000000000"},
		{"p=1", "p=0"}, {"p=1", "p=1,x=2"}, {"m=64", "m=064"}, {"$argon2id", "argon2id"}, {good[len(good)-30:], ""}, {good, "plain"}, {"$m", "$$m"}, {"$m", "\n$m"}, {good, good + "\n"},
	} {
		hash := strings.Replace(good, change.from, change.to, 1)
		right, _, err := p.Verify(hash, "plum kettle orbit tram")
		if right || err == nil {
			t.Errorf("%s for %s: right %v, error %v; want an error", change.to, change.from, right, err)
		}
		if err != nil && strings.Contains(err.Error(), "argon2id$") {
			t.Errorf("the error shows the hash: %v", err)
		}
	}
}

func TestPasswordsRefuses(t *testing.T) {
	t.Parallel()
	for _, cost := range []Cost{{}, {Memory: 7, Passes: 1, Threads: 1}, {Memory: 64, Passes: 0, Threads: 1}, {Memory: 2 << 20, Passes: 1, Threads: 1}} {
		if _, err := NewPasswords(cost, rand.Reader); err == nil {
			t.Errorf("%+v is accepted", cost)
		}
	}
	if _, err := NewPasswords(quick, bytes.NewReader(make([]byte, 40))); err == nil {
		t.Error("a source of randomness that runs dry is not noticed")
	}
}

func BenchmarkVerify(b *testing.B) {
	p, err := NewPasswords(Standard, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := p.Verify("", "plum kettle orbit tram"); err != nil {
			b.Fatal(err)
		}
	}
}
