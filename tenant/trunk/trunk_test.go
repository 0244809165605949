package trunk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/trunk/form"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/seal"
	"switchboard/tenant/tenanttest"
	"switchboard/tenant/trunk"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func good() trunk.Settings {
	return trunk.Settings{Name: "carrier", From: []string{"192.0.2.0/28"}, Outbound: "sip:carrier.example", Reliable: true, Ping: true}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	if err := good().Filled().Check(true); err != nil {
		t.Error(err)
	}
	for field, change := range map[string]func(*trunk.Settings){
		"name":            func(s *trunk.Settings) { s.Name = " " },
		"from":            func(s *trunk.Settings) { s.From = nil },
		"from[0]":         func(s *trunk.Settings) { s.From = []string{"192.0.2.1"} },
		"from[1]":         func(s *trunk.Settings) { s.From = []string{"192.0.2.1/32", "192.0.2.1/24"} },
		"outbound":        func(s *trunk.Settings) { s.Outbound = "sip:user@host" },
		"transport":       func(s *trunk.Settings) { s.Transport = "sctp" },
		"srtp":            func(s *trunk.Settings) { s.SRTP = "maybe" },
		"codecs[0]":       func(s *trunk.Settings) { s.Codecs = []string{"g729"} },
		"codecs[1]":       func(s *trunk.Settings) { s.Codecs = []string{"pcma", "pcma"} },
		"auth":            func(s *trunk.Settings) { s.Auth, s.User, s.Password = "magic", "acme", "x" },
		"user":            func(s *trunk.Settings) { s.Auth, s.Password = "digest", "x" },
		"password":        func(s *trunk.Settings) { s.Auth, s.User = "register", "acme" },
		"domain":          func(s *trunk.Settings) { s.Domain = "a b" },
		"expires_s":       func(s *trunk.Settings) { s.ExpiresS = 5 },
		"challenge":       func(s *trunk.Settings) { s.Challenge = true },
		"priority":        func(s *trunk.Settings) { s.Priority = 5000 },
		"max_calls":       func(s *trunk.Settings) { s.MaxCalls = -1 },
		"rates[0].prefix": func(s *trunk.Settings) { s.Rates = []trunk.Rate{{Prefix: "7495"}} },
		"rates[1].prefix": func(s *trunk.Settings) { s.Rates = []trunk.Rate{{Prefix: "+7"}, {Prefix: "+7"}} },
		"rates[0].cost":   func(s *trunk.Settings) { s.Rates = []trunk.Rate{{Prefix: "+7", Cost: -1}} },
		"number_in":       func(s *trunk.Settings) { s.NumberIn = form.Form{Style: form.National} },
		"number_out":      func(s *trunk.Settings) { s.NumberOut = form.Form{Style: form.Any} },
		"caller_in":       func(s *trunk.Settings) { s.CallerIn = "guess" },
		"caller_out":      func(s *trunk.Settings) { s.CallerOut = "guess" },
	} {
		s := good()
		change(&s)
		var p fault.Problems
		if err := s.Filled().Check(true); !errors.As(err, &p) || len(p) != 1 || p[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestLife: a trunk from its making to its end, each step in the audit log once,
// and the password in no row.
func TestLife(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	box, err := seal.New("thirty-two bytes of a secret, at least")
	if err != nil {
		t.Fatal(err)
	}
	by := trunk.Change{By: "staff:test", At: time.Now(), Box: box}
	do := func(fn func(tx tenant.AcrossTx) error) error {
		t.Helper()
		return w.DB.Across(t.Context(), "test", fn)
	}
	only := func() trunk.Trunk {
		t.Helper()
		var all []trunk.Trunk
		if err := do(func(tx tenant.AcrossTx) (err error) { all, err = trunk.All(tx, time.Now()); return err }); err != nil || len(all) != 1 {
			t.Fatalf("%d trunks, %v", len(all), err)
		}
		return all[0]
	}
	var id uuid.UUID
	s := good()
	shop := w.A.ID.UUID()
	s.Auth, s.User, s.Password, s.ShopID, s.Rates = "digest", "acme", "open sesame", &shop, []trunk.Rate{{Prefix: "+7", Cost: 3}}
	if err := do(func(tx tenant.AcrossTx) (err error) { id, err = trunk.Create(tx, s, by); return err }); err != nil {
		t.Fatal(err)
	}
	if got := only(); got.ID != id || !got.HasPassword || got.Password != "" || got.State != "open" || *got.ShopID != shop || got.Rates[0].Cost != 3 {
		t.Errorf("made as %+v", got)
	}
	sealed := tenanttest.One[[]byte](t, w, "select auth_secret from house.trunk")
	if text, err := box.Open(sealed, id.String()); err != nil || text != "open sesame" || strings.Contains(string(sealed), "sesame") {
		t.Errorf("kept as %q, %v", sealed, err)
	}

	other := good()
	other.Name = "other"
	var p fault.Problems
	err = do(func(tx tenant.AcrossTx) (err error) { _, err = trunk.Create(tx, other, by); return err })
	if !errors.As(err, &p) || p[0].Field != "from[0]" || !strings.Contains(p[0].Problem, "carrier (192.0.2.0/28)") {
		t.Errorf("two trunks of one network: %v", err)
	}
	other.Name, other.From = "carrier", []string{"198.51.100.1/32"}
	var bad fault.Invalid
	if err = do(func(tx tenant.AcrossTx) (err error) { _, err = trunk.Create(tx, other, by); return err }); !errors.As(err, &bad) || bad.Field != "name" {
		t.Errorf("two trunks of one name: %v", err)
	}

	s.Password, s.MaxCalls = "", 30
	steps := []struct {
		what  string
		do    func(tx tenant.AcrossTx) error
		state string
	}{
		{"change", func(tx tenant.AcrossTx) error { return trunk.Save(tx, id, s, by) }, "open"},
		{"drain", func(tx tenant.AcrossTx) error { return trunk.Drain(tx, id, by) }, "draining"},
		{"resume", func(tx tenant.AcrossTx) error { return trunk.Resume(tx, id, by) }, "open"},
	}
	for _, step := range steps {
		if err := do(step.do); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		if got := only(); got.State != step.state || got.MaxCalls != 30 || !got.HasPassword {
			t.Errorf("%s: %+v", step.what, got)
		}
	}
	if err := do(func(tx tenant.AcrossTx) error { return trunk.Delete(tx, id, by) }); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []func(tx tenant.AcrossTx) error{
		func(tx tenant.AcrossTx) error { return trunk.Delete(tx, id, by) },
		func(tx tenant.AcrossTx) error { return trunk.Save(tx, id, s, by) },
	} {
		if err := do(gone); !errors.Is(err, fault.NotFound) {
			t.Errorf("what is gone: %v", err)
		}
	}
	const log = "select string_agg(action, ' ' order by at, id) from house.audit where subject = 'trunk:' || $1"
	if got := tenanttest.One[string](t, w, log, id.String()); got != "trunk.create trunk.change trunk.drain trunk.resume trunk.delete" {
		t.Errorf("the audit log has %s", got)
	}
}
