package encode

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"throughline/internal/fault"
)

// Key is what agencies share and the linker never has. Whoever holds it can find out whether any guess is right.
type Key struct {
	Name      string // what people call it: "south-london-2026"; it is written into every encoded file
	WithNames bool   // files under it may have names beside their tokens, as everybody who encodes under it is told
	secret    [secretSize]byte
}

const (
	secretSize = 32
	keyHeader  = "throughline-key 2"
	namesLine  = "with-names yes"
	longestKey = 4096 // bytes of a key file
)

// NewKey makes a key of 32 bytes from random, which must be a source fit for secrets. A name is 1 to 40 small letters, digits and
// hyphens.
func NewKey(name string, random io.Reader) (*Key, error) {
	if !goodName(name) {
		return nil, fault.InvalidField("name", "“"+name+"” is no name for a key.",
			"Give 1 to 40 small letters, digits and hyphens, such as south-london-2026.")
	}
	k := &Key{Name: name}
	if _, err := io.ReadFull(random, k.secret[:]); err != nil {
		return nil, fault.New(fault.Internal, "random", "No random numbers could be had.", "Try again.").Because(err)
	}
	return k, nil
}

func goodName(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// ID names the key without giving it away: eight hexadecimal digits, worked out from the secret, the name and whether names may stand
// beside tokens, so that none of them can be changed in the key's file unnoticed.
func (k *Key) ID() string {
	h := hmac.New(sha256.New, k.secret[:])
	h.Write([]byte("throughline key id of " + k.Name)) // no name has a comma or a space
	if k.WithNames {
		h.Write([]byte(", names beside tokens"))
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// String names the key as people are told of it. It does not hold the secret.
func (k *Key) String() string { return k.Name + " (" + k.ID() + ")" }

// GoString keeps the secret out of %#v.
func (k *Key) GoString() string { return "encode.Key " + k.String() }

// WriteTo writes the key's file: its version, name, id and secret, a line each, and a fifth where names may stand beside tokens.
func (k *Key) WriteTo(w io.Writer) (int64, error) {
	text := fmt.Sprintf("%s\nname %s\nid %s\nsecret %s\n", keyHeader, k.Name, k.ID(), base64.StdEncoding.EncodeToString(k.secret[:]))
	if k.WithNames {
		text += namesLine + "\n"
	}
	n, err := io.WriteString(w, text)
	return int64(n), err
}

// ReadKey reads a key's file. name is what an error calls the file; no error repeats what is in it.
func ReadKey(r io.Reader, name string) (*Key, error) {
	text, err := io.ReadAll(io.LimitReader(r, longestKey+1))
	if err != nil {
		return nil, badKey(name, 1, "it cannot be read").Because(err)
	}
	lines := strings.Split(strings.TrimRight(string(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))), "\n"), "\n")
	if lines[0] != keyHeader {
		return nil, badKey(name, 1, "it is not the first line of a key, “"+keyHeader+"”")
	}
	k := &Key{WithNames: len(lines) == 5 && lines[4] == namesLine}
	if len(lines) != 4 && !k.WithNames {
		return nil, badKey(name, len(lines), "a key's file has 4 lines, and a fifth, “"+namesLine+"”, where names may stand beside tokens")
	}
	var id string
	for i, word := range []string{"name ", "id ", "secret "} {
		value, ok := strings.CutPrefix(lines[i+1], word)
		switch {
		case !ok:
			return nil, badKey(name, i+2, "it does not begin with “"+word+"”")
		case i == 0 && !goodName(value):
			return nil, badKey(name, i+2, "the name is not 1 to 40 small letters, digits and hyphens")
		case i == 0:
			k.Name = value
		case i == 1:
			id = value
		default:
			secret, err := base64.StdEncoding.Strict().DecodeString(value)
			if err != nil || len(secret) != secretSize {
				return nil, badKey(name, i+2, "the secret is not 32 bytes in base64")
			}
			k.secret = [secretSize]byte(secret)
		}
	}
	if id != k.ID() {
		return nil, badKey(name, 3, "the id does not belong to the name and the secret: a line was changed")
	}
	return k, nil
}

func badKey(name string, line int, what string) *fault.Error {
	return fault.New(fault.Invalid, "bad-key", fmt.Sprintf("%s, line %d: %s.", name, line, what),
		"Use the key's file as it was handed to you, or ask its keeper for it again.")
}
