package session

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Secret is what all keys of the API come from. Nodes that serve the same
// people need the same one.
type Secret []byte

// secretBytes is the least that a Secret must have.
const secretBytes = 32

// LoadSecret returns the secret that is kept in a directory, and makes one the
// first time.
func LoadSecret(dir string) (Secret, error) {
	path := filepath.Join(dir, "api.secret")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecret(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the API's secret: %w", err)
	}
	if len(b) < secretBytes {
		return nil, fmt.Errorf("%s has %d bytes, needs %d: remove it to have a new one made, which signs everybody out", path, len(b), secretBytes)
	}
	return b, nil
}

func makeSecret(path string) (Secret, error) {
	s := make(Secret, secretBytes)
	_, _ = rand.Read(s) // never fails: crypto/rand
	part := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.WriteFile(part, s, 0o600); err != nil {
		return nil, fmt.Errorf("keep the API's secret: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return nil, fmt.Errorf("keep the API's secret: %w", err)
	}
	return s, nil
}

// keys are one for each use, so that none can stand in for another.
type keys struct {
	token    []byte // signs access tokens
	csrf     []byte // makes CSRF tokens
	throttle []byte // hides who tried
	link     []byte // signs links
}

func (s Secret) keys() keys {
	derive := func(use string) []byte {
		k, err := hkdf.Key(sha256.New, s, nil, "switchboard api "+use, 32)
		if err != nil {
			panic(err) // 32 bytes are within what SHA-256 gives
		}
		return k
	}
	return keys{derive("token"), derive("csrf"), derive("throttle"), derive("link")}
}

// ticket is a bearer secret of 256 bits, and how it is stored.
func ticket() (secret string, hash []byte) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand
	secret = base64.RawURLEncoding.EncodeToString(b)
	return secret, hashOf(secret)
}

// hashOf needs no salt and no cost: a ticket cannot be guessed.
func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

func keyed(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// csrfToken belongs to one browser session. A page of another site can neither
// read it nor make it.
func (k keys) csrfToken(session string) string {
	return base64.RawURLEncoding.EncodeToString(keyed(k.csrf, session))
}
