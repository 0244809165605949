// Package digest is HTTP digest authentication (RFC 7616) as SIP phones use
// it: MD5 with qop=auth, from the side of the registrar.
package digest

import (
	"crypto/md5" //nolint:gosec // G501: RFC 7616 phones know nothing else
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// HA1 is what is stored instead of a phone's password. Changing the realm voids
// every stored secret.
func HA1(user, realm, password string) string { return sum(user + ":" + realm + ":" + password) }

func sum(s string) string {
	d := md5.Sum([]byte(s)) // #nosec G401 -- RFC 7616 knows better, phones don't
	return hex.EncodeToString(d[:])
}

// Credentials is what a phone answers a challenge with.
type Credentials struct {
	User, Realm, Nonce, URI string
	Response, Cnonce        string
	Count                   uint32 // how often the nonce was used, this time included
}

// ErrCredentials is for what is no answer to our kind of challenge.
var ErrCredentials = errors.New("not the credentials that were asked for: digest with MD5 and qop=auth")

// Parse reads the value of an Authorization line.
func Parse(value string) (Credentials, error) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
	p, ok := params(rest)
	if !ok || !strings.EqualFold(scheme, "Digest") {
		return Credentials{}, ErrCredentials
	}
	count, err := strconv.ParseUint(p["nc"], 16, 32)
	c := Credentials{
		User: p["username"], Realm: p["realm"], Nonce: p["nonce"], URI: p["uri"],
		Response: strings.ToLower(p["response"]), Cnonce: p["cnonce"], Count: uint32(count),
	}
	md5 := p["algorithm"] == "" || strings.EqualFold(p["algorithm"], "MD5")
	if err != nil || len(p["nc"]) != 8 || c.Count == 0 || !md5 || p["qop"] != "auth" || len(c.Response) != 32 || c.Cnonce == "" {
		return Credentials{}, ErrCredentials
	}
	return c, nil
}

// mostParams is twice what the protocol has.
const mostParams = 24

// params reads name=value and name="value", separated by commas.
func params(s string) (map[string]string, bool) {
	p := map[string]string{}
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimLeft(s, ", \t\r\n") {
		name, rest, ok := strings.Cut(s, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := p[name]; !ok || twice || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") != "" || len(p) >= mostParams {
			return nil, false
		}
		p[name], s, ok = paramValue(strings.TrimLeft(rest, " \t"))
		if !ok {
			return nil, false
		}
	}
	return p, true
}

// paramValue takes a value off the front of s.
func paramValue(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ", \t\r\n")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

// proves tells whether c was made with the secret ha1 for the given method.
func (c Credentials) proves(ha1, method string) bool {
	nc := strconv.FormatUint(uint64(c.Count)+1<<32, 16)[1:]
	want := sum(ha1 + ":" + c.Nonce + ":" + nc + ":" + c.Cnonce + ":auth:" + sum(method+":"+c.URI))
	return subtle.ConstantTimeCompare([]byte(want), []byte(c.Response)) == 1
}
