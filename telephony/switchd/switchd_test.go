package switchd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/directory"
	"switchboard/telephony/journal"
)

// fakePhones writes down what it is asked, in the words of a supervisor.
type fakePhones struct {
	did   []string
	leg   uuid.UUID
	third uuid.UUID
	named map[uuid.UUID]string

	prepared uuid.UUID // the last call to a buyer
}

func (f *fakePhones) say(verb string, id uuid.UUID) { f.did = append(f.did, verb+" "+f.named[id]) }

func (f *fakePhones) Refuse(c uuid.UUID, code int, _ string) {
	f.say(fmt.Sprintf("refuse %d", code), c)
}
func (f *fakePhones) Announce(c uuid.UUID, clip Clip) { f.say("announce "+string(clip)+" to", c) }
func (f *fakePhones) Greet(c uuid.UUID, _ bool)       { f.say("greet", c) }
func (f *fakePhones) Ring(c uuid.UUID)                { f.say("ring back to", c) }
func (f *fakePhones) Offer(o Offer) {
	f.leg = o.Leg
	f.did = append(f.did, fmt.Sprintf("offer %s to %s", f.named[o.Call], f.named[o.Operator]))
}
func (f *fakePhones) Withdraw(c, _ uuid.UUID) { f.say("withdraw", c) }
func (f *fakePhones) Join(c, _ uuid.UUID, r *Recording) {
	f.say(map[bool]string{true: "join and record", false: "join"}[r != nil], c)
}
func (f *fakePhones) Hold(c uuid.UUID)   { f.say("hold", c) }
func (f *fakePhones) Resume(c uuid.UUID) { f.say("resume", c) }
func (f *fakePhones) Lose(c uuid.UUID, lost bool) {
	f.say(map[bool]string{true: "lose the operator of", false: "regain the operator of"}[lost], c)
}
func (f *fakePhones) Mute(c uuid.UUID, muted bool) {
	f.say(map[bool]string{true: "mute", false: "unmute"}[muted], c)
}
func (f *fakePhones) Third(o Third) {
	f.third = o.Leg
	whom := f.named[o.Operator]
	if whom == "" {
		whom = string(o.Goal.Phone)
	}
	f.did = append(f.did, fmt.Sprintf("call %s in to %s", whom, f.named[o.Call]))
}
func (f *fakePhones) Shape(c uuid.UUID, s Shape) {
	switch {
	case s.All:
		f.say("all talk in", c)
	case s.Aside && s.Third != uuid.Nil:
		f.say("aside in", c)
	case s.Aside:
		f.say("music in", c)
	case s.Third != uuid.Nil:
		f.say("third waits in", c)
	default:
		f.say("both talk in", c)
	}
}
func (f *fakePhones) Queued(_, _ uuid.UUID)  {}
func (f *fakePhones) Hand(c, _ uuid.UUID)    { f.say("third has", c) }
func (f *fakePhones) Requeue(c, _ uuid.UUID) { f.say("music for waiting to", c) }
func (f *fakePhones) Watch(w Watch) {
	f.leg = w.Leg
	f.say(string(w.Mode)+" at", w.Call)
}
func (f *fakePhones) Unwatch(c, _, _ uuid.UUID) { f.say("the supervisor leaves", c) }
func (f *fakePhones) Seize(c, _ uuid.UUID)      { f.say("the supervisor has", c) }
func (f *fakePhones) End(c uuid.UUID, _ string) { f.say("end", c) }

// memory is a journal that can be away for a while.
type memory struct {
	phones *fakePhones
	away   int // commits that fail first
	all    journal.Batch
}

func (m *memory) Commit(_ context.Context, b *journal.Batch) error {
	if m.away > 0 {
		m.away--
		return errors.New("the database is away")
	}
	for _, e := range b.Events {
		m.phones.did = append(m.phones.did, "  wrote "+e.Kind)
	}
	m.all.Events = append(m.all.Events, b.Events...)
	m.all.Arrived = append(m.all.Arrived, b.Arrived...)
	m.all.Calls = append(m.all.Calls, b.Calls...)
	m.all.Finished = append(m.all.Finished, b.Finished...)
	m.all.Lost = append(m.all.Lost, b.Lost...)
	m.all.Grants = append(m.all.Grants, b.Grants...)
	m.all.Turns = append(m.all.Turns, b.Turns...)
	m.all.Ended = append(m.all.Ended, b.Ended...)
	m.all.Dialogs = append(m.all.Dialogs, b.Dialogs...)
	m.all.Closed = append(m.all.Closed, b.Closed...)
	m.all.Entries = append(m.all.Entries, b.Entries...)
	m.all.Kept = append(m.all.Kept, b.Kept...)
	m.all.Redeemed = append(m.all.Redeemed, b.Redeemed...)
	m.all.Attempts = append(m.all.Attempts, b.Attempts...)
	m.all.Tried = append(m.all.Tried, b.Tried...)
	if b.Then != nil {
		b.Then()
	}
	return nil
}
func (m *memory) Pool() string { return "main" }
func (m *memory) Epoch() int64 { return 1 }
func (m *memory) Node() string { return "test" }

// stage is a running switch with one shop and one operator, under a clock that
// only moves when everybody waits.
type stage struct {
	t      *testing.T
	s      *Switch
	phones *fakePhones
	log    *memory
	number *directory.Number
	anna   uuid.UUID
	call   uuid.UUID
	stop   context.CancelFunc
	menu   *directory.Menu // that callers meet first
}

func play(t *testing.T, story func(*stage)) {
	synctest.Test(t, func(t *testing.T) {
		shop := &directory.Shop{ID: uuid.New(), Slug: "tyres", Language: "en", Zone: time.UTC, Status: "open", Greeting: "standard", Record: true}
		st := &stage{
			t: t, phones: &fakePhones{named: map[uuid.UUID]string{}}, anna: uuid.New(), call: uuid.New(),
			number: &directory.Number{ID: uuid.New(), E164: "+74950000101", Shop: shop, Queue: &directory.Queue{ID: uuid.New(), Tier: "order", PromiseShare: 900, PromiseMS: 10_000}},
		}
		st.phones.named[st.anna], st.phones.named[st.call] = "anna", "c1"
		st.log = &memory{phones: st.phones}
		st.s = New(st.log, st.phones, map[uuid.UUID]int64{shop.ID: 41}, acd.Policy{RingFor: 12_000}, func([]Hint) {}, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		st.stop = cancel
		go func() { _ = st.s.Run(ctx) }()
		synctest.Wait()
		defer synctest.Wait()
		defer cancel()
		story(st)
	})
}

func (st *stage) tell(ev Event) {
	st.s.Tell(st.t.Context(), ev)
	synctest.Wait()
}

func (st *stage) onDuty(wrapUp time.Duration) {
	st.tell(Ready{Operator: st.anna, Tier: acd.Order, Shops: []uuid.UUID{st.number.Shop.ID}, WrapUpMS: wrapUp.Milliseconds()})
}

func (st *stage) arrive(open bool) {
	st.tell(Arrived{Call: st.call, Number: st.number, Menu: st.menu, Open: open, Dialled: "+74950000101", Leg: uuid.New(), Dialog: []byte("{}"), Party: journal.Party{PhoneRaw: "89215550144", Phone: "+79215550144"}})
}

func (st *stage) want(lines ...string) {
	st.t.Helper()
	var did []string
	for _, l := range st.phones.did {
		if !strings.HasPrefix(l, "  ") {
			did = append(did, l)
		}
	}
	if !slices.Equal(did, lines) {
		st.t.Errorf("the telephones were told\n  %s\nwant\n  %s", strings.Join(did, "\n  "), strings.Join(lines, "\n  "))
	}
}

func TestACallFromRingToRecord(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.onDuty(20 * time.Second)
		st.arrive(true)
		time.Sleep(3 * time.Second)
		st.tell(Greeted{Call: st.call})
		time.Sleep(2 * time.Second)
		st.tell(Accepted{Call: st.call, Operator: st.anna, Leg: st.phones.leg, Dialog: []byte("{}")})
		time.Sleep(60 * time.Second)
		st.tell(Held{Call: st.call})
		time.Sleep(10 * time.Second)
		st.tell(Resumed{Call: st.call})
		time.Sleep(30 * time.Second)
		st.tell(HungUp{Call: st.call, By: call.Caller, SIPCode: 200})
		time.Sleep(25 * time.Second)
		st.want("greet c1", "offer c1 to anna", "join and record c1", "hold c1", "resume c1", "end c1")
		if len(st.log.all.Finished) != 1 {
			t.Fatalf("%d detail records, want 1", len(st.log.all.Finished))
		}
		r := st.log.all.Finished[0]
		got := []int64{r.RingMS, r.GreetingMS, r.QueueMS, r.TalkMS, r.HoldMS, r.WrapUpMS}
		if want := []int64{0, 3000, 2000, 90000, 10000, 20000}; !slices.Equal(got, want) {
			t.Errorf("ring, greeting, queue, talk, hold, wrap-up are %v ms, want %v", got, want)
		}
		if last := st.log.all.Calls[len(st.log.all.Calls)-1]; last.State != "ended" || *last.Outcome != "answered" || *last.EndedBy != "caller" || last.No != 42 {
			t.Errorf("last row: %+v", last)
		}
		if !slices.Contains(st.log.all.Ended, st.call) {
			t.Error("the operator's grant did not end with wrap-up")
		}
	})
}

// What was decided leaves only when it is written.
func TestNothingLeavesBeforeItIsWritten(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.number.Shop.Greeting = "none"
		st.onDuty(0)
		st.log.away = 3
		st.arrive(true)
		st.want()
		time.Sleep(3*commitRetry + time.Millisecond)
		synctest.Wait()
		st.want("offer c1 to anna", "ring back to c1")
		if i, j := slices.Index(st.phones.did, "  wrote offer"), slices.Index(st.phones.did, "offer c1 to anna"); i < 0 || i > j {
			t.Errorf("the offer left before it was written: %q", st.phones.did)
		}
	})
}

// A switch that is behind refuses new calls, lets one try after a while, and
// takes all again when it has caught up.
func TestASwitchThatIsBehindRefuses(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		ring := func() bool {
			return st.s.Arrive(Arrived{Call: uuid.New(), Dialled: "+70000000000"})
		}
		st.log.away = 6 // commits: each waits commitRetry
		ring()
		synctest.Wait() // it is being written
		if !ring() {
			t.Error("a call was refused although nothing is late yet")
		}
		time.Sleep(6*commitRetry + time.Millisecond)
		synctest.Wait()
		if ring() {
			t.Error("a call was taken although the last one waited more than a second")
		}
		time.Sleep(probe + time.Millisecond)
		if !ring() {
			t.Error("after a while no call may try")
		}
		synctest.Wait()
		if !ring() {
			t.Error("a call was refused although the one that tried was quick")
		}
	})
}

// What nobody waits for travels with the next commit, and goes alone soon.
func TestWhatNobodyWaitsForIsWrittenSoon(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.number.Shop.Greeting = "none"
		st.onDuty(0)
		st.arrive(true)
		st.tell(Rung{Call: st.call, Leg: st.phones.leg, Dialog: []byte("{}")})
		if slices.Contains(st.phones.did, "  wrote rung") {
			t.Error("it was written at once, in a commit of its own")
		}
		time.Sleep((linger + 1) * time.Millisecond)
		synctest.Wait()
		if !slices.Contains(st.phones.did, "  wrote rung") {
			t.Error("it was not written within its time")
		}
	})
}

func TestAnOfferLapsesByItself(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.number.Shop.Greeting = "none"
		st.onDuty(0)
		st.arrive(true)
		late := st.phones.leg
		time.Sleep(12*time.Second + time.Millisecond)
		synctest.Wait()
		st.want("offer c1 to anna", "ring back to c1", "withdraw c1")
		st.tell(Accepted{Call: st.call, Operator: st.anna, Leg: late})
		st.want("offer c1 to anna", "ring back to c1", "withdraw c1", "withdraw c1") // the telephone that answered too late is let go
	})
}

func TestACallerWhoGivesUpIsOwedACallBack(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.arrive(true)
		st.tell(Greeted{Call: st.call})
		time.Sleep(14 * time.Second)
		st.tell(HungUp{Call: st.call, By: call.Caller, SIPCode: 487})
		if len(st.log.all.Lost) != 1 {
			t.Fatalf("%d lost calls, want 1", len(st.log.all.Lost))
		}
		l := st.log.all.Lost[0]
		if l.Owner != "pool:main" || l.Reason != "abandoned" || l.WaitedMS != 14_000 || !strings.Contains(l.Words, "14 s") {
			t.Errorf("lost call: %+v", l)
		}
	})
}

func TestWhoRingsOutsideHoursIsTold(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.onDuty(0)
		st.arrive(false)
		time.Sleep(4 * time.Second)
		st.tell(HungUp{Call: st.call, By: call.System})
		st.want("announce closed to c1", "end c1")
		if len(st.log.all.Lost) != 1 || st.log.all.Lost[0].Reason != "closed" {
			t.Errorf("lost: %+v", st.log.all.Lost)
		}
		if r := st.log.all.Finished[0]; r.Disposition != "refused" || r.GreetingMS != 4000 || r.AnsweredAt != nil {
			t.Errorf("record: %+v", r)
		}
	})
}

func TestANumberOfNobodyIsRefused(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.tell(Arrived{Call: st.call, Dialled: "+70000000000"})
		st.want("refuse 404 c1")
		if len(st.log.all.Events) != 1 || st.log.all.Events[0].Kind != "arrived" {
			t.Errorf("journal: %+v", st.log.all.Events)
		}
	})
}

// Silence before a hang-up that never came is not billed, nor is it after-call work.
func TestNothingIsBilledPastTheLastMedia(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.number.Shop.Greeting = "none"
		st.onDuty(10 * time.Second)
		st.arrive(true)
		st.tell(Accepted{Call: st.call, Operator: st.anna, Leg: st.phones.leg, Dialog: []byte("{}")})
		time.Sleep(40 * time.Second)
		st.tell(HungUp{Call: st.call, By: call.System, Reason: "no media", QuietMS: 15_000})
		time.Sleep(11 * time.Second)
		if r := st.log.all.Finished[0]; r.TalkMS != 25_000 || r.WrapUpMS != 10_000 {
			t.Errorf("talk %d ms, wrap-up %d ms; want 25000 and 10000", r.TalkMS, r.WrapUpMS)
		}
	})
}
