package sdp

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	pion "github.com/pion/sdp/v3"
)

// Policy says whether audio is encrypted.
type Policy uint8

// The policies. Optional audio is encrypted where the other side can do it,
// which it is told by a=crypto lines beside RTP/AVP: those who don't know them
// don't mind.
const (
	Off Policy = iota
	Optional
	Required
)

// ParsePolicy reads off, optional or required; anything else is Off.
func ParsePolicy(text string) Policy {
	switch text {
	case "optional":
		return Optional
	case "required":
		return Required
	}
	return Off
}

// ErrClear is a description whose audio would not be encrypted although it has
// to be.
var ErrClear = fmt.Errorf("SRTP is required: %w", ErrUnacceptable)

// Suite is how SRTP encrypts and authenticates (RFC 4568, RFC 7714).
type Suite uint8

// The suites, what we prefer first.
const (
	GCM Suite = iota + 1
	CM80
	CM32
)

var suites = []Suite{GCM, CM80, CM32}

// String returns the suite's name in SDP.
func (s Suite) String() string {
	switch s {
	case GCM:
		return "AEAD_AES_128_GCM"
	case CM80:
		return "AES_CM_128_HMAC_SHA1_80"
	case CM32:
		return "AES_CM_128_HMAC_SHA1_32"
	}
	return "none"
}

// Lengths in bytes. The salt of GCM is shorter.
const (
	keySize  = 16
	saltSize = 14
	gcmSalt  = 12
)

func (s Suite) size() int {
	if s == GCM {
		return keySize + gcmSalt
	}
	return keySize + saltSize
}

// Key is the master key and salt of one direction's SRTP. The zero Key is that
// of audio in the clear. It is never printed.
type Key struct {
	Suite   Suite
	secret  [keySize + saltSize]byte
	mki     uint32
	mkiSize uint8 // bytes that name the key in each packet; 0: none
}

// Master returns key and salt.
func (k Key) Master() (key, salt []byte) { return k.secret[:keySize], k.secret[keySize:k.Suite.size()] }

// MKI returns what names the key in each packet, or nil.
func (k Key) MKI() []byte {
	if k.mkiSize == 0 {
		return nil
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], k.mki)
	return b[4-k.mkiSize:]
}

// Format keeps the key out of every log.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "key of "+k.Suite.String()) }

func newKey(s Suite) Key {
	k := Key{Suite: s}
	_, _ = rand.Read(k.secret[:s.size()]) // never fails
	return k
}

// crypto is an a=crypto line.
type crypto struct {
	tag int
	key Key
}

// cryptos returns the lines of an audio stream that we can use.
func cryptos(attributes []pion.Attribute) []crypto {
	const most = 16 // of an honest offer: one a suite
	var all []crypto
	for _, a := range attributes {
		if a.Key != "crypto" || len(all) == most {
			continue
		}
		if c, ok := parseCrypto(a.Value); ok {
			all = append(all, c)
		}
	}
	return all
}

// parseCrypto reads "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20|1:4 WSH=64" (RFC
// 4568, 9.1). Parameters that change how packets look are not for us, and make
// the line no use.
func parseCrypto(value string) (crypto, bool) {
	f := strings.Fields(value)
	if len(f) < 3 {
		return crypto{}, false
	}
	tag, err := strconv.ParseUint(f[0], 10, 30)
	suite := suiteOf(f[1])
	if err != nil || len(f[0]) > 9 || suite == 0 {
		return crypto{}, false
	}
	for _, parameter := range f[3:] {
		if !strings.HasPrefix(parameter, "-") && !strings.HasPrefix(strings.ToUpper(parameter), "WSH=") {
			return crypto{}, false
		}
	}
	key, ok := parseKey(suite, f[2])
	return crypto{int(tag), key}, ok
}

func suiteOf(name string) Suite {
	for _, s := range suites {
		if strings.EqualFold(s.String(), name) {
			return s
		}
	}
	return 0
}

// parseKey reads "inline:KEY|lifetime|MKI:length". A lifetime says when to make
// a new key; the shortest that anybody names lasts for hours.
func parseKey(s Suite, text string) (Key, bool) {
	method, rest, _ := strings.Cut(text, ":")
	if !strings.EqualFold(method, "inline") || strings.Contains(rest, ";") {
		return Key{}, false
	}
	parts := strings.Split(rest, "|")
	secret, err := base64.StdEncoding.DecodeString(parts[0])
	if err != nil {
		secret, err = base64.RawStdEncoding.DecodeString(parts[0]) // some leave out the padding of GCM's
	}
	if err != nil || len(secret) != s.size() {
		return Key{}, false
	}
	k := Key{Suite: s}
	copy(k.secret[:], secret)
	if len(parts) > 3 {
		return Key{}, false
	}
	for _, part := range parts[1:] {
		if number, size, is := strings.Cut(part, ":"); is && !k.name(number, size) {
			return Key{}, false
		}
	}
	return k, true
}

// name reads the MKI of a key and its length.
func (k *Key) name(number, size string) bool {
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return false
	}
	length, err := strconv.ParseUint(size, 10, 8)
	if err != nil || length < 1 || length > 4 {
		return false
	}
	k.mki, k.mkiSize = uint32(n), uint8(length)
	return true
}

// line is how c stands in a description of ours.
func (c crypto) line() string {
	return fmt.Sprintf("%d %s inline:%s", c.tag, c.key.Suite, base64.StdEncoding.EncodeToString(c.key.secret[:c.key.Suite.size()]))
}

// encrypted reports whether a protocol is that of SRTP with keys in SDP.
func encrypted(proto string) bool { return proto == "RTP/SAVP" || proto == "RTP/SAVPF" }

// plain reports whether a protocol is that of RTP in the clear, beside which
// keys may be offered.
func plain(proto string) bool { return proto == "RTP/AVP" || proto == "RTP/AVPF" }

// under returns the audio stream of s that suits a policy best. Who offers the
// same audio in the clear and encrypted has two m= lines of it.
func (s Session) under(p Policy) Session {
	for _, alternative := range append([]Session{s}, s.others...) {
		if alternative.permitted(p) == nil && (p == Off || alternative.crypto != nil) {
			return alternative
		}
	}
	for _, alternative := range append([]Session{s}, s.others...) {
		if alternative.permitted(p) == nil {
			return alternative
		}
	}
	return s
}

// permitted returns why s can't be agreed on under a policy.
func (s Session) permitted(p Policy) error {
	switch {
	case p == Required && s.crypto == nil:
		return ErrClear
	case plain(s.Proto):
		return nil
	case !encrypted(s.Proto), p == Off, s.crypto == nil:
		return fmt.Errorf("protocol %s: %w", s.Proto, ErrUnacceptable)
	}
	return nil
}

// best returns the line of an offer whose suite we prefer, or false where audio
// is to be in the clear.
func (s Session) best(p Policy) (crypto, bool) {
	if p == Off {
		return crypto{}, false
	}
	for _, suite := range suites {
		for _, c := range s.crypto {
			if c.key.Suite == suite {
				return c, true
			}
		}
	}
	return crypto{}, false
}

// own returns our key of a suite, which stays the same for the whole dialog: a
// new one would begin the count of packets anew.
func (l *Local) own(s Suite) Key {
	for _, c := range l.keys {
		if c.key.Suite == s {
			return c.key
		}
	}
	k := newKey(s)
	l.keys = append(l.keys, crypto{len(l.keys) + 1, k})
	return k
}

// offered returns the lines of our offer: one a suite, or that which is in use.
func (l *Local) offered() []crypto {
	switch {
	case l.SRTP == Off || l.agreed && l.suite == 0:
		return nil
	case l.agreed:
		return []crypto{{1, l.own(l.suite)}}
	}
	lines := make([]crypto, len(suites))
	for i, s := range suites {
		lines[i] = crypto{i + 1, l.own(s)}
	}
	return lines
}

// accept returns both keys that an answer to our last offer agrees on.
func (l *Local) accept(answer Session) (ours, theirs Key, err error) {
	for _, theirs := range answer.crypto {
		for _, ours := range l.lines {
			if ours.tag == theirs.tag && ours.key.Suite == theirs.key.Suite {
				return ours.key, theirs.key, nil
			}
		}
	}
	if l.SRTP == Required {
		return Key{}, Key{}, ErrClear
	}
	if encrypted(answer.Proto) {
		return Key{}, Key{}, fmt.Errorf("an answer with a key that was not offered: %w", ErrUnacceptable)
	}
	return Key{}, Key{}, nil
}
