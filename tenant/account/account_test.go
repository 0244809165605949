package account_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/account"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// made makes an account with the password "correct horse".
func made(t *testing.T, w *tenanttest.World, h *account.Hasher, email string) account.Account {
	t.Helper()
	hash, err := h.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	var a account.Account
	err = w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
		a, err = account.Create(tx, account.New{Email: email, Name: "Anna", Password: hash, By: "test"}, time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestOnlyTheRightPasswordOpens(t *testing.T) {
	t.Parallel()
	w, h := tenanttest.Open(t), account.NewHasher(2)
	a := made(t, w, h, "Anna@Floor.test")
	if a.Email != "anna@floor.test" {
		t.Errorf("address stored as %q", a.Email)
	}
	for _, tc := range []struct {
		c    account.Credentials
		want error
	}{
		{account.Credentials{"anna@floor.test", "correct horse"}, nil},
		{account.Credentials{" ANNA@floor.test", "correct horse"}, nil},
		{account.Credentials{"anna@floor.test", "correct horsf"}, fault.Unauthorized},
		{account.Credentials{"anna@floor.test", ""}, fault.Unauthorized},
		{account.Credentials{"anna@floor.test", strings.Repeat("x", 300)}, fault.Unauthorized},
		{account.Credentials{"nobody@floor.test", "correct horse"}, fault.Unauthorized},
		{account.Credentials{"no address", "correct horse"}, fault.Unauthorized},
		{account.Credentials{"shop-a-owner@test.example", "!"}, fault.Unauthorized}, // a hash in no form
	} {
		got, err := h.Authenticate(t.Context(), w.DB, tc.c)
		if !errors.Is(err, tc.want) || (tc.want == nil && got.ID != a.ID) {
			t.Errorf("%q with %q: %v, want %v", tc.c.Email, tc.c.Password, err, tc.want)
		}
	}
}

func TestWhoIsDisabledIsOut(t *testing.T) {
	t.Parallel()
	w, h := tenanttest.Open(t), account.NewHasher(2)
	a := made(t, w, h, "anna@floor.test")
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error { return account.Disable(tx, a.ID, "test") })
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Authenticate(t.Context(), w.DB, account.Credentials{Email: a.Email, Password: "correct horse"})
	if !errors.Is(err, fault.Unauthorized) {
		t.Errorf("a disabled account signs in: %v", err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.audit where action = 'account.disable'"); n != 1 {
		t.Errorf("%d audit records, want 1", n)
	}
}

func TestAPasswordChangeSignsOut(t *testing.T) {
	t.Parallel()
	w, h := tenanttest.Open(t), account.NewHasher(2)
	a := made(t, w, h, "anna@floor.test")
	w.Admin(t, `insert into house.session (id, account_id, client, secret_hash, created_at, last_seen_at, expires_at)
		values (gen_random_uuid(), $1, 'api', '\x01', now(), now(), now() + interval '1 day')`, a.ID)
	hash, err := h.Hash(t.Context(), "battery staple")
	if err != nil {
		t.Fatal(err)
	}
	err = w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error { return account.SetPassword(tx, a.ID, hash) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Authenticate(t.Context(), w.DB, account.Credentials{Email: a.Email, Password: "battery staple"}); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.session where revoked_at is null"); n != 0 {
		t.Errorf("%d sessions survive a change of password", n)
	}
}

func TestAnAddressHasOneAccount(t *testing.T) {
	t.Parallel()
	w, h := tenanttest.Open(t), account.NewHasher(1)
	made(t, w, h, "anna@floor.test")
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
		_, err := account.Create(tx, account.New{Email: "ANNA@floor.test", Name: "Other", By: "test"}, time.Now())
		return err
	})
	if !errors.Is(err, fault.Conflict) {
		t.Errorf("a second account of one address: %v, want conflict", err)
	}
}

func TestBadInputIsNamed(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	for field, n := range map[string]account.New{
		"email":  {Email: "no address", Name: "A"},
		"name":   {Email: "a@b.test", Name: " "},
		"locale": {Email: "a@b.test", Name: "A", Locale: "xx"},
	} {
		err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
			_, err := account.Create(tx, n, time.Now())
			return err
		})
		var invalid fault.Invalid
		if !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%+v: %v, want an error of %s", n, err, field)
		}
	}
}

// Beyond the bound a sign-in is refused at once; a person who goes away leaves
// the queue.
func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	h := account.NewHasher(1)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	const tries = 400
	answers := make(chan error, tries)
	for range tries {
		go func() {
			_, err := h.Hash(gone, "x")
			answers <- err
		}()
	}
	for range tries {
		if err := <-answers; err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, fault.Unavailable) {
			t.Errorf("hash: %v", err)
		}
	}
	if _, err := h.Hash(t.Context(), "x"); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}
