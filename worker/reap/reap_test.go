package reap

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/live"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// watchman is a reaper whose time the test moves.
type watchman struct {
	*Reaper
	t    *testing.T
	w    *tenanttest.World
	at   time.Time
	told []live.Hint
}

func open(t *testing.T) *watchman {
	t.Helper()
	m := &watchman{t: t, w: tenanttest.Open(t), at: time.Now()}
	m.Reaper = New(m.w.DB, slog.New(slog.DiscardHandler), func(h live.Hint) { m.told = append(m.told, h) })
	m.Reaper.now = func() time.Time { return m.at }
	return m
}

// look looks every few seconds for so long, and does what happens meanwhile
// before each look.
func (m *watchman) look(long time.Duration, meanwhile func()) {
	m.t.Helper()
	for end := m.at.Add(long); !m.at.After(end); m.at = m.at.Add(Every) {
		if meanwhile != nil {
			meanwhile()
		}
		if err := m.Look(m.t.Context()); err != nil {
			m.t.Fatal(err)
		}
	}
}

func (m *watchman) lead(pool string, epoch int) {
	m.w.Admin(m.t, "insert into house.lease (pool, epoch, node, renewed_at) values ($1, $2, 'node', now()) on conflict (pool) do update set epoch = $2, renewed_at = now()", pool, epoch)
}

func (m *watchman) call(s tenanttest.Shop, pool string, epoch int) uuid.UUID {
	m.t.Helper()
	id := uuid.New()
	m.w.Admin(m.t, `insert into shop.call (shop_id, id, no, direction, state, pool, epoch, node, number_id, queue_id, started_at)
		values ($1, $2, (select count(*) + 1 from shop.call where shop_id = $1), 'inbound', 'waiting', $3, $4, 'node', $5, $6, now() - interval '1 minute')`,
		s.ID.UUID(), id, pool, epoch, s.Number, s.Queue)
	m.w.Admin(m.t, `insert into house.dialog (id, pool, epoch, node, shop_id, call_id, side, state, media_at, created_at) values (gen_random_uuid(), $1, $2, 'node', $3, $4, 'buyer', '{}', now(), now())`,
		pool, epoch, s.ID.UUID(), id)
	return id
}

func (m *watchman) ended(id uuid.UUID) bool {
	m.t.Helper()
	return tenanttest.One[bool](m.t, m.w, "select state = 'ended' from shop.call where id = $1", id)
}

func TestCallsOfADeadLeaderAreClosedWithinHalfAMinute(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.lead("main", 1)
	m.lead("other", 1)
	dead, too, lives := m.call(m.w.A, "main", 1), m.call(m.w.B, "main", 1), m.call(m.w.A, "other", 1)
	m.look(patience-Every, func() { m.lead("other", 1) })
	if m.ended(dead) || m.ended(too) {
		t.Fatal("closed before its time")
	}
	m.look(30*time.Second-patience, func() { m.lead("other", 1) })
	if !m.ended(dead) || !m.ended(too) {
		t.Error("not closed within 30 s")
	}
	if m.ended(lives) {
		t.Error("closed a call of a leader who lives")
	}
	if len(m.told) != 2 || m.told[0].State != "ended" {
		t.Errorf("told of %+v", m.told)
	}
	if epoch := tenanttest.One[string](t, m.w, "select string_agg(pool || epoch, ' ' order by pool) from house.lease"); epoch != "main2 other1" {
		t.Errorf("leases are %s", epoch)
	}
}

// A leader who was succeeded left calls: they are the successor's to close, and
// ours if it does not.
func TestCallsThatASuccessorLeavesAreClosed(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.lead("main", 1)
	old := m.call(m.w.A, "main", 1)
	m.lead("main", 2)
	fresh := m.call(m.w.B, "main", 2)
	m.look(30*time.Second, func() { m.lead("main", 2) })
	if !m.ended(old) || m.ended(fresh) {
		t.Errorf("the old one ended: %t; the fresh one: %t", m.ended(old), m.ended(fresh))
	}
	if epoch := tenanttest.One[int](t, m.w, "select epoch from house.lease"); epoch != 2 {
		t.Error("the successor lost its leadership")
	}
}

// A node whose leader is away, but which still carries the call, is heard.
func TestACallWhoseMediaIsHeardLives(t *testing.T) {
	t.Parallel()
	m := open(t)
	id := m.call(m.w.A, "main", 1)
	m.look(2*time.Minute, func() { m.w.Admin(t, "update house.dialog set media_at = clock_timestamp()") })
	if m.ended(id) {
		t.Error("closed although media is heard")
	}
}

// While the database is away nobody can renew a lease. The watch begins anew
// when it is back.
func TestADatabaseThatWasAwayKillsNobody(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.lead("main", 1)
	id := m.call(m.w.A, "main", 1)
	m.look(patience-2*Every, nil)
	m.at = m.at.Add(time.Minute) // one look took this long
	m.look(Every, nil)
	if m.ended(id) {
		t.Fatal("closed at the first look")
	}
	m.look(patience, nil)
	if !m.ended(id) {
		t.Error("never closed")
	}
}

func TestClocksThatStepMeanNothing(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.lead("main", 1)
	id := m.call(m.w.A, "main", 1)
	step := 0
	m.look(2*time.Minute, func() { // the leader's clock goes back an hour at each renewal
		step++
		m.w.Admin(t, "update house.lease set renewed_at = now() - $1 * interval '1 hour'", step)
	})
	if m.ended(id) {
		t.Error("closed a call because of a clock")
	}
}
