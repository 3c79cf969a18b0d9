package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"throughline/internal/fault"
)

// keys are what the audit rests on. They live in a file of their own beside the database, or wherever the operator
// keeps secrets, and never in the database.
type keys struct {
	signer   note.Signer
	verifier note.Verifier
	leaf     []byte // keys the hash of each event
	hash     []byte // keys the hash of what someone typed at sign-in
	path     string
	made     bool // just now, since the directory held none
}

// fingerprint tells a key file from any other and tells nothing of its secrets, which are random and long.
func (k keys) fingerprint() string {
	sum := sha256.Sum256(slices.Concat([]byte(k.verifier.Name()), binary.BigEndian.AppendUint32(nil, k.verifier.KeyHash()), k.leaf, k.hash))
	return hex.EncodeToString(sum[:])
}

var (
	installationKeep = query("installation.keep", `insert into installation (id, keys) values (1, $1) on conflict (id) do nothing`)
	installationKeys = query("installation.keys", `select keys from installation where id = 1`)
)

// sameKeys keeps the key file's fingerprint in a database that has none, and refuses a database whose audit was made with another.
// A file that was made just now, because the right one is gone, goes again.
func (db *DB) sameKeys(ctx context.Context) error {
	mine, kept := db.keys.fingerprint(), ""
	if _, err := db.writes.ExecContext(ctx, installationKeep.in(db.dialect), mine); err != nil {
		return fmt.Errorf("keep the key file's fingerprint: %w", err)
	}
	if err := db.writes.QueryRowContext(ctx, installationKeys.in(db.dialect)).Scan(&kept); err != nil {
		return fmt.Errorf("read the key file's fingerprint: %w", err)
	}
	if kept == mine {
		return nil
	}
	if db.keys.made {
		return errors.Join(errOtherKeys(db.keys.path, "is missing"), os.Remove(db.keys.path))
	}
	return errOtherKeys(db.keys.path, "is not the one that this database's audit was made with")
}

func errOtherKeys(path, wrong string) error {
	return fault.New(fault.Unavailable, "other-keys", path+" "+wrong+".", "Put the database's own key file there, from its copy.")
}

type keyFile struct {
	Signer   string `json:"signer"`
	Verifier string `json:"verifier"`
	Leaf     string `json:"leaf"`
	Hash     string `json:"hash"`
}

const checkpointName = "throughline-audit"

// openKeys reads the key file, and makes it when the directory is new. A directory that holds a database without its
// keys is refused: new keys would hide that the old ones are gone. Of a database elsewhere sameKeys sees to that.
func openKeys(dir string) (keys, error) {
	k := keys{path: filepath.Join(dir, "keys.json")}
	path := k.path
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(dir, "throughline.db")); err == nil {
			return keys{}, fmt.Errorf("%s is missing, but a database is there: put the key file back", path)
		}
		if data, err = makeKeys(path); err != nil {
			return keys{}, err
		}
		k.made = true
	} else if err != nil {
		return keys{}, fmt.Errorf("read the key file: %w", err)
	}
	var f keyFile
	if err := json.Unmarshal(data, &f); err != nil {
		return keys{}, fmt.Errorf("%s is damaged: %w", path, err)
	}
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
