package guard

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"
)

// Trust is whom the far end of a TLS connection that we open has to prove to
// be (RFC 5922).
type Trust struct {
	Name  string         // a host name or IP address in its certificate
	Roots *x509.CertPool // who may have signed it; nil: whom the system trusts
}

// sealed returns the server's side of TLS on a connection, if the listener has
// one. The handshake is yet to come.
func (s *Streams) sealed(conn net.Conn) net.Conn {
	if s.rules.Seal == nil {
		return conn
	}
	return tls.Server(conn, s.rules.Seal)
}

// unseal takes the handshake of a peer, within the time of its first message,
// and reports false if it comes to nothing.
func (st *stream) unseal() bool {
	c, is := st.Conn.(*tls.Conn)
	if !is {
		return true
	}
	ctx, cancel := context.WithDeadline(context.Background(), st.last.Add(st.patience))
	defer cancel()
	return c.HandshakeContext(ctx) == nil
}

// seal makes our side of TLS on a connection that we opened, and closes it if
// the peer is not who it should be.
func (s *Streams) seal(ctx context.Context, conn net.Conn, trust Trust) (net.Conn, error) {
	c := tls.Client(conn, &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: trust.Name, RootCAs: trust.Roots,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return s.rules.Seal.GetCertificate(&tls.ClientHelloInfo{}) // for carriers that ask
		},
	})
	if err := c.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("make TLS with %s: %w", trust.Name, err)
	}
	return c, nil
}

// usable returns when the stack reads from a connection that is there.
func (st *stream) usable(ctx context.Context, trust Trust) error {
	if err := st.check(trust); err != nil {
		return err
	}
	return st.wait(ctx)
}

// check reports why a connection that is there is none with whom we trust: two
// carriers may be behind one address.
func (st *stream) check(trust Trust) error {
	c, is := st.Conn.(*tls.Conn)
	if !is || st.inbound {
		return nil
	}
	chain := c.ConnectionState().PeerCertificates
	if len(chain) == 0 {
		return errors.New("connection without a certificate")
	}
	between := x509.NewCertPool()
	for _, cert := range chain[1:] {
		between.AddCert(cert)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{DNSName: trust.Name, Roots: trust.Roots, Intermediates: between, CurrentTime: time.Now()})
	if err != nil {
		return fmt.Errorf("use the connection with %s: %w", st.peer, err)
	}
	return nil
}
