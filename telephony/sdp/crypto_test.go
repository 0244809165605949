package sdp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"switchboard/telephony/media/g711"
)

// Keys as peers write them: of 30 bytes, and of GCM's 28.
var (
	theirs30 = base64.StdEncoding.EncodeToString([]byte("abcdefghijklmnopqrstuvwxyz0123"))
	theirs28 = base64.StdEncoding.EncodeToString([]byte("abcdefghijklmnopqrstuvwxyz01"))
)

// cryptoLine is an a=crypto line.
func cryptoLine(tag int, suite Suite, more string) string {
	key := theirs30
	if suite == GCM {
		key = theirs28
	}
	return fmt.Sprintf("a=crypto:%d %s inline:%s%s\r\n", tag, suite, key, more)
}

// sealedOffer is the carrier's offer over a protocol with more lines.
func sealedOffer(proto string, lines ...string) string {
	return edit("RTP/AVP", proto) + strings.Join(lines, "")
}

func local(p Policy) *Local {
	l := NewLocal(here, g711.ALaw)
	l.SRTP = p
	return l
}

// TestPolicy is each policy against each kind of offer: what it comes to.
func TestPolicy(t *testing.T) {
	t.Parallel()
	offers := map[string]string{
		"clear":           carrier,
		"clear with keys": sealedOffer("RTP/AVP", cryptoLine(1, CM80, "")),
		"sealed":          sealedOffer("RTP/SAVP", cryptoLine(1, CM80, "")),
		"sealed, no key":  sealedOffer("RTP/SAVP"),
		"sealed, strange": sealedOffer("RTP/SAVP", "a=crypto:1 F8_128_HMAC_SHA1_80 inline:"+theirs30+"\r\n"),
		"both":            carrier + "m=audio 40010 RTP/SAVP 8\r\n" + cryptoLine(3, CM32, ""),
		"by DTLS":         sealedOffer("UDP/TLS/RTP/SAVP", cryptoLine(1, CM80, "")),
	}
	want := map[Policy]map[string]string{
		Off:      {"clear": "none", "clear with keys": "none", "both": "none"},
		Optional: {"clear": "none", "clear with keys": "AES_CM_128_HMAC_SHA1_80", "sealed": "AES_CM_128_HMAC_SHA1_80", "both": "AES_CM_128_HMAC_SHA1_32"},
		Required: {"clear with keys": "AES_CM_128_HMAC_SHA1_80", "sealed": "AES_CM_128_HMAC_SHA1_80", "both": "AES_CM_128_HMAC_SHA1_32"},
	}
	for policy, results := range want {
		for name, offer := range offers {
			s := parse(t, offer)
			body, chosen, err := local(policy).Answer(s)
			if got := s.Suits(policy, g711.ALaw); (got == nil) != (err == nil) {
				t.Errorf("policy %d, %s: suits %v, answered %v", policy, name, got, err)
			}
			suite, ok := results[name]
			switch {
			case !ok && !errors.Is(err, ErrUnacceptable):
				t.Errorf("policy %d, %s: agreed on %v, %v", policy, name, chosen, err)
			case ok && (err != nil || chosen.Ours.Suite.String() != suite || chosen.Theirs.Suite != chosen.Ours.Suite):
				t.Errorf("policy %d, %s: agreed on %v, %v, want %s", policy, name, chosen, err, suite)
			case ok && bytes.Contains(body, []byte("a=crypto")) != (suite != "none"):
				t.Errorf("policy %d, %s: answered %s", policy, name, body)
			}
			if policy == Required && (name == "clear" || name == "sealed, no key" || name == "sealed, strange") && !errors.Is(err, ErrClear) {
				t.Errorf("%s: %v is not told as what it is", name, err)
			}
		}
	}
}

// TestAnswerTakesTheBestSuite under the offer's own tag, and one line.
func TestAnswerTakesTheBestSuite(t *testing.T) {
	t.Parallel()
	offer := sealedOffer("RTP/SAVP", cryptoLine(4, CM32, ""), cryptoLine(5, CM80, "|2^31|1:4"), cryptoLine(6, GCM, ""))
	body, chosen, err := local(Required).Answer(parse(t, offer))
	if err != nil || chosen.Ours.Suite != GCM || chosen.Theirs.Suite != GCM {
		t.Fatalf("%+v, %v", chosen, err)
	}
	if bytes.Count(body, []byte("a=crypto:")) != 1 || !bytes.Contains(body, []byte("a=crypto:6 AEAD_AES_128_GCM inline:")) || !bytes.Contains(body, []byte(" RTP/SAVP ")) {
		t.Errorf("answered\n%s", body)
	}
	if key, salt := chosen.Theirs.Master(); string(key)+string(salt) != "abcdefghijklmnopqrstuvwxyz01" {
		t.Errorf("their key %q, salt %q", key, salt)
	}
	if chosen.Ours == chosen.Theirs {
		t.Error("both directions have one key")
	}
}

func TestMKIOfTheirKey(t *testing.T) {
	t.Parallel()
	_, chosen, err := local(Required).Answer(parse(t, sealedOffer("RTP/SAVP", cryptoLine(1, CM80, "|2^20|258:3"))))
	if err != nil || !bytes.Equal(chosen.Theirs.MKI(), []byte{0, 1, 2}) || chosen.Ours.MKI() != nil {
		t.Errorf("%x, %x, %v", chosen.Theirs.MKI(), chosen.Ours.MKI(), err)
	}
}

// TestCryptoThatIsNoUse is lines that would have us send or read something else.
func TestCryptoThatIsNoUse(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80\r\n",
		"a=crypto:x AES_CM_128_HMAC_SHA1_80 inline:" + theirs30 + "\r\n",
		"a=crypto:1234567890 AES_CM_128_HMAC_SHA1_80 inline:" + theirs30 + "\r\n",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + theirs28 + "\r\n", // too short
		"a=crypto:1 AEAD_AES_128_GCM inline:" + theirs30 + "\r\n",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:!!!\r\n",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 uri:" + theirs30 + "\r\n",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + theirs30 + ";inline:" + theirs30 + "\r\n",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + theirs30 + "|2^20|1:200\r\n",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + theirs30 + " UNENCRYPTED_SRTP\r\n",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + theirs30 + " KDR=2\r\n",
	} {
		if _, chosen, err := local(Required).Answer(parse(t, sealedOffer("RTP/SAVP", line))); !errors.Is(err, ErrClear) {
			t.Errorf("%s: %+v, %v", line, chosen, err)
		}
	}
	if _, _, err := local(Required).Answer(parse(t, sealedOffer("RTP/SAVP", cryptoLine(1, CM80, " WSH=128 -x=y")))); err != nil {
		t.Errorf("parameters that may be passed over: %v", err)
	}
}

// TestOfferAndAccept is our own offers under each policy, answered by each.
func TestOfferAndAccept(t *testing.T) {
	t.Parallel()
	for _, ours := range []Policy{Off, Optional, Required} {
		for _, theirs := range []Policy{Off, Optional, Required} {
			a, b := local(ours), local(theirs)
			body, answered, err := b.Answer(parse(t, string(a.Offer())))
			possible := ours != Required || theirs != Off
			possible = possible && (ours != Off || theirs != Required)
			if (err == nil) != possible {
				t.Errorf("%d to %d: %v", ours, theirs, err)
				continue
			}
			if err != nil {
				continue
			}
			accepted, err := a.Accept(parse(t, string(body)))
			sealed := ours != Off && theirs != Off
			switch {
			case err != nil || accepted.Ours != answered.Theirs || accepted.Theirs != answered.Ours:
				t.Errorf("%d to %d: %v, %v, %v", ours, theirs, accepted, answered, err)
			case sealed != (accepted.Ours.Suite == GCM):
				t.Errorf("%d to %d: suite %s", ours, theirs, accepted.Ours.Suite)
			}
		}
	}
}

// TestAnswerWithAForeignKey names a line that we did not offer.
func TestAnswerWithAForeignKey(t *testing.T) {
	t.Parallel()
	for _, policy := range []Policy{Optional, Required} {
		l := local(policy)
		l.Offer()
		if _, err := l.Accept(parse(t, sealedOffer("RTP/SAVP", cryptoLine(9, CM80, "")))); !errors.Is(err, ErrUnacceptable) {
			t.Errorf("policy %d: %v", policy, err)
		}
	}
	l := local(Required)
	l.Offer()
	if _, err := l.Accept(parse(t, carrier)); !errors.Is(err, ErrClear) {
		t.Errorf("an answer in the clear: %v", err)
	}
}

// TestKeysStayForTheDialog: later descriptions of both sides, hold and retrieve,
// change no key of ours, so that no count of packets begins anew.
func TestKeysStayForTheDialog(t *testing.T) {
	t.Parallel()
	offer := sealedOffer("RTP/SAVP", cryptoLine(1, CM80, ""))
	l := local(Optional)
	_, first, err := l.Answer(parse(t, offer))
	if err != nil {
		t.Fatal(err)
	}
	_, again, err := l.Answer(parse(t, offer+"a=sendonly\r\n"))
	if err != nil || again.Ours != first.Ours || again.Theirs != first.Theirs {
		t.Errorf("a hold of theirs changes keys: %v", err)
	}
	body := l.Offer()
	if n := bytes.Count(body, []byte("a=crypto:")); n != 1 || !bytes.Contains(body, []byte("AES_CM_128_HMAC_SHA1_80")) {
		t.Errorf("a later offer of ours:\n%s", body)
	}
	answered, err := l.Accept(parse(t, sealedOffer("RTP/AVP", cryptoLine(1, CM80, ""))))
	if err != nil || answered.Ours != first.Ours {
		t.Errorf("a hold of ours changes keys: %v", err)
	}
	l = local(Optional)
	if _, _, err := l.Answer(parse(t, carrier)); err != nil {
		t.Fatal(err)
	}
	if body := l.Offer(); bytes.Contains(body, []byte("crypto")) {
		t.Errorf("a call that began in the clear:\n%s", body)
	}
}

// TestKeysAreNotPrinted however somebody tries.
func TestKeysAreNotPrinted(t *testing.T) {
	t.Parallel()
	_, chosen, err := local(Required).Answer(parse(t, sealedOffer("RTP/SAVP", cryptoLine(1, CM80, ""))))
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(chosen)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%v %+v %#v %s %x %d %s", chosen, chosen, chosen, chosen.Theirs, chosen.Theirs, chosen.Theirs, asJSON)
	for _, secret := range []string{"abcdef", "616263", "97 98 99", "97, 98, 99", "97,98,99", "0x61"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s is in %s", secret, text)
		}
	}
}

func TestRTCP(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, want string }{
		"next port":     {carrier, "198.51.100.7:40003 false"},
		"named":         {carrier + "a=rtcp:53020\r\n", "198.51.100.7:53020 false"},
		"another host":  {carrier + "a=rtcp:53020 IN IP4 203.0.113.9\r\n", "198.51.100.7:53020 false"},
		"with audio":    {carrier + "a=rtcp-mux\r\n", "198.51.100.7:40002 true"},
		"nonsense":      {carrier + "a=rtcp:99999\r\n", "198.51.100.7:40003 false"},
		"no port after": {edit("audio 40002", "audio 65535"), "invalid AddrPort false"},
		"old hold":      {edit("c=IN IP4 198.51.100.7", "c=IN IP4 0.0.0.0"), "invalid AddrPort false"},
	} {
		s := parse(t, c.body)
		if got := fmt.Sprint(s.RTCP, " ", s.Mux); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		body, chosen, err := local(Off).Answer(s)
		if err != nil || chosen.RTCP != s.RTCP || bytes.Contains(body, []byte("a=rtcp-mux")) != s.Mux {
			t.Errorf("%s: %v, %v\n%s", name, chosen, err, body)
		}
	}
}

// FuzzCrypto feeds any line. What is taken for a key has its full length and
// comes back from our own writing of it.
func FuzzCrypto(f *testing.F) {
	f.Add("1 AES_CM_128_HMAC_SHA1_80 inline:" + theirs30 + "|2^20|1:4")
	f.Add("1 AEAD_AES_128_GCM inline:" + theirs28)
	f.Fuzz(func(t *testing.T, value string) {
		c, ok := parseCrypto(value)
		if !ok {
			return
		}
		back, ok := parseCrypto(c.line())
		c.key.mki, c.key.mkiSize = 0, 0
		if !ok || back != c {
			t.Fatalf("%q comes back as %+v", value, back)
		}
	})
}
