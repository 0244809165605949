// Package sign signs what a shop's systems are told, in the form of Standard
// Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks).
package sign

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// prefix marks a secret as one.
const prefix = "whsec_"

// size is that of the secrets that we make, in bytes; the standard has 24 to 64.
const size = 32

// NewSecret returns a secret as the receiver keeps it.
func NewSecret() string {
	key := make([]byte, size)
	_, _ = rand.Read(key) // never fails
	return prefix + base64.StdEncoding.EncodeToString(key)
}

// Message is what is signed. ID stays the same however often it is sent; At is
// when it is sent this time.
type Message struct {
	ID   string
	At   time.Time
	Body []byte
}

// Headers returns the three headers that go with a message. With several secrets,
// during a rotation, each signs.
func (m Message) Headers(secrets ...string) (map[string]string, error) {
	all := make([]string, len(secrets))
	for i, s := range secrets {
		mac, err := m.mac(s)
		if err != nil {
			return nil, err
		}
		all[i] = "v1," + base64.StdEncoding.EncodeToString(mac)
	}
	return map[string]string{
		"webhook-id":        m.ID,
		"webhook-timestamp": strconv.FormatInt(m.At.Unix(), 10),
		"webhook-signature": strings.Join(all, " "),
	}, nil
}

func (m Message) mac(secret string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, prefix))
	if err != nil {
		return nil, fmt.Errorf("read a secret of webhooks: %w", err)
	}
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%d.", m.ID, m.At.Unix())
	h.Write(m.Body)
	return h.Sum(nil), nil
}

// Tolerance is how far a receiver lets the time of a message be from its own.
const Tolerance = 5 * time.Minute

// ErrForged says that no signature is the secret's.
var ErrForged = errors.New("no signature of the message is by the secret")

// ErrStale says that a message is older, or younger, than Tolerance.
var ErrStale = errors.New("the message is of another time")

// Verify tells whether headers as they were received prove the body to be ours.
// It is what a receiver does; get reads a header.
func Verify(secret string, get func(string) string, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(get("webhook-timestamp"), 10, 64)
	if err != nil {
		return fmt.Errorf("read webhook-timestamp: %w", err)
	}
	m := Message{get("webhook-id"), time.Unix(seconds, 0), body}
	if d := now.Sub(m.At); d > Tolerance || d < -Tolerance {
		return ErrStale
	}
	want, err := m.mac(secret)
	if err != nil {
		return err
	}
	for s := range strings.FieldsSeq(get("webhook-signature")) {
		got, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "v1,"))
		if err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return ErrForged
}
