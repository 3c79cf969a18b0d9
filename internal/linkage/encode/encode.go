// Package encode turns who someone is into keyed tokens, so that records can be linked by whoever has no names. A token is the
// first 64 bits of HMAC-SHA-256 over what it is a token of and a folded value, under a key that agencies share and the linker never
// has. Two tokens are equal or they are not; nothing else can be told of them without the key. So that names nearly the same can still be
// found near, a value has tokens at several granularities: the name, its sound, the name short of each one letter. What equality and
// frequency of tokens tell the linker all the same, and what nothing here protects from, is in docs/private-linkage.md.
package encode

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"

	"throughline/internal/person"
)

// Token is 64 bits of a keyed hash. The zero Token is none.
type Token uint64

// String writes a token in 11 signs of base64 for URLs.
func (t Token) String() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(t))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

const tokenLength = 11

// parseToken reads what String writes, and nothing else.
func parseToken(s string) (Token, bool) {
	var b [8]byte
	if len(s) != tokenLength {
		return 0, false
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(b[:], []byte(s)); err != nil {
		return 0, false
	}
	t := Token(binary.BigEndian.Uint64(b[:]))
	return t, t != 0
}

// tokens makes tokens under one key. What was asked before is remembered, within bounds.
type tokens struct {
	mac   hash.Hash
	known map[string]Token
	text  []byte
	sum   []byte
}

// rememberedTokens bounds the memory of tokens to some 100 MB.
const rememberedTokens = 1_000_000

func newTokens(k *Key) *tokens {
	return &tokens{mac: hmac.New(sha256.New, k.secret[:]), known: map[string]Token{}}
}

// of gives the token of a value as a what: "name", "sound of name". None where any part of the value is missing. Parts are told apart
// by their lengths, so that no two lists of parts are one text.
func (t *tokens) of(what string, parts ...string) Token {
	t.text = append(t.text[:0], "throughline token 1\x00"...)
	t.text = append(append(t.text, what...), 0)
	for _, p := range parts {
		if p == "" {
			return 0
		}
		t.text = binary.AppendUvarint(t.text, uint64(len(p)))
		t.text = append(t.text, p...)
	}
	if token, ok := t.known[string(t.text)]; ok {
		return token
	}
	t.mac.Reset()
	t.mac.Write(t.text)
	t.sum = t.mac.Sum(t.sum[:0])
	token := max(Token(binary.BigEndian.Uint64(t.sum)), 1)
	if len(t.known) >= rememberedTokens {
		clear(t.known)
	}
	t.known[string(t.text)] = token
	return token
}

// Encoder encodes under one key. It is not safe for use by several goroutines.
type Encoder struct {
	t    *tokens
	mode Mode
}

// New makes an encoder.
func New(k *Key, mode Mode) *Encoder { return &Encoder{newTokens(k), mode} }

// Encode encodes who someone is.
func (e *Encoder) Encode(who person.Identity) Record {
	if e.mode == StrictMode {
		return e.t.strict(who)
	}
	return e.t.full(who)
}

// RecordName gives a record a name that says nothing of it: agencies' own numbers can be those of the NHS, or names.
func (e *Encoder) RecordName(record string) string { return e.t.of("record", record).String() }
