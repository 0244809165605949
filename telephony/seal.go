package telephony

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/telephony/sipua/certificate"
)

// Seal is SIP over connections: TCP in the clear, and TLS.
type Seal struct {
	TCPAddr     string `env:"SIP_TCP_ADDR"`
	TLSAddr     string `env:"SIP_TLS_ADDR"`
	Certificate string `env:"SIP_TLS_CERT"`
	Key         string `env:"SIP_TLS_KEY"`
	CA          string `env:"SIP_TLS_CA"`
	PhoneSRTP   string `env:"SIP_PHONES_SRTP" envDefault:"optional"`
}

// phones is how audio of operators' telephones is encrypted.
func (s Seal) phones() (sdp.Policy, error) {
	switch s.PhoneSRTP {
	case "", "off", "optional", "required":
		return sdp.ParsePolicy(s.PhoneSRTP), nil
	}
	return sdp.Off, fmt.Errorf("SIP_PHONES_SRTP is %q: off, optional or required", s.PhoneSRTP)
}

var errHalfCertificate = errors.New("SIP_TLS_CERT and SIP_TLS_KEY belong together: set both or none")

// put has SIP served over what is set. Without a certificate of somebody else's
// we make our own: traffic is then kept from those who only listen. own returns who else may have signed the certificate of a host.
func (s Seal) put(to *sipua.Config, own func(host string) *x509.CertPool, log *slog.Logger) error {
	to.TCPAddr, to.TLSAddr = s.TCPAddr, s.TLSAddr
	if s.TLSAddr == "" {
		return nil
	}
	if (s.Certificate == "") != (s.Key == "") {
		return errHalfCertificate
	}
	if s.Certificate == "" {
		own, err := certificate.Own(sipua.HostOf(*to))
		if err != nil {
			return err
		}
		log.Warn("SIP over TLS shows a certificate that nobody has signed: set SIP_TLS_CERT")
		to.Certificate = certificate.Always(own)
	} else {
		files, err := certificate.Open(s.Certificate, s.Key, log)
		if err != nil {
			return err
		}
		to.Certificate = files.Get
	}
	roots, err := s.roots()
	to.Roots = func(host string) *x509.CertPool { return cmp.Or(own(host), roots) }
	return err
}

// roots are those of the system and those in the file of SIP_TLS_CA.
func (s Seal) roots() (*x509.CertPool, error) {
	if s.CA == "" {
		return nil, nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	text, err := os.ReadFile(s.CA)
	if err != nil {
		return nil, fmt.Errorf("read whom to trust, set by SIP_TLS_CA: %w", err)
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("read whom to trust: no certificate in %s, set by SIP_TLS_CA", s.CA)
	}
	return roots, nil
}
