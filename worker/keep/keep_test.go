package keep_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/depot"
	"switchboard/tenant/fault"
	"switchboard/tenant/recording"
	"switchboard/tenant/tenanttest"
)

// TestAStoreThatIsAwayForHours loses nothing: what is spooled stays, can be heard,
// and an alarm lasts until the store is back.
func TestAStoreThatIsAwayForHours(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.s3.Away(true)
	call, path := h.record(t, h.A, 0)
	other, _ := h.record(t, h.B, 0)
	tried := 0
	for range 4 * 36 { // four hours, a look every 100 s
		h.look(t)
		h.now = h.now.Add(100 * time.Second)
		tried = max(tried, tenanttest.One[int](t, h.World, "select max(tries) from shop.recording"))
	}
	if tried < 20 || tried > 60 {
		t.Errorf("tried %d times in four hours", tried)
	}
	if !h.spooled(path) || h.alarms(t) != 1 {
		t.Errorf("spooled %v, %d alarms", h.spooled(path), h.alarms(t))
	}
	h.listen(t, h.A, call)
	h.s3.Away(false)
	h.now = h.now.Add(20 * time.Minute)
	h.look(t)
	if h.place(t, call) != "s3" || h.spooled(path) || !h.s3.Has(path) || h.alarms(t) != 0 {
		t.Errorf("then it is in %s, spooled %v, %d alarms", h.place(t, call), h.spooled(path), h.alarms(t))
	}
	h.listen(t, h.A, call)
	h.listen(t, h.B, other)
	if n := tenanttest.One[int](t, h.World, "select count(*) from house.audit where action like 'alarm.%'"); n != 2 {
		t.Errorf("%d lines of audit about one alarm", n)
	}
}

// TestWhatIsNotVerifiedStaysInTheSpool.
func TestWhatIsNotVerifiedStaysInTheSpool(t *testing.T) {
	t.Parallel()
	h := open(t)
	call, path := h.record(t, h.A, 0)
	h.Admin(t, `update shop.recording set stored_sha256 = '\x00'`)
	h.look(t)
	if h.place(t, call) != "spool" || !h.spooled(path) {
		t.Errorf("it is in %s", h.place(t, call))
	}
	if why := tenanttest.One[string](t, h.World, "select try_error from shop.recording"); !strings.Contains(why, depot.ErrDiffers.Error()) {
		t.Errorf("its row says %q", why)
	}
}

// TestManyKeepersDoNotDouble.
func TestManyKeepersDoNotDouble(t *testing.T) {
	t.Parallel()
	h := open(t)
	var calls []uuid.UUID
	for range 12 {
		call, _ := h.record(t, h.A, 0)
		calls = append(calls, call)
	}
	var all sync.WaitGroup
	for range 4 {
		k := h.keeper(h.lib)
		all.Go(func() {
			for range 3 {
				if err := k.Look(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := h.s3.Puts.Load(); n != 12 {
		t.Errorf("12 recordings were brought %d times", n)
	}
	for _, c := range calls {
		h.listen(t, h.A, c)
	}
}

// TestRetentionLeavesProof: what is too old goes with all its files, but not
// what the law holds, what is young, or what is another shop's.
func TestRetentionLeavesProof(t *testing.T) {
	t.Parallel()
	h := open(t)
	old, oldPath := h.record(t, h.A, 31)
	held, _ := h.record(t, h.A, 31)
	young, _ := h.record(t, h.A, 29)
	foreign, _ := h.record(t, h.B, 31)
	h.look(t) // to the store
	if err := h.lib.Spool.WriteFile(recording.Peaks(oldPath), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.within(t, h.A, func(tx tenant.Tx) error { return recording.Hold(tx, held, "case 7") }); err != nil {
		t.Fatal(err)
	}
	h.Admin(t, "update house.shop set retention_days = 30 where id = $1", h.A.ID.UUID())
	h.look(t)
	for _, c := range []uuid.UUID{held, young} {
		h.listen(t, h.A, c)
	}
	h.listen(t, h.B, foreign)
	if _, err := h.heard(t, h.A, old); !errors.Is(err, fault.NotFound) {
		t.Errorf("the old one: %v", err)
	}
	if h.place(t, old) != "none" || h.s3.Has(oldPath) || h.spooled(recording.Peaks(oldPath)) {
		t.Errorf("of the old one is left: %s, in the store %v, peaks %v", h.place(t, old), h.s3.Has(oldPath), h.spooled(recording.Peaks(oldPath)))
	}
	proof := tenanttest.One[string](t, h.World, "select concat_ws(' ', actor, subject, detail->>'rule', detail->>'sha256', detail->>'bytes') from house.audit where action = 'recording.delete'")
	if proof != "job:keep call:"+old.String()+" retention 01 16058" {
		t.Errorf("the proof is %q", proof)
	}
	row := tenanttest.One[string](t, h.World, `select concat_ws(' ', state, deleted_rule, deleted_by, encode(sha256, 'hex'), deleted_at is not null, data_key is null)
		from shop.recording where call_id = $1`, old)
	if row != "erased retention job:keep 01 t t" {
		t.Errorf("the row is %q", row)
	}
}

// TestAFileComesToTheStoreAfterItsDeletion: it does not stay there.
func TestAFileComesToTheStoreAfterItsDeletion(t *testing.T) {
	t.Parallel()
	h := open(t)
	call, path := h.record(t, h.A, 0)
	lib := h.lib
	lib.Store = late{lib.Store, func() {
		err := h.within(t, h.A, func(tx tenant.Tx) error {
			return recording.Delete(tx, call, recording.Deletion{Rule: recording.ByRequest, At: h.now})
		})
		if err != nil {
			t.Error(err)
		}
		h.Admin(t, "update shop.recording set place = 'none'") // and another worker was quick
	}}
	if err := h.keeper(lib).Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h.s3.Has(path) {
		t.Error("a deleted recording is in the store")
	}
}

// late is a store that something happens to before it is done.
type late struct {
	depot.Store
	then func()
}

func (l late) Put(ctx context.Context, spool *os.Root, name, sum string) error {
	defer l.then()
	return l.Store.Put(ctx, spool, name, sum)
}

// TestABuyerIsForgotten: all their recordings in this shop go, and nobody else's.
func TestABuyerIsForgotten(t *testing.T) {
	t.Parallel()
	h := open(t)
	theirs, _ := h.record(t, h.A, 3)
	another, _ := h.record(t, h.A, 3)
	foreign, _ := h.record(t, h.B, 3)
	h.Admin(t, "update shop.call_party set phone = '+79210000001' where call_id = any ($1)", []uuid.UUID{theirs, foreign})
	h.Admin(t, "update shop.call_party set phone = '+79210000002' where call_id = $1", another)
	err := h.within(t, h.A, func(tx tenant.Tx) error {
		n, err := recording.ForgetBuyer(tx, "+79210000001", recording.Deletion{Reason: "asked", At: h.now})
		if n != 1 {
			t.Errorf("%d recordings were forgotten", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.heard(t, h.A, theirs); !errors.Is(err, fault.NotFound) {
		t.Errorf("the buyer is heard: %v", err)
	}
	h.listen(t, h.A, another)
	h.listen(t, h.B, foreign)
}
