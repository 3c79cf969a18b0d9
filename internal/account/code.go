package account

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"strings"
	"time"

	"throughline/internal/fault"
)

// Code is a secret that somebody types once: to become the first administrator, or after a reset of their password.
// It is twelve signs of Crockford's base 32, 60 bits, and written K7QF-2MXD-9TRB. Printing one shows nothing.
type Code struct{ signs string }

// CodeLife is how long a code may be used.
const CodeLife = 24 * time.Hour

const (
	codeSigns = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // no I, L, O and U
	codeSize  = 12
	codeGroup = 4
)

// NewCode takes a code from a source of randomness.
func NewCode(random io.Reader) (Code, error) {
	b := make([]byte, codeSize)
	if _, err := io.ReadFull(random, b); err != nil {
		return Code{}, fmt.Errorf("code: %w", err)
	}
	for i := range b {
		b[i] = codeSigns[b[i]%32] // 32 divides 256, so every sign is as likely
	}
	return Code{string(b)}, nil
}

// ParseCode reads a code as somebody types it: case, spaces and hyphens do not matter, and O is 0, I and L are 1.
func ParseCode(s string) (Code, error) {
	bad := fault.InvalidField("code", "This is not a one-time code.", "A code is twelve letters and digits, like K7QF-2MXD-9TRB. Check it and type it again.")
	if len(s) > 64 {
		return Code{}, bad
	}
	s = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s))
	if len(s) != codeSize || strings.Trim(s, codeSigns) != "" {
		return Code{}, bad
	}
	return Code{s}, nil
}

// Reveal is the code as it is shown, in groups.
func (c Code) Reveal() string {
	var groups []string
	for i := 0; i+codeGroup <= len(c.signs); i += codeGroup {
		groups = append(groups, c.signs[i:i+codeGroup])
	}
	return strings.Join(groups, "-")
}

// Hash is what is stored.
func (c Code) Hash() [32]byte { return sha256.Sum256([]byte(c.signs)) }

// Fits says whether this is the code whose hash was stored when it was made, and it may still be used. The comparison
// takes the same time wherever they differ.
func (c Code) Fits(stored [32]byte, made, now time.Time) bool {
	hash := c.Hash()
	same := subtle.ConstantTimeCompare(hash[:], stored[:]) == 1
	return same && c.signs != "" && !now.Before(made) && now.Before(made.Add(CodeLife))
}

func (Code) String() string                { return "[code]" }
func (Code) Format(f fmt.State, verb rune) { io.WriteString(f, "[code]") }
