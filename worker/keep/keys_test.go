package keep_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/keyring"
	"switchboard/tenant/tenanttest"
)

// TestKeysRotate: recordings come under the new key with their files untouched;
// the old one retires, and is destroyed a day later.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	h := open(t)
	call, path := h.record(t, h.A, 0)
	h.look(t)
	puts := h.s3.Puts.Load()
	rotate := func(tx tenant.Tx) error {
		_, err := keyring.Rotate(tx, h.lib.Masters, h.now)
		return err
	}
	if err := h.within(t, h.A, rotate); err != nil {
		t.Fatal(err)
	}
	during, _ := h.record(t, h.A, 0) // telephony has not heard of it
	h.refresh(t)
	after, _ := h.record(t, h.A, 0)
	want := func(versions string) {
		t.Helper()
		got := tenanttest.One[string](t, h.World, `select string_agg(concat_ws(':', version, wrapped is not null, retired_at is not null,
			(select count(*) from shop.recording r where r.shop_id = k.shop_id and r.key_version = k.version)), ' ' order by version)
			from shop.recording_key k where shop_id = $1`, h.A.ID.UUID())
		if got != versions {
			t.Errorf("keys are %s, want %s", got, versions)
		}
	}
	want("1:t:f:2 2:t:f:1")
	h.look(t)
	h.look(t)
	want("1:t:f:0 2:t:f:3")
	h.now = h.now.Add(time.Hour)
	h.look(t)
	want("1:t:t:0 2:t:f:3")
	h.now = h.now.Add(25 * time.Hour)
	h.look(t)
	want("1:f:t:0 2:t:f:3")
	for _, c := range []uuid.UUID{call, during, after} {
		h.listen(t, h.A, c)
	}
	if n := h.s3.Puts.Load(); n != puts+2 || !h.s3.Has(path) {
		t.Errorf("files were brought %d times more, for two that were new", n-puts)
	}
	if n := tenanttest.One[int](t, h.World, "select count(*) from shop.recording_key where shop_id = $1", h.B.ID.UUID()); n != 1 {
		t.Errorf("the other shop has %d keys", n)
	}
}

// TestTheMasterKeyRotates: with both at hand nothing is lost, then the old one is
// not needed.
func TestTheMasterKeyRotates(t *testing.T) {
	t.Parallel()
	h := open(t)
	call, _ := h.record(t, h.A, 0)
	second := "second:" + strings.Repeat("02", 32)
	var err error
	if h.lib.Masters, err = keyring.ParseMasters(second + "," + master); err != nil {
		t.Fatal(err)
	}
	h.look(t)
	if h.lib.Masters, err = keyring.ParseMasters(second); err != nil {
		t.Fatal(err)
	}
	h.listen(t, h.A, call)
	if h.lib.Masters, err = keyring.ParseMasters(master); err != nil {
		t.Fatal(err)
	}
	if _, err := h.heard(t, h.A, call); err == nil || strings.Contains(err.Error(), hex.EncodeToString(make([]byte, 8))) {
		t.Errorf("by the old master key: %v", err)
	}
}

// TestDestroyedKeysDestroyTheRecordings: of this shop, whoever has copies of
// files and rows, unless the law holds one.
func TestDestroyedKeysDestroyTheRecordings(t *testing.T) {
	t.Parallel()
	h := open(t)
	call, _ := h.record(t, h.A, 0)
	foreign, _ := h.record(t, h.B, 0)
	copied := tenanttest.One[[]byte](t, h.World, "select data_key from shop.recording where call_id = $1", call)
	erase := func(tx tenant.Tx) error { return keyring.Erase(tx, h.now) }
	h.Admin(t, "update shop.recording set held = true where call_id = $1", call)
	if err := h.within(t, h.A, erase); !errors.Is(err, fault.Conflict) {
		t.Errorf("with one that the law holds: %v", err)
	}
	h.Admin(t, "update shop.recording set held = false")
	if err := h.within(t, h.A, erase); err != nil {
		t.Fatal(err)
	}
	h.Admin(t, "update shop.recording set data_key = $2, state = 'ready', deleted_at = null where call_id = $1", call, copied)
	if _, err := h.heard(t, h.A, call); !errors.Is(err, keyring.ErrErased) {
		t.Errorf("with a copy of the row: %v", err)
	}
	h.listen(t, h.B, foreign)
	h.refresh(t)
	again, _ := h.record(t, h.A, 0) // a new key is made
	h.listen(t, h.A, again)
}

// TestAKeyOpensNoOtherRecording: rows that are mixed up open nothing.
func TestAKeyOpensNoOtherRecording(t *testing.T) {
	t.Parallel()
	h := open(t)
	one, _ := h.record(t, h.A, 0)
	other, _ := h.record(t, h.A, 0)
	h.Admin(t, "update shop.recording set data_key = (select data_key from shop.recording where call_id = $2) where call_id = $1", one, other)
	if _, err := h.heard(t, h.A, one); err == nil {
		t.Error("another's key opens a recording")
	}
	h.listen(t, h.A, other)
}
