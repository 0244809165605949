package telephony_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony"
	"switchboard/telephony/command"
	"switchboard/telephony/media"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sipua"
	"switchboard/tenant/tenanttest"
)

// errand is a buyer who was missed, and an operator who calls them back: at a
// telephone, or at a page.
type errand struct {
	*house
	carrier *phone
	desk    *phone // nil: a page
	page    *page
	anna    uuid.UUID
	task    uuid.UUID
}

// missed has a buyer ring a shop where nobody is, and an operator come then.
func missed(t *testing.T, kind string, prepare ...func(*tenanttest.World)) *errand {
	t.Helper()
	carrier := (&house{t: t}).phone()
	prepare = append([]func(*tenanttest.World){silently(t), carriedTo(t, carrier), func(w *tenanttest.World) {
		w.Admin(t, "alter table shop.callback_rule drop constraint callback_rule_ring_s_check")
		w.Admin(t, `insert into shop.callback_rule (shop_id, attempts, busy_s, silent_s, ring_s, hours, changed_at, changed_by)
			values ($1, 2, 1800, 7200, 20, '"always"', now(), 'test')`, w.A.ID.UUID())
	}}, prepare...)
	m := &errand{house: open(t, prepare...), carrier: carrier}
	call := m.phone().ring(m.house, "84950000001", "89215550144")
	m.until("the buyer waits", "select 1 from shop.call where state = 'waiting'")
	call.leg.Hangup("tired")
	m.until("a call back is owed", "select 1 from shop.task where state = 'open'")
	m.task = tenanttest.One[uuid.UUID](t, m.w, "select id from shop.task")
	m.sit(kind)
	return m
}

// carriedTo has the only trunk end at a telephone, from the start.
func carriedTo(t *testing.T, p *phone) func(*tenanttest.World) {
	return func(w *tenanttest.World) {
		w.Admin(t, `insert into house.trunk (id, name, sources, outbound, transport, codecs, created_at)
			values (gen_random_uuid(), 'carrier', '{127.0.0.1/32}', $1, 'udp', '{pcma,pcmu}', now())`, fmt.Sprintf("sip:%s", p.ua.Addr()))
	}
}

// sit puts anna on duty.
func (m *errand) sit(kind string) {
	m.t.Helper()
	if kind == "phone" {
		m.desk = m.phone()
		m.anna = m.operator("anna", m.desk, m.w.A)
		m.onDuty(1)
		return
	}
	m.anna = m.w.AddOperator(m.t, "anna", m.w.A)
	ready := func() error { return m.ask(command.Order{Verb: command.Ready, Operator: m.anna}) }
	m.eventually("the node knows anna", func() bool { return errors.Is(ready(), command.ErrNoPhone) })
	m.page = m.house.page(m.anna, operatorTone)
	m.eventually("anna is ready", func() bool { return ready() == nil })
	m.onDuty(1)
}

func (m *errand) ask(o command.Order) error {
	return command.NewClient(m.node.ControlURL(), "test").Do(m.t.Context(), o)
}

// dial has anna call the buyer back.
func (m *errand) dial() error {
	return m.ask(command.Order{Verb: command.Dial, Operator: m.anna, Task: m.task, Shop: m.w.A.ID.UUID()})
}

// begins has her do so and take her own telephone, if she has one, and returns
// the buyer's, which rings.
func (m *errand) begins() (buyer, own *ringing) {
	m.t.Helper()
	m.eventually("the call begins", func() bool { return m.dial() == nil }) // the directory may be a moment behind
	if m.desk != nil {
		own = next(m.t, m.desk)
		if own.in.From != "+79215550144" {
			m.t.Errorf("anna sees %q, want the buyer's number", own.in.From)
		}
		m.desk.answer(m.t, own)
	}
	buyer = next(m.t, m.carrier)
	if buyer.in.From != "+74950000001" && buyer.in.From != "84950000001" && buyer.in.From != "74950000001" {
		m.t.Errorf("the buyer sees %q, want the shop's number", buyer.in.From)
	}
	return buyer, own
}

// came waits until the attempt came to that.
func (m *errand) came(result string) {
	m.t.Helper()
	m.until("the attempt is "+result, "select 1 from shop.callback_attempt where outcome = $1 and operator_id = $2 and rule->>'attempts' = '2'", result, m.anna)
}

// owed is the state of the task, how often it was tried, and in how many minutes
// it is due.
func (m *errand) owed(state string, attempts, minutes int) {
	m.t.Helper()
	m.until("the task is "+state, "select 1 from shop.task where state = $1 and attempts = $2 and (claimed_by is null or state <> 'open')", state, attempts)
	if due := tenanttest.One[float64](m.t, m.w, "select extract(epoch from due_at - now()) / 60 from shop.task"); due < float64(minutes)-1 || due > float64(minutes) {
		m.t.Errorf("it is due in %.1f minutes, want %d", due, minutes)
	}
}

// once fails unless each call that we made has one record, and is rated once.
func (m *errand) once(outcome string) {
	m.t.Helper()
	m.until("the call back is over", "select 1 from shop.call where direction = 'outbound' and state = 'ended' and outcome = $1", outcome)
	m.until("it has its record", `select 1 from shop.call c join shop.call_leg l on l.call_id = c.id and l.direction = 'outbound' and l.disposition = $1`, outcome)
	if n := tenanttest.One[int](m.t, m.w, "select count(*) - count(distinct call_id) from shop.call_leg"); n != 0 {
		m.t.Errorf("%d records too many", n)
	}
	if n := tenanttest.One[int](m.t, m.w, `select count(*) from house.outbox o join shop.call c on o.payload->>'call_id' = c.id::text and c.direction = 'outbound' where o.kind = 'call.finished'`); n != 1 {
		m.t.Errorf("the call back is rated %d times", n)
	}
}

// A buyer who was missed is called back from the task, at either kind of device:
// they talk, on tape, once, and nothing is owed any more.
func TestAMissedBuyerIsCalledBackFromTheTask(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"phone", "browser"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			m := missed(t, kind, func(w *tenanttest.World) { w.Admin(t, "update house.shop set greeting = 'standard'") })
			buyer, own := m.begins()
			if own != nil && !m.hearsTone(own.audio, 425) {
				t.Error("anna does not hear that it rings")
			}
			m.carrier.answer(t, buyer)
			m.until("the task is done", "select 1 from shop.task t join shop.call c on c.id = t.closed_call_id and c.direction = 'outbound' where t.state = 'done' and t.closed_reason = 'called back'")
			player := media.NewPlayer()
			defer player.Close()
			player.Loop(buyer.audio, media.NewClip(tone.Sine(buyerTone, 8000)))
			spoken := operatorTone
			if own != nil {
				player.Loop(own.audio, media.NewClip(tone.Sine(spoken, 8000)))
			}
			m.eventually("the buyer hears the operator", func() bool { return m.hearsTone(buyer.audio, spoken) }) // after the notice
			m.came("answered")
			buyer.leg.Hangup("bye")
			m.once("answered")
			m.until("the recording is ready", "select 1 from shop.recording where state = 'ready'")
			s := m.sound() // it begins with the notice, which is not on it
			if late := len(s.Channels[0]) * 3 / 4; tone.Share(s.Channels[0][late:], buyerTone) < 0.5 || tone.Share(s.Channels[1][late:], spoken) < 0.5 {
				t.Error("the tape does not have both")
			}
		})
	}
}

// The buyer's line is in use: the task comes back after the shop's rule, and the
// operator is free at once. After the last attempt it is closed.
func TestABuyerWhoseLineIsInUse(t *testing.T) {
	t.Parallel()
	m := missed(t, "phone")
	buyer, own := m.begins()
	buyer.leg.Refuse(486, "busy")
	await[sipua.Ended](t, own)
	m.came("busy")
	m.owed("open", 1, 30)
	m.once("unreached")
	buyer, own = m.begins()
	buyer.leg.Refuse(486, "busy")
	await[sipua.Ended](t, own)
	m.until("the task is closed", "select 1 from shop.task where state = 'cancelled' and attempts = 2 and closed_reason like '%2.'")
	if err := m.dial(); !errors.Is(err, command.ErrClosed) {
		t.Errorf("called a third time: %v", err)
	}
}

// Nobody answers at the buyer's within the time that the shop has it ring.
func TestABuyerWhoDoesNotAnswer(t *testing.T) {
	t.Parallel()
	m := missed(t, "phone", func(w *tenanttest.World) { w.Admin(t, "update shop.callback_rule set ring_s = 1") })
	buyer, own := m.begins()
	buyer.leg.Ring()
	await[sipua.Cancelled](t, buyer)
	await[sipua.Ended](t, own)
	m.came("silent")
	m.owed("open", 1, 120)
	m.once("unreached")
}

// An operator who hangs up while it rings has called nobody: the buyer's
// telephone rings no more, and the attempt does not count.
func TestAnOperatorHangsUpWhileTheBuyerRings(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"phone", "browser"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			m := missed(t, kind)
			buyer, own := m.begins()
			buyer.leg.Ring()
			m.until("it rings", "select 1 from shop.call_event where kind = 'calling'")
			if own != nil {
				own.leg.Hangup("never mind")
			} else {
				m.page.send("hangup", fields{"leg": m.page.joined()})
			}
			await[sipua.Cancelled](t, buyer)
			m.came("dropped")
			m.until("the task is anybody's", "select 1 from shop.task where state = 'open' and attempts = 0 and claimed_by is null")
			m.once("unreached")
			buyer, _ = m.begins() // she is free, and may
			buyer.leg.Refuse(486, "busy")
			m.came("busy")
		})
	}
}

// The buyer rings while they are rung: that call is the one.
func TestABuyerRingsWhileTheyAreCalledBack(t *testing.T) {
	t.Parallel()
	m := missed(t, "phone")
	buyer, own := m.begins()
	buyer.leg.Ring()
	m.until("it rings", "select 1 from shop.call_event where kind = 'calling'")
	call := m.phone().ring(m.house, "84950000001", "89215550144")
	await[sipua.Cancelled](t, buyer)
	await[sipua.Ended](t, own)
	m.desk.answer(t, next(t, m.desk))
	await[sipua.Answered](t, call)
	m.came("rang")
	m.until("nothing is owed", "select 1 from shop.task where state = 'cancelled' and closed_reason = 'rang again'")
}

// A node that dies between: the other ends the call, once, the buyer is not rung
// again by itself, and the task is anybody's.
func TestANodeDiesWhileABuyerIsRung(t *testing.T) {
	t.Parallel()
	m := missed(t, "phone")
	second, stop := wait(t, m.w, telephony.Config{RecordingsDir: t.TempDir(), Node: "second"})
	defer stop()
	buyer, own := m.begins()
	buyer.leg.Ring()
	m.until("it rings", "select 1 from shop.call_event where kind = 'calling'")
	m.kill()
	m.leads(second)
	await[sipua.Cancelled](t, buyer)
	await[sipua.Ended](t, own)
	m.came("cut")
	m.until("the task is anybody's", "select 1 from shop.task where state = 'open' and attempts = 0 and claimed_by is null")
	m.once("failed")
	m.node = second
	m.onDuty(1)
	buyer, _ = m.begins()
	m.carrier.answer(t, buyer)
	m.until("the task is done", "select 1 from shop.task where state = 'done'")
}

// Nobody is called outside the shop's hours, from a task of another shop, or for
// somebody who has it already.
func TestWhoIsNotCalledBack(t *testing.T) {
	t.Parallel()
	m := missed(t, "phone", func(w *tenanttest.World) { w.Admin(t, `update shop.callback_rule set hours = '{}'`) })
	m.eventually("the hours hold", func() bool { return errors.Is(m.dial(), command.ErrHours) })
	m.w.Admin(t, `update shop.callback_rule set hours = '"always"'`)
	m.w.Admin(t, "update shop.task set state = 'claimed', claimed_by = $1", m.w.A.Owner)
	if err := m.dial(); !errors.Is(err, command.ErrTaken) {
		t.Errorf("of a task that another has: %v", err)
	}
	m.w.Admin(t, "delete from shop.call_party")
	m.w.Admin(t, "update shop.task set state = 'open', claimed_by = null")
	if err := m.dial(); !errors.Is(err, command.ErrNoBuyer) {
		t.Errorf("of a buyer who was erased: %v", err)
	}
	order := command.Order{Verb: command.Dial, Operator: m.anna, Task: m.task, Shop: m.w.B.ID.UUID()}
	if err := m.ask(order); err == nil {
		t.Error("a shop that she does not serve")
	}
	select {
	case <-m.carrier.rings:
		t.Error("somebody was called")
	case <-m.desk.rings:
		t.Error("anna was rung")
	case <-time.After(200 * time.Millisecond):
	}
}
