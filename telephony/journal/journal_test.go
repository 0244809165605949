package journal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"switchboard/telephony/journal"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/task"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func take(t *testing.T, w *tenanttest.World, node string) *journal.Lease {
	t.Helper()
	l, err := journal.Take(t.Context(), w.DB, "main", node, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Release)
	return l
}

// arrival is the batch of a call that rings.
func arrival(s tenanttest.Shop, id uuid.UUID, no int64, phone string) *journal.Batch {
	now := time.Now().UTC()
	shop := s.ID.UUID()
	return &journal.Batch{
		Events: []journal.Event{{Seq: no, AtMS: now.UnixMilli(), At: now, ShopID: &shop, CallID: &id, Kind: "arrived", Body: json.RawMessage(`{}`)}},
		Arrived: []journal.Call{{
			ShopID: shop, ID: id, No: no, Direction: "inbound", State: "waiting", Pool: "main", Epoch: 1, Node: "a", NumberID: &s.Number, QueueID: &s.Queue, StartedAt: now,
		}},
		Parties:   []journal.Party{{ShopID: shop, CallID: id, PhoneRaw: phone, Phone: phone}},
		RangAgain: []task.RangAgain{{ShopID: shop, Phone: phone, CallID: id, At: now}},
		Dialogs:   []journal.Dialog{{ID: uuid.New(), ShopID: &shop, CallID: id, Side: "buyer", State: json.RawMessage(`{"call_id":"x"}`), MediaAt: now}},
	}
}

// lost is the batch of a caller who gave up.
func lost(b *journal.Batch) *journal.Batch {
	c := b.Arrived[0]
	now := c.StartedAt.Add(14 * time.Second)
	outcome, by := "abandoned", "caller"
	c.State, c.Outcome, c.EndedBy, c.EndedAt, c.FinishedAt, c.QueueMS = "ended", &outcome, &by, &now, &now, 14_000
	leg := cdr.Leg{
		ShopID: c.ShopID, CallID: c.ID, Leg: 1, Version: 1, Source: cdr.FromSwitch, Direction: "inbound", Disposition: outcome,
		StartedAt: c.StartedAt, EndedAt: now, Parts: cdr.Parts{QueueMS: 14_000}, ReceivedAt: now,
	}.Sealed()
	return &journal.Batch{
		Events:   []journal.Event{{Seq: c.No + 1000, AtMS: now.UnixMilli(), At: now, ShopID: &c.ShopID, CallID: &c.ID, Kind: "hung-up", Body: json.RawMessage(`{}`)}},
		Calls:    []journal.Call{c},
		Closed:   []uuid.UUID{b.Dialogs[0].ID},
		Finished: []cdr.Leg{leg},
		Lost: []task.Lost{{
			ShopID: c.ShopID, ID: uuid.New(), TaskID: uuid.New(), CallID: c.ID, Reason: task.Abandoned, Words: "gave up", WaitedMS: 14_000, Owner: "pool:main", LostAt: now, DueAt: now.Add(time.Minute),
		}},
	}
}

// commit commits the batch and waits until its rows are in their tables.
func commit(t *testing.T, l *journal.Lease, b *journal.Batch) {
	t.Helper()
	there := make(chan struct{})
	b.Then = func() { close(there) }
	if err := l.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	<-there
}

func TestACallThatIsLostAndRungAgain(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	l := take(t, w, "a")
	first, second, other := uuid.New(), uuid.New(), uuid.New()
	a := arrival(w.A, first, 1, "+79215550144")
	commit(t, l, a)
	commit(t, l, lost(a))
	b := arrival(w.B, other, 2, "+79215550144") // the same buyer is lost to the other shop too
	commit(t, l, b)
	commit(t, l, lost(b))
	commit(t, l, arrival(w.A, second, 3, "+79215550144"))

	state := "select state || ' ' || closed_reason || ' ' || coalesce(closed_call_id::text, '') from shop.task where call_id = $1"
	if got, want := tenanttest.One[string](t, w, state, first), "cancelled rang again "+second.String(); got != want {
		t.Errorf("the callback is %q, want %q", got, want)
	}
	if got := tenanttest.One[string](t, w, state, other); got != "open  " {
		t.Errorf("the other shop's callback is %q, want it open", got)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.outbox where kind = 'call.finished' and payload->>'call_id' = $1", first.String()); n != 1 {
		t.Errorf("%d jobs to rate the call, want 1", n)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.call_event where call_id = $1", first); n != 2 {
		t.Errorf("the call's page has %d events, want 2", n)
	}
	err := w.DB.Within(t.Context(), w.B.Scope, func(tx tenant.Tx) error {
		var n int
		if err := tx.Query().Raw("select count(*) from shop.call where id = ?", first).Scan(&n).Error; err != nil || n != 0 {
			t.Errorf("shop b sees %d calls of shop a, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A batch that the tables refuse is whole or not at all, and stops nobody.
func TestWhatTheTablesRefuseIsSetAside(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	l := take(t, w, "a")
	broken, good := arrival(w.A, uuid.New(), 1, "+79215550144"), arrival(w.A, uuid.New(), 2, "+79215550145")
	broken.Parties[0].CallID = uuid.New() // of no call
	var all sync.WaitGroup
	all.Add(2)
	broken.Then, good.Then = all.Done, all.Done
	for _, b := range []*journal.Batch{broken, good} { // mostly spread as one
		if err := l.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
	if id := tenanttest.One[uuid.UUID](t, w, "select id from shop.call"); id != good.Arrived[0].ID {
		t.Errorf("call %s is there, want the good one alone", id)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.event"); n != 1 {
		t.Errorf("%d events, want the good batch's", n)
	}
	if why := tenanttest.One[string](t, w, "select seq || ' ' || error from house.journal where failed_at is not null"); !strings.HasPrefix(why, "1 ") || !strings.Contains(why, "call_party") {
		t.Errorf("set aside: %q", why)
	}
	l.Release()
	take(t, w, "b") // is not stopped by it either
}

// A commit whose answer was lost is made again, and counts once.
func TestACommitThatIsMadeAgainCountsOnce(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	l := take(t, w, "a")
	b := arrival(w.A, uuid.New(), 1, "+79215550144")
	doc, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	w.Admin(t, "insert into house.journal (pool, epoch, seq, node, doc) values ('main', 1, 1, 'a', $1)", doc)
	commit(t, l, b)
	if n := tenanttest.One[int](t, w, "select (select count(*) from house.event) * 10 + (select count(*) from house.journal)"); n != 10 {
		t.Errorf("%d: want one event, and nothing in the journal", n)
	}
}

// What was committed and is in no table when the switch dies is put there by
// its successor, once, although the dead may not be quite dead.
func TestTheSuccessorSpreadsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	dead := take(t, w, "a")
	unlock := w.Lock(t, "shop.call")
	id := uuid.New()
	a := arrival(w.A, id, 7, "+79215550144")
	for _, b := range []*journal.Batch{a, lost(a), arrival(w.A, uuid.New(), 2000, "+79215550144")} {
		if err := dead.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	w.Admin(t, "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())")
	time.AfterFunc(300*time.Millisecond, unlock)
	l := take(t, w, "b")
	if n := tenanttest.One[int](t, w, "select count(*) from house.journal"); n != 0 {
		t.Errorf("%d batches are in no table", n)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.call_leg where call_id = $1", id); n != 1 {
		t.Errorf("%d detail records, want 1", n)
	}
	if state := tenanttest.One[string](t, w, "select state from shop.task where call_id = $1", id); state != "cancelled" {
		t.Errorf("the callback is %s, want it cancelled: they rang again", state)
	}
	if got := tenanttest.One[string](t, w, "select string_agg(epoch || '.' || seq, ' ' order by seq) from house.event"); got != "1.7 1.1007 1.2000" {
		t.Errorf("events %s", got)
	}
	if last, err := l.CallNumbers(t.Context()); err != nil || last[w.A.ID.UUID()] != 2000 {
		t.Errorf("last call numbers: %v, %v", last, err)
	}
}

// A commit that is under way when another takes over counts, and is spread.
func TestTheSuccessorWaitsForTheCommitUnderWay(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	take(t, w, "a").Release()
	doc, err := json.Marshal(arrival(w.A, uuid.New(), 1, "+79215550144"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(t.Context(), w.CrossURL)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	tx, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "select house.write_ahead('main', 1, 1, 'a', $1)", doc); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(300*time.Millisecond, func() { _ = tx.Commit(context.Background()) })
	take(t, w, "b")
	if n := tenanttest.One[int](t, w, "select count(*) from shop.call where epoch = 1"); n != 1 {
		t.Errorf("%d calls of the one before, want the one under way", n)
	}
}

// A batch says the same after it was in the journal.
func TestABatchSurvivesTheJournal(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	b := lost(arrival(w.A, uuid.New(), 1, "+79215550144"))
	doc, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	var back journal.Batch
	if err := json.Unmarshal(doc, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || !bytes.Equal(doc, again) {
		t.Errorf("%s\nis read as\n%s, %v", doc, again, err)
	}
}

// While the database is away steps gather, and one batch may say a thing twice:
// the last word counts.
func TestTheLastWordOfABatchCounts(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	l := take(t, w, "a")
	anna, id := w.AddOperator(t, "anna", w.A), uuid.New()
	b := arrival(w.A, id, 1, "+79215550144")
	d := b.Dialogs[0]
	d.State = json.RawMessage(`{"call_id":"y"}`)
	b.Dialogs = append(b.Dialogs, d)
	for _, ms := range []int64{1000, 60_000} {
		b.Grants = append(b.Grants, journal.Grant{ID: uuid.New(), OperatorID: anna, ShopID: w.A.ID.UUID(), Reason: "offer", Subject: id, ForMS: ms})
	}
	commit(t, l, b)
	if got := tenanttest.One[string](t, w, "select state->>'call_id' from house.dialog where id = $1", d.ID); got != "y" {
		t.Errorf("the dialog is %q, want the last", got)
	}
	if ok := tenanttest.One[bool](t, w, "select lapses_at > now() + interval '30 s' from house.operator_grant where subject = $1", id); !ok {
		t.Error("the grant is not the last")
	}
}

// Who was succeeded writes nothing more, and knows it.
func TestAStaleLeaderWritesNothing(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	old := take(t, w, "a")
	w.Admin(t, "update house.lease set epoch = epoch + 1, node = 'b'")
	if err := old.Commit(t.Context(), arrival(w.A, uuid.New(), 1, "+79215550144")); !errors.Is(err, journal.ErrSucceeded) {
		t.Errorf("commit: %v, want succeeded", err)
	}
	if err := old.Renew(t.Context(), nil, nil, 1000); !errors.Is(err, journal.ErrSucceeded) {
		t.Errorf("renew: %v, want succeeded", err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.call"); n != 0 {
		t.Errorf("%d calls of a stale leader", n)
	}
}

func TestOneLeadsAtATime(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	first := take(t, w, "a")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := journal.Take(ctx, w.DB, "main", "b", slog.New(slog.DiscardHandler)); err == nil {
		t.Fatal("two lead one pool")
	}
	first.Release()
	if second := take(t, w, "b"); second.Epoch() != first.Epoch()+1 {
		t.Errorf("epoch %d follows %d", second.Epoch(), first.Epoch())
	}
}

func TestTheSuccessorFindsWhatWasLeft(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	dead := take(t, w, "a")
	id := uuid.New()
	b := arrival(w.A, id, 7, "+79215550144")
	b.Recorded = []journal.Recording{{ShopID: w.A.ID.UUID(), ID: uuid.New(), CallID: id, State: "recording", Path: "x.wav", StartedAt: time.Now().UTC()}}
	commit(t, dead, b)
	heard := time.Now().UTC().Add(3 * time.Second).Truncate(time.Microsecond)
	if err := dead.Renew(t.Context(), []journal.Heard{{ID: b.Dialogs[0].ID, MediaAt: heard}}, nil, 1000); err != nil {
		t.Fatal(err)
	}
	dead.Release()

	l := take(t, w, "b")
	calls, err := l.OpenCalls(t.Context())
	if err != nil || len(calls) != 1 || calls[0].ID != id {
		t.Fatalf("open calls: %v, %v", calls, err)
	}
	dialogs, err := l.Orphans(t.Context())
	if err != nil || len(dialogs) != 1 || dialogs[0].CallID != id {
		t.Fatalf("dialogs: %v, %v", dialogs, err)
	}
	if tapes, err := l.Tapes(t.Context()); err != nil || len(tapes) != 1 || tapes[0].Path != "x.wav" {
		t.Fatalf("recordings: %v, %v", tapes, err)
	}
	if err := l.CloseCall(t.Context(), calls[0], time.Now().UTC()); err != nil {
		t.Fatal(err)
	}
	if ended := tenanttest.One[time.Time](t, w, "select ended_at from shop.call where id = $1", id); ended.Sub(heard).Abs() > time.Millisecond {
		t.Errorf("the call ended at %v, want the last media, %v, to the millisecond", ended, heard)
	}
	if last, err := l.CallNumbers(t.Context()); err != nil || last[w.A.ID.UUID()] != 7 || last[w.B.ID.UUID()] != 0 {
		t.Errorf("last call numbers: %v, %v", last, err)
	}
}
