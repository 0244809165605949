// Package certificate is what TLS shows of us: a certificate from files, which
// is read anew when they change, or one that we made ourselves.
package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"sync"
	"time"
)

// Files is a certificate with its key in two PEM files.
type Files struct {
	certificate, key string
	log              *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	read    [2]time.Time // when the files were last changed, as of current
	looked  time.Time
}

// lookEvery is how often the files are looked at, at most: a renewal is in force
// that soon, and a flood of handshakes costs no more than that.
const lookEvery = 5 * time.Second

// Open reads the files.
func Open(certificate, key string, log *slog.Logger) (*Files, error) {
	f := &Files{certificate: certificate, key: key, log: log}
	if err := f.load(); err != nil {
		return nil, fmt.Errorf("read the certificate for TLS: %w", err)
	}
	return f, nil
}

// Get returns the certificate, for tls.Config. While changed files can't be read
// the one of before stays in force.
func (f *Files) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now(); now.Sub(f.looked) >= lookEvery {
		f.looked = now
		if f.changed() {
			if err := f.load(); err != nil {
				f.log.Error("new certificate for TLS is not taken", "err", err)
			}
		}
	}
	return f.current, nil
}

func (f *Files) changed() bool {
	at, err := f.stamps()
	return err == nil && at != f.read
}

func (f *Files) stamps() (at [2]time.Time, err error) {
	for i, name := range []string{f.certificate, f.key} {
		info, err := os.Stat(name)
		if err != nil {
			return at, err
		}
		at[i] = info.ModTime()
	}
	return at, nil
}

func (f *Files) load() error {
	at, err := f.stamps()
	if err != nil {
		return err
	}
	c, err := tls.LoadX509KeyPair(f.certificate, f.key)
	if err != nil {
		return err
	}
	f.current, f.read = &c, at
	return nil
}

// Own makes a certificate for hosts, signed by itself, which nobody trusts who
// was not given it: for tests, the demo and a closed network.
func Own(hosts ...string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key for TLS: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("make a certificate for TLS: %w", err)
	}
	const valid = 2 * 365 * 24 * time.Hour
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "switchboard"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(valid),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true, IsCA: true,
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate for TLS: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("make a certificate for TLS: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

// Always returns c as a source for tls.Config.
func Always(c *tls.Certificate) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c, nil }
}
