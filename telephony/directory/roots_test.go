package directory_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"testing"
	"time"

	"switchboard/telephony/directory"
	"switchboard/telephony/sipua/certificate"
	"switchboard/tenant"
	"switchboard/tenant/tenanttest"
	"switchboard/tenant/trunk"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// TestRootsOfATrunk: whom a trunk's settings trust is trusted at the trunk's
// host, and nowhere else.
func TestRootsOfATrunk(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	own, err := certificate.Own("carrier.example")
	if err != nil {
		t.Fatal(err)
	}
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]}))
	settings := trunk.Settings{Name: "private", From: []string{"192.0.2.0/28"}, Outbound: "sip:carrier.example:5061", Transport: "tls", CA: ca, Reliable: true, Ping: true}
	var shown []trunk.Trunk
	err = w.DB.Across(context.Background(), "test", func(tx tenant.AcrossTx) error {
		if _, err := trunk.Create(tx, settings, trunk.Change{By: "test", At: time.Now()}); err != nil {
			return err
		}
		shown, err = trunk.All(tx, time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(shown) != 1 || shown[0].CA != ca {
		t.Errorf("shown %+v", shown)
	}
	settings.CA, settings.Name = "no certificate", "other"
	if settings.Filled().Check(true) == nil {
		t.Error("any text is taken for a certificate")
	}
	d, err := directory.Load(context.Background(), w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	roots := d.Roots("Carrier.example")
	if roots == nil {
		t.Fatal("the trunk's certificate is not trusted")
	}
	if _, err := own.Leaf.Verify(x509.VerifyOptions{DNSName: "carrier.example", Roots: roots}); err != nil {
		t.Error(err)
	}
	if d.Roots("other.example") != nil {
		t.Error("it is trusted elsewhere")
	}
}
