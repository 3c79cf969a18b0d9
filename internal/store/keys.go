package store

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
)

// keys are what the audit rests on. They live in a file of their own beside the database, or wherever the operator
// keeps secrets, and never in the database.
type keys struct {
	signer   note.Signer
	verifier note.Verifier
	leaf     []byte // keys the hash of each event
	hash     []byte // keys the hash of what someone typed at sign-in
}

type keyFile struct {
	Signer   string `json:"signer"`
	Verifier string `json:"verifier"`
	Leaf     string `json:"leaf"`
	Hash     string `json:"hash"`
}

const checkpointName = "throughline-audit"

// openKeys reads the key file, and makes it when the directory is new. A directory that holds a database without its
// keys is refused: new keys would hide that the old ones are gone.
func openKeys(dir string) (keys, error) {
	path := filepath.Join(dir, "keys.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(dir, "throughline.db")); err == nil {
			return keys{}, fmt.Errorf("%s is missing, but a database is there: put the key file back", path)
		}
		if data, err = makeKeys(path); err != nil {
			return keys{}, err
		}
	} else if err != nil {
		return keys{}, fmt.Errorf("read the key file: %w", err)
	}
	var f keyFile
	if err := json.Unmarshal(data, &f); err != nil {
		return keys{}, fmt.Errorf("%s is damaged: %w", path, err)
	}
	var k keys
	if k.signer, err = note.NewSigner(f.Signer); err != nil {
		return keys{}, fmt.Errorf("%s: signer: %w", path, err)
	}
	if k.verifier, err = note.NewVerifier(f.Verifier); err != nil {
		return keys{}, fmt.Errorf("%s: verifier: %w", path, err)
	}
	if k.leaf, err = base64.StdEncoding.DecodeString(f.Leaf); err != nil || len(k.leaf) != 32 {
		return keys{}, fmt.Errorf("%s: leaf key is damaged", path)
	}
	if k.hash, err = base64.StdEncoding.DecodeString(f.Hash); err != nil || len(k.hash) != 32 {
		return keys{}, fmt.Errorf("%s: hash key is damaged", path)
	}
	return k, nil
}

func makeKeys(path string) ([]byte, error) {
	var f keyFile
	var err error
	if f.Signer, f.Verifier, err = note.GenerateKey(rand.Reader, checkpointName); err != nil {
		return nil, fmt.Errorf("make the checkpoint key: %w", err)
	}
	secret := make([]byte, 64)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	f.Leaf = base64.StdEncoding.EncodeToString(secret[:32])
	f.Hash = base64.StdEncoding.EncodeToString(secret[32:])
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, err
	}
	return data, os.WriteFile(path, data, 0o600)
}
