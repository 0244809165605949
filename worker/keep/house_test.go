package keep_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/depot"
	"switchboard/tenant/depot/depottest"
	"switchboard/tenant/keyring"
	"switchboard/tenant/recording"
	"switchboard/tenant/sealed"
	"switchboard/tenant/tenanttest"
	"switchboard/worker/keep"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// house is two shops with keys, a spool and a store that speaks S3.
type house struct {
	*tenanttest.World
	ring *keyring.Ring
	lib  recording.Library
	s3   *depottest.S3
	now  time.Time
}

const master = "first:0101010101010101010101010101010101010101010101010101010101010101"

func open(t *testing.T) *house {
	t.Helper()
	h := &house{World: tenanttest.Open(t), s3: depottest.Open(t), now: time.Now()}
	m, err := keyring.ParseMasters(master)
	if err != nil {
		t.Fatal(err)
	}
	h.ring = keyring.NewRing(h.DB, m)
	spool, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { spool.Close() })
	store, err := depot.Config{URL: h.s3.URL, AccessKey: "key", SecretKey: "secret"}.Open("")
	if err != nil {
		t.Fatal(err)
	}
	h.lib = recording.Library{Spool: spool, Store: store, Masters: m}
	h.refresh(t)
	return h
}

func (h *house) refresh(t *testing.T) {
	t.Helper()
	if err := h.ring.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// record makes a finished recording of a call of the shop, so many days old.
func (h *house) record(t *testing.T, s tenanttest.Shop, days int) (call uuid.UUID, path string) {
	t.Helper()
	call, id := h.AddCall(t, s, uuid.New(), h.now), uuid.New()
	secret, wrapped, err := h.ring.Seal(s.ID.UUID(), id)
	if err != nil {
		t.Fatal(err)
	}
	path = s.ID.String() + "/" + call.String() + ".tape"
	local := filepath.Join(h.lib.Spool.Name(), path)
	if err := os.MkdirAll(filepath.Dir(local), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(local)
	if err != nil {
		t.Fatal(err)
	}
	w, err := sealed.NewWriter(f, secret)
	if err == nil {
		_, err = w.Write(said(call))
	}
	if err := errors.Join(err, w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(local)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	h.Admin(t, `insert into shop.recording (shop_id, id, call_id, state, path, started_at, offset_ms, duration_ms, bytes, sha256, key_version, data_key, stored_bytes, stored_sha256)
		values ($1, $2, $3, 'ready', $4, $5, 0, 1000, 16058, '\x01', $6, $7, $8, $9)`,
		s.ID.UUID(), id, call, path, h.now.AddDate(0, 0, -days), wrapped.Version, wrapped.DataKey, len(b), sum[:])
	return call, path
}

// said is what is heard in a call.
func said(call uuid.UUID) []byte { return bytes.Repeat(call[:], 1000) }

func (h *house) keeper(lib recording.Library) *keep.Keeper {
	return keep.New(h.DB, lib, slog.New(slog.DiscardHandler), func() time.Time { return h.now })
}

func (h *house) look(t *testing.T) {
	t.Helper()
	if err := h.keeper(h.lib).Look(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (h *house) within(t *testing.T, s tenanttest.Shop, fn func(tenant.Tx) error) error {
	t.Helper()
	return h.DB.Within(t.Context(), s.Scope, fn)
}

// heard is what can be heard of a call.
func (h *house) heard(t *testing.T, s tenanttest.Shop, call uuid.UUID) ([]byte, error) {
	t.Helper()
	var r recording.Reader
	err := h.within(t, s, func(tx tenant.Tx) error {
		rec, err := cdr.RecordingOf(tx, call)
		if err == nil {
			r, err = h.lib.Reader(tx, rec)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	sound, err := h.lib.Open(context.Background(), r)
	if err != nil {
		return nil, err
	}
	defer sound.Close()
	return io.ReadAll(sound.Samples)
}

func (h *house) listen(t *testing.T, s tenanttest.Shop, call uuid.UUID) {
	t.Helper()
	if got, err := h.heard(t, s, call); err != nil || !bytes.Equal(got, said(call)) {
		t.Errorf("%d bytes of call %s are heard, %v", len(got), call, err)
	}
}

func (h *house) spooled(path string) bool {
	_, err := h.lib.Spool.Stat(path)
	return err == nil
}

func (h *house) place(t *testing.T, call uuid.UUID) string {
	t.Helper()
	return tenanttest.One[string](t, h.World, "select place from shop.recording where call_id = $1", call)
}

func (h *house) alarms(t *testing.T) int {
	t.Helper()
	return tenanttest.One[int](t, h.World, "select count(*) from house.alarm where cleared_at is null")
}
