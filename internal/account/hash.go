package account

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost is what one guess at a password costs, with argon2id.
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// Standard is the second choice of RFC 9106, section 4, for when memory is not plentiful: 64 MiB, three passes.
// Whoever verifies many at once must bound how many, since each takes that memory.
var Standard = Cost{Memory: 64 << 10, Passes: 3, Threads: 4}

// The sizes of RFC 9106's choices, in bytes.
const (
	saltSize = 16
	keySize  = 32
)

// Bounds on what a stored hash may ask for, so that a damaged one cannot take the machine's memory.
const (
	maxMemory  = 1 << 20 // KiB
	maxPasses  = 64
	maxThreads = 64
)

func (c Cost) ok() bool {
	return c.Threads >= 1 && c.Threads <= maxThreads && c.Passes >= 1 && c.Passes <= maxPasses &&
		c.Memory >= 8*uint32(c.Threads) && c.Memory <= maxMemory
}

// Passwords hashes passwords at one cost, and checks guesses against hashes of any cost.
type Passwords struct {
	cost  Cost
	decoy string // the hash of a password that nobody has
}

// NewPasswords makes the decoy that guesses at unknown names are checked against.
func NewPasswords(cost Cost, random io.Reader) (*Passwords, error) {
	if !cost.ok() {
		return nil, fmt.Errorf("argon2id cannot work with %d KiB, %d passes and %d threads", cost.Memory, cost.Passes, cost.Threads)
	}
	p := &Passwords{cost: cost}
	token, err := NewToken(random)
	if err != nil {
		return nil, err
	}
	p.decoy, err = p.Hash(token.Reveal(), random)
	return p, err
}

// Hash is the password as it is stored: a PHC string, $argon2id$v=19$m=…,t=…,p=…$salt$key.
func (p *Passwords) Hash(password string, random io.Reader) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	c := p.cost
	key := argon2.IDKey([]byte(Normal(password)), salt, c.Passes, c.Memory, c.Threads, keySize)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Passes, c.Threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// Verify says whether the password is the one that was hashed, and whether the hash was made at another cost, so that
// it should be made again now that the password is known. An empty hash is that of an unknown name: it is never
// right, and finding out takes as long as for a known one. A guess longer than any password is wrong.
func (p *Passwords) Verify(hash, password string) (right, outdated bool, err error) {
	unknown := hash == ""
	if unknown {
		hash = p.decoy
	}
	cost, salt, want, err := parse(hash)
	if err != nil {
		return false, false, err
	}
	if len(password) > MaxPassword*4 { // bytes: no password that was accepted is longer
		password = ""
		unknown = true
	}
	got := argon2.IDKey([]byte(Normal(password)), salt, cost.Passes, cost.Memory, cost.Threads, uint32(len(want)))
	right = subtle.ConstantTimeCompare(got, want) == 1 && !unknown
	return right, right && (cost != p.cost || len(salt) != saltSize || len(want) != keySize), nil
}

// errHash never shows the hash.
var errHash = errors.New("the stored password hash cannot be read")

func parse(hash string) (c Cost, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if strings.ContainsAny(hash, "\r\n") || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Passes, &c.Threads); err != nil || !c.ok() ||
		parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", c.Memory, c.Passes, c.Threads) {
		return c, nil, nil, errHash
	}
	salt, err1 := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(key) < 16 || len(key) > 64 {
		return c, nil, nil, errHash
	}
	return c, salt, key, nil
}
