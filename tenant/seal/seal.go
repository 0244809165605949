// Package seal keeps passwords that we must be able to say again - to a carrier
// - unreadable in the database.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Box seals and opens with one key. The zero Box refuses both.
type Box struct{ aead cipher.AEAD }

// leastSecret is how much a secret must be, in bytes.
const leastSecret = 32

// form is the first byte of what is sealed, so that another way can follow.
const form = 1

// ErrNoKey is a Box without a key.
var ErrNoKey = errors.New("no key: set SEAL_SECRET, the same for api and telephony")

// New returns a box whose key is made of secret, 32 bytes or more of any text.
func New(secret string) (Box, error) {
	if len(secret) < leastSecret {
		return Box{}, fmt.Errorf("SEAL_SECRET has %d bytes: give %d or more, or none to have one made", len(secret), leastSecret)
	}
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "switchboard seal", 32)
	if err != nil {
		return Box{}, fmt.Errorf("make the key of sealed passwords: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return Box{}, fmt.Errorf("make the key of sealed passwords: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return Box{}, fmt.Errorf("make the key of sealed passwords: %w", err)
	}
	return Box{aead}, nil
}

// Secret returns given or, if that is empty, what is kept in dir, made the first
// time. An empty dir as well is no secret.
func Secret(given, dir string) (string, error) {
	if given != "" || dir == "" {
		return given, nil
	}
	path := filepath.Join(dir, "seal.secret")
	kept, err := os.ReadFile(path)
	if err == nil {
		return string(kept), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the secret of sealed passwords: %w", err)
	}
	made := rand.Text() + rand.Text()
	if err := os.WriteFile(path, []byte(made), 0o600); err != nil {
		return "", fmt.Errorf("keep the secret of sealed passwords: %w", err)
	}
	return made, nil
}

// Seal returns text so that only Open of the same key and the same context reads
// it. The context says whose it is: moved to another row, it can't be opened.
func (b Box) Seal(text, context string) ([]byte, error) {
	if b.aead == nil {
		return nil, ErrNoKey
	}
	nonce := make([]byte, b.aead.NonceSize(), 1+b.aead.NonceSize()+len(text)+b.aead.Overhead())
	_, _ = rand.Read(nonce) // never fails
	return b.aead.Seal(append([]byte{form}, nonce...), nonce, []byte(text), []byte(context)), nil
}

// Open returns the text that was sealed.
func (b Box) Open(sealed []byte, context string) (string, error) {
	if b.aead == nil {
		return "", ErrNoKey
	}
	n := b.aead.NonceSize()
	if len(sealed) < 1+n || sealed[0] != form {
		return "", errors.New("open a sealed password: it is not one")
	}
	text, err := b.aead.Open(nil, sealed[1:1+n], sealed[1+n:], []byte(context))
	if err != nil {
		return "", fmt.Errorf("open a sealed password, kept under another key or for another row: %w", err)
	}
	return string(text), nil
}
