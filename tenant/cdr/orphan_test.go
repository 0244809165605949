package cdr_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/tenanttest"
)

func closeOrphan(t *testing.T, w *tenanttest.World, shop tenant.ID, id uuid.UUID) (closed bool) {
	t.Helper()
	err := w.DB.Across(t.Context(), "close an orphan", func(tx tenant.AcrossTx) (err error) {
		closed, err = cdr.CloseOrphan(tx, shop, id, noon.Add(time.Hour))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return closed
}

func hear(t *testing.T, w *tenanttest.World, s tenanttest.Shop, call uuid.UUID, side string, at time.Time) {
	t.Helper()
	w.Admin(t, `insert into house.dialog (id, pool, epoch, node, shop_id, call_id, side, state, media_at, created_at)
		values (gen_random_uuid(), 'main', 1, 'test', $1, $2, $3, '{}', $4, $4)`, s.ID.UUID(), call, side, at)
}

func TestATalkWhoseSwitchDiedEndsWithItsLastMedia(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna := w.AddOperator(t, "anna", w.A)
	id := addLive(t, w, w.A, cdr.Talking, noon)
	w.Admin(t, "update shop.call set answered_at = started_at + interval '8 s', queue_ms = 8000, operator_id = $2 where id = $1", id, anna)
	w.Admin(t, `insert into house.operator_grant (id, operator_id, shop_id, reason, subject, granted_at, lapses_at)
		values (gen_random_uuid(), $1, $2, 'call', $3, now(), now() + interval '1 hour')`, anna, w.A.ID.UUID(), id)
	hear(t, w, w.A, id, "buyer", noon.Add(68*time.Second))
	hear(t, w, w.A, id, "operator", noon.Add(66*time.Second))
	bystander := addLive(t, w, w.B, cdr.Talking, noon)

	if !closeOrphan(t, w, w.A.ID, id) {
		t.Fatal("was not closed")
	}
	c := list(t, w, w.A.Scope, cdr.Filter{})[0]
	if c.State != cdr.Ended || c.Outcome != "answered" || c.EndedBy != "system" || c.TalkMS != 60000 || c.QueueMS != 8000 {
		t.Errorf("closed as %+v", c)
	}
	if end := noon.Add(68 * time.Second); !c.EndedAt.Equal(end) || !c.FinishedAt.Equal(end) {
		t.Errorf("ended at %s, finished at %s", c.EndedAt, c.FinishedAt)
	}
	for what, query := range map[string]string{
		"record":               "select count(*) from shop.call_leg where call_id = $1 and source = 'reaper' and version = 1 and talk_ms = 60000 and disposition = 'answered'",
		"job of rating":        "select count(*) from house.outbox where kind = 'call.finished' and payload->>'call_id' = $1::text",
		"ended grant":          "select count(*) from house.operator_grant where subject = $1 and lapses_at <= now()",
		"dialog, and one more": "select count(*) - 1 from house.dialog where call_id = $1",
		"record in audit":      "select count(*) from house.audit where action = 'call.close' and subject = $1::text",
	} {
		if n := tenanttest.One[int](t, w, query, id); n != 1 {
			t.Errorf("%d rows of: %s", n, what)
		}
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.lost_call"); n != 0 {
		t.Errorf("an answered call made %d lost calls", n)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.call where id = $1 and state = 'talking'", bystander); n != 1 {
		t.Error("the call of shop b was closed too")
	}
}

func TestACallerWhomNobodyAnsweredIsOwedACallback(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	id := addLive(t, w, w.A, cdr.Waiting, noon)
	w.Admin(t, "update shop.call set greeting_ms = 4000 where id = $1", id)
	hear(t, w, w.A, id, "buyer", noon.Add(18*time.Second))
	closeOrphan(t, w, w.A.ID, id)
	c := list(t, w, w.A.Scope, cdr.Filter{})[0]
	if c.Outcome != "failed" || c.QueueMS != 14000 || c.TalkMS != 0 || c.Reason != "Связь оборвалась по нашей вине." {
		t.Errorf("closed as %+v", c)
	}
	words := tenanttest.One[string](t, w, "select l.words from shop.lost_call l join shop.task t on t.id = l.task_id and t.state = 'open' where l.call_id = $1 and l.owner = 'pool:main'", id)
	if words != "Связь оборвалась через 18 с ожидания." {
		t.Errorf("words: %q", words)
	}
}

func TestABuyerWhoRangSinceIsOwedNoCallback(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	id := addLive(t, w, w.A, cdr.Waiting, noon)
	again := addLive(t, w, w.A, cdr.Waiting, noon.Add(10*time.Second))
	foreign := addLive(t, w, w.B, cdr.Waiting, noon.Add(20*time.Second))
	closeOrphan(t, w, w.A.ID, id)
	by := tenanttest.One[uuid.UUID](t, w, "select closed_call_id from shop.task where call_id = $1 and state = 'cancelled' and closed_reason = 'rang again'", id)
	if by != again {
		t.Errorf("cancelled by call %s, want %s (and never %s of shop b)", by, again, foreign)
	}
}

func TestOneOfManyClosesACall(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	id := addLive(t, w, w.A, cdr.Waiting, noon)
	var closed atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if closeOrphan(t, w, w.A.ID, id) {
				closed.Add(1)
			}
		})
	}
	all.Wait()
	if closed.Load() != 1 {
		t.Errorf("%d closed it", closed.Load())
	}
	for _, table := range []string{"shop.call_leg", "house.outbox where kind = 'call.finished'", "shop.lost_call", "shop.task", "house.audit where action = 'call.close'"} {
		if n := tenanttest.One[int](t, w, "select count(*) from "+table); n != 1 {
			t.Errorf("%d rows of %s", n, table)
		}
	}
	if closeOrphan(t, w, w.B.ID, id) || closeOrphan(t, w, w.A.ID, uuid.New()) {
		t.Error("closed a call that is not there")
	}
}

func TestACallInWrapUpKeepsItsEnd(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	id := w.AddCall(t, w.A, w.AddOperator(t, "anna", w.A), noon)
	w.Admin(t, "update shop.call set state = 'wrap-up', finished_at = null, wrap_up_ms = 2000 where id = $1", id)
	if !closeOrphan(t, w, w.A.ID, id) {
		t.Fatal("was not closed")
	}
	c := list(t, w, w.A.Scope, cdr.Filter{})[0]
	if c.EndedBy != "caller" || c.TalkMS != 100000 || !c.EndedAt.Equal(noon.Add(105*time.Second)) || !c.FinishedAt.Equal(noon.Add(107*time.Second)) {
		t.Errorf("closed as %+v", c)
	}
}
