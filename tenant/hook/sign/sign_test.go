package sign

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// The standard's own example: another's implementation must come to the same.
func TestAsTheStandardHasIt(t *testing.T) {
	t.Parallel()
	m := Message{"msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`)}
	h, err := m.Headers("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; h["webhook-signature"] != want || h["webhook-timestamp"] != "1614265330" {
		t.Errorf("headers %v, want the signature %s", h, want)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	old, fresh := NewSecret(), NewSecret()
	if old == fresh || !strings.HasPrefix(old, "whsec_") {
		t.Fatalf("secrets %q, %q", old, fresh)
	}
	now := time.Unix(1_800_000_000, 0)
	h, err := Message{"id", now, []byte("body")}.Headers(fresh, old)
	if err != nil {
		t.Fatal(err)
	}
	get := func(name string) string { return h[name] }
	for _, secret := range []string{old, fresh} { // the overlap of a rotation
		if err := Verify(secret, get, []byte("body"), now.Add(4*time.Minute)); err != nil {
			t.Errorf("with a secret that signed: %v", err)
		}
	}
	for name, tc := range map[string]struct {
		secret string
		body   string
		after  time.Duration
		want   error
	}{
		"another secret": {NewSecret(), "body", 0, ErrForged},
		"another body":   {old, "b0dy", 0, ErrForged},
		"too late":       {old, "body", 6 * time.Minute, ErrStale},
		"too early":      {old, "body", -6 * time.Minute, ErrStale},
	} {
		if err := Verify(tc.secret, get, []byte(tc.body), now.Add(tc.after)); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	h["webhook-id"] = "other"
	if err := Verify(old, get, []byte("body"), now); !errors.Is(err, ErrForged) {
		t.Errorf("another id: %v", err)
	}
}
