package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"switchboard/tenant/fault"
)

// Hash is a password as it is stored: argon2id in PHC form. A Hash that is not
// in that form matches no password.
type Hash string

// Cost of one hash: OWASP's first choice for argon2id, 2024.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	saltBytes = 16
	keyBytes  = 32
)

// maxPassword bounds the work that a stranger can ask for. In bytes.
const maxPassword = 256

// waiting bounds who may queue for a turn at hashing; beyond it the answer is
// fault.Unavailable, so that a flood of sign-ins does not pile up.
const waiting = 64

// Hasher hashes passwords, a few at a time: each takes 19 MiB and some 20 ms
// of a core, which strangers may cause.
type Hasher struct {
	turns chan struct{}
	queue chan struct{}
	dummy Hash
}

// NewHasher returns a Hasher that works on atOnce passwords at a time.
func NewHasher(atOnce int) *Hasher {
	h := &Hasher{turns: make(chan struct{}, atOnce), queue: make(chan struct{}, waiting+atOnce)}
	h.dummy = encode(make([]byte, saltBytes), make([]byte, keyBytes))
	return h
}

// Hash returns a new hash of the password, or fault.Invalid if it has no
// usable length.
func (h *Hasher) Hash(ctx context.Context, password string) (Hash, error) {
	if password == "" || len(password) > maxPassword {
		return "", fault.Invalid{Field: "password", Problem: fmt.Sprintf("must have 1 to %d bytes", maxPassword)}
	}
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand
	key, err := h.key(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return encode(salt, key), nil
}

// matches reports whether the password is the one of the hash. It takes the
// same time for a hash that is in no form.
func (h *Hasher) matches(ctx context.Context, hash Hash, password string) (bool, error) {
	salt, want, ok := decode(hash)
	if !ok {
		salt, want, _ = decode(h.dummy)
	}
	if len(password) > maxPassword {
		password, ok = "", false
	}
	key, err := h.key(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1 && ok, nil
}

func (h *Hasher) key(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return nil, fmt.Errorf("hash a password, %d are waiting: %w", waiting, fault.Unavailable)
	}
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a turn to hash a password: %w", ctx.Err())
	}
	return argon2.IDKey([]byte(password), salt, passes, memoryKiB, lanes, keyBytes), nil
}

// prefix holds the cost; all hashes have the same, until one day they do not.
var prefix = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, memoryKiB, passes, lanes)

func encode(salt, key []byte) Hash {
	b := base64.RawStdEncoding
	return Hash(prefix + b.EncodeToString(salt) + "$" + b.EncodeToString(key))
}

func decode(hash Hash) (salt, key []byte, ok bool) {
	rest, ok := strings.CutPrefix(string(hash), prefix)
	if !ok {
		return nil, nil, false
	}
	s, k, _ := strings.Cut(rest, "$")
	salt, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil || len(salt) != saltBytes {
		return nil, nil, false
	}
	key, err = base64.RawStdEncoding.DecodeString(k)
	return salt, key, err == nil && len(key) == keyBytes
}
