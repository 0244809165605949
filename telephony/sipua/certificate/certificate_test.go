package certificate

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func write(t *testing.T, dir string, c *tls.Certificate) (certificate, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, b := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: c.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

func own(t *testing.T) *tls.Certificate {
	t.Helper()
	c, err := Own("sip.example", "127.0.0.1", "::1")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOwnNamesItsHosts(t *testing.T) {
	t.Parallel()
	c := own(t)
	for _, host := range []string{"sip.example", "127.0.0.1", "::1"} {
		if err := c.Leaf.VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
	if c.Leaf.VerifyHostname("other.example") == nil {
		t.Error("it is good for anybody")
	}
}

// TestRenewal changes the files under a running listener, to good ones and to
// bad ones.
func TestRenewal(t *testing.T) {
	t.Parallel()
	dir, old, renewed := t.TempDir(), own(t), own(t)
	cert, key := write(t, dir, old)
	f, err := Open(cert, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	shows := func(want *tls.Certificate, when string) {
		t.Helper()
		f.looked = time.Time{} // the next look is due
		got, err := f.Get(nil)
		if err != nil || !bytes.Equal(got.Certificate[0], want.Certificate[0]) {
			t.Errorf("%s: not the certificate that should be shown: %v", when, err)
		}
	}
	touch := func(at time.Time) {
		t.Helper()
		if err := os.Chtimes(cert, at, at); err != nil {
			t.Fatal(err)
		}
	}
	shows(old, "at first")
	write(t, dir, renewed)
	touch(time.Now().Add(time.Minute))
	shows(renewed, "renewed")
	if err := os.WriteFile(cert, []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	touch(time.Now().Add(2 * time.Minute))
	shows(renewed, "broken")
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	shows(renewed, "gone")
	if _, err := Open(cert, key, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a start with no certificate")
	}
}
