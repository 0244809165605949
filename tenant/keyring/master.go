// Package keyring holds the keys of recordings: each file has its own, sealed by
// its shop's, which is sealed by a master key that is not in the database.
package keyring

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Masters are the master keys by name. What is sealed anew is sealed by the
// first of them; the others open what was sealed before.
type Masters struct {
	current string
	keys    map[string]key
}

type key [32]byte

// ParseMasters reads NAME:HEX of 32 bytes, by commas; the first is the current.
func ParseMasters(text string) (Masters, error) {
	m := Masters{keys: map[string]key{}}
	for i, one := range strings.Split(text, ",") {
		name, digits, _ := strings.Cut(strings.TrimSpace(one), ":")
		b, err := hex.DecodeString(strings.TrimSpace(digits))
		_, twice := m.keys[name]
		if err != nil || len(b) != len(key{}) || name == "" || twice {
			return Masters{}, fmt.Errorf("master key %d of recordings is not NAME:HEX of 32 bytes with a name of its own", i+1) // never the key itself
		}
		m.keys[name] = key(b)
		if i == 0 {
			m.current = name
		}
	}
	return m, nil
}

// fileName is where master keys are that nobody gave, in the data directory.
const fileName = "recording.keys"

// LoadMasters returns the master keys in text, or, if it is empty, those in the
// data directory, where one is made if there is none: for a machine of one's
// own. Who has that directory can open the recordings.
func LoadMasters(text, dataDir string) (Masters, error) {
	if text != "" {
		return ParseMasters(text)
	}
	file := filepath.Join(dataDir, fileName)
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		b, err = makeMaster(dataDir, file)
	}
	if err != nil {
		return Masters{}, fmt.Errorf("read the master key of recordings: %w", err)
	}
	return ParseMasters(string(bytes.TrimSpace(b)))
}

// makeMaster writes a new master key, unless another process is first.
func makeMaster(dir, file string) ([]byte, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	var k key
	_, _ = rand.Read(k[:])
	name := file + "." + rand.Text()
	if err := os.WriteFile(name, []byte("first:"+hex.EncodeToString(k[:])+"\n"), 0o600); err != nil {
		return nil, err
	}
	defer os.Remove(name)
	if err := os.Link(name, file); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(file)
}

// wrap seals a secret by k. about is authenticated with it: it opens nowhere else.
func (k key) wrap(secret []byte, about string) ([]byte, error) {
	aead, err := k.aead()
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, secret, []byte(about)), nil //nolint:gosec // this cipher makes its nonce itself
}

func (k key) unwrap(wrapped []byte, about string) ([]byte, error) {
	aead, err := k.aead()
	if err != nil {
		return nil, err
	}
	secret, err := aead.Open(nil, nil, wrapped, []byte(about))
	if err != nil {
		return nil, fmt.Errorf("open the key of %s: %w", about, err)
	}
	return secret, nil
}

// aead is AES-256-GCM with nonces of chance: far fewer than 2^32 keys are ever
// sealed by one (NIST SP 800-38D section 8.3).
func (k key) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func (m Masters) wrap(k key, about string) (master string, wrapped []byte, err error) {
	wrapped, err = m.keys[m.current].wrap(k[:], about)
	return m.current, wrapped, err
}

func (m Masters) unwrap(master string, wrapped []byte, about string) (key, error) {
	k, known := m.keys[master]
	if !known {
		return key{}, fmt.Errorf("open the key of %s: its master key %q is not among those given", about, master)
	}
	b, err := k.unwrap(wrapped, about)
	if err != nil {
		return key{}, err
	}
	return key(b), nil
}
