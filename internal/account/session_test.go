package account

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestToken(t *testing.T) {
	t.Parallel()
	token, err := NewToken(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := NewToken(rand.Reader)
	if token == other || token.Hash() == other.Hash() {
		t.Error("two tokens are the same")
	}
	if len(token.Reveal()) != 43 {
		t.Errorf("a token has %d signs, want the 43 of 256 bits", len(token.Reveal()))
	}
	if back, err := ParseToken(token.Reveal()); err != nil || back != token || back.Hash() != token.Hash() {
		t.Errorf("ParseToken(Reveal()) = %v, %v", back, err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown := fmt.Sprintf(verb, token)
		if strings.Contains(shown, token.Reveal()) || strings.Contains(shown, fmt.Sprintf("%x", token.secret[:4])) || strings.Contains(shown, fmt.Sprint(token.secret[0], token.secret[1], token.secret[2])) {
			t.Errorf("%s shows the token: %s", verb, shown)
		}
	}
	if _, err := NewToken(bytes.NewReader(make([]byte, 31))); err == nil {
		t.Error("a token of less than 256 bits is made")
	}
	for _, s := range []string{"", "short", token.Reveal()[1:], token.Reveal() + "A", token.Reveal()[:42] + "!", token.Reveal() + "=", "\n" + token.Reveal()} {
		if _, err := ParseToken(s); err == nil {
			t.Errorf("ParseToken(%q) is accepted", s)
		} else if s != "" && strings.Contains(err.Error(), s) {
			t.Errorf("the error repeats the token: %v", err)
		}
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	l := DefaultLimits
	for _, c := range []struct {
		name      string
		used, now time.Duration // since the session began
		live      bool
	}{
		{"just begun", 0, 0, true},
		{"a moment before a quarter of an hour", 0, 15*time.Minute - 1, true},
		{"a quarter of an hour", 0, 15 * time.Minute, false},
		{"used in between", 10 * time.Minute, 24 * time.Minute, true},
		{"used to the last", 12*time.Hour - time.Minute, 12*time.Hour - 1, true},
		{"half a day, however much used", 12*time.Hour - 1, 12 * time.Hour, false},
		{"used in the future", 10 * time.Minute, 9 * time.Minute, false},
		{"used before it began", -time.Minute, time.Minute, false},
	} {
		if got := l.Live(noon, noon.Add(c.used), noon.Add(c.now)); got != c.live {
			t.Errorf("%s: live %v, want %v", c.name, got, c.live)
		}
	}
	if l.Live(time.Time{}, time.Time{}, time.Time{}) {
		t.Error("a session that never began is live")
	}
	if got, want := l.Warn(noon, noon), noon.Add(13*time.Minute); !got.Equal(want) {
		t.Errorf("the warning comes at %v, want %v", got, want)
	}
}

func TestSessionNeverOutlivesItsLimits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minutes := func(name string, low, high int) time.Duration {
			return time.Duration(rapid.IntRange(low, high).Draw(t, name)) * time.Minute
		}
		l := Limits{Idle: minutes("idle", 5, 60), Absolute: minutes("absolute", 60, 720)}
		if err := l.Check(); err != nil {
			t.Fatal(err)
		}
		used, now := noon.Add(minutes("used", 0, 800)), noon.Add(minutes("now", 0, 1600))
		if l.Live(noon, used, now) && (now.Sub(used) >= l.Idle || now.Sub(noon) >= l.Absolute) {
			t.Fatalf("%+v: live at %v, last used at %v", l, now.Sub(noon), used.Sub(noon))
		}
	})
}

func TestLimitsCheck(t *testing.T) {
	t.Parallel()
	for l, ok := range map[Limits]bool{
		DefaultLimits:                      true,
		{time.Hour, 12 * time.Hour}:        true,
		{61 * time.Minute, 12 * time.Hour}: false,
		{4 * time.Minute, 12 * time.Hour}:  false,
		{15 * time.Minute, 13 * time.Hour}: false,
		{15 * time.Minute, time.Minute}:    false,
		{}:                                 false,
	} {
		if err := l.Check(); (err == nil) != ok {
			t.Errorf("%+v: %v", l, err)
		}
	}
}

func TestChangeEffects(t *testing.T) {
	t.Parallel()
	for c, want := range map[Change]Effect{
		SignedIn:         {Renew: true},
		PurposeStated:    {Renew: true},
		NamesShown:       {Renew: true},
		PasswordChanged:  {Renew: true, EndOthers: true},
		RolesChanged:     {End: true, EndOthers: true},
		AccountSuspended: {End: true, EndOthers: true},
		SignedOut:        {End: true},
		Change(99):       {End: true, EndOthers: true},
	} {
		if got := c.Effect(); got != want {
			t.Errorf("change %d: %+v, want %+v", c, got, want)
		}
	}
}

func TestCode(t *testing.T) {
	t.Parallel()
	code, err := NewCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shown := code.Reveal()
	if len(shown) != 14 || shown[4] != '-' || shown[9] != '-' {
		t.Errorf("a code is shown as %q", shown)
	}
	fixed, _ := NewCode(bytes.NewReader([]byte{0, 1, 10, 17, 18, 31, 32, 255, 19, 20, 21, 27}))
	if got, want := fixed.Reveal(), "01AH-JZ0Z-KMNV"; got != want {
		t.Errorf("code of known bytes is %s, want %s", got, want)
	}
	for _, typed := range []string{"01AH-JZ0Z-KMNV", "01ahjz0zkmnv", " o1ah jz0z kmnv ", "OLAH-JZOZ-KMNV", "0iAHJZ0ZKMNV"} {
		if got, err := ParseCode(typed); err != nil || got != fixed {
			t.Errorf("ParseCode(%q) = %s, %v", typed, got.Reveal(), err)
		}
	}
	for _, typed := range []string{"", "01AH-JZ0Z-KMN", "01AH-JZ0Z-KMNVV", "01AH-JZ0Z-KMNU", "01AH-JZ0Z-KMN\u0412", strings.Repeat("0", 1<<20)} {
		if _, err := ParseCode(typed); err == nil {
			t.Errorf("ParseCode(%.20q) is accepted", typed)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v %s %q", code, code, code, code, code); strings.Contains(s, code.signs) || strings.Contains(s, shown) {
		t.Errorf("a code prints as %s", s)
	}
	if _, err := NewCode(bytes.NewReader(nil)); err == nil {
		t.Error("a code is made of nothing")
	}
}

func TestCodeFits(t *testing.T) {
	t.Parallel()
	code, _ := NewCode(rand.Reader)
	other, _ := NewCode(rand.Reader)
	for _, c := range []struct {
		name string
		code Code
		hash [32]byte
		now  time.Time
		want bool
	}{
		{"the code", code, code.Hash(), noon, true},
		{"at its last moment", code, code.Hash(), noon.Add(CodeLife - 1), true},
		{"a day later", code, code.Hash(), noon.Add(CodeLife), false},
		{"before it was made", code, code.Hash(), noon.Add(-1), false},
		{"another code", other, code.Hash(), noon, false},
		{"no code against no hash", Code{}, [32]byte{}, noon, false},
		{"no code against the hash of none", Code{}, Code{}.Hash(), noon, false},
	} {
		if got := c.code.Fits(c.hash, noon, c.now); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
