package switchd

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/journal"
	"switchboard/telephony/wait"
)

// floor is all that the switch knows: the room, the calls that are up, and
// what the present batch will write and do. It does no I/O.
type floor struct {
	pool    string
	epoch   int64
	node    string
	room    *acd.Room
	calls   map[acd.CallID]*live
	numbers map[uuid.UUID]int64 // last call number of each shop
	retired bool                // no call is new any more
	seq     int64

	now     acd.Instant
	urgent  bool        // the batch has what something waits for
	oldest  acd.Instant // of the batch; Never if it is empty
	batch   *journal.Batch
	changed []*live
	effects []effect
	hints   []Hint
	desks   map[uuid.UUID]struct{} // that changed
	counts  Counts
	timed   map[acd.CallID]*live // that may have to be looked at by themselves
	seal    Sealer               // nil: recordings are not sealed
	paces   map[paceOf]*wait.Pace
	places  map[acd.CallID]*place // of buyers who are to be called back
}

// effect is what a step wants of the telephones.
type effect func(Phones)

// Counts are totals since the start.
type Counts struct {
	Calls, Answered, Lost, Refused, Offers, Ignored int64
}

// live is a call that is not finished.
type live struct {
	id      uuid.UUID
	key     acd.CallID
	number  *directory.Number
	life    call.Call
	row     journal.Call
	fresh   bool         // its row is not in the database yet
	dirty   bool         // its row is not what it was
	as      call.Outcome // how it will have ended if no person answers; "" to be told
	leg     uuid.UUID    // of the operator: ringing or talking
	with    uuid.UUID    // that operator
	dialogs []uuid.UUID
	met     acd.Explanation // how the room stood for a caller who gave up

	from     string // the buyer's number
	held     bool   // by the operator's own word
	muted    bool
	third    *third // called in, rung or there; nil for nobody
	missed   miss   // the last transfer that came to nothing
	parked   *parked
	until    acd.Instant      // when a parking, or a queue that it was sent to, has taken too long; 0 for never
	sentTo   Goal             // that queue
	last     uuid.UUID        // who had the call before, to be asked first
	leavers  []uuid.UUID      // who write it up while it goes on
	written  bool             // its operator has written it up
	turns    int              // so far
	turn     *journal.Turn    // under way
	away     *acd.Instant     // while the operator's browser is: until when it is waited for
	taped    bool             // a recording was begun
	objected bool             // the buyer does not want one
	secret   *acd.Instant     // while the recording stands still: until when at latest
	queue    *directory.Queue // that it waits in, or will
	menu     *directory.Menu  // that it meets first; nil: none
	spokenMS int64            // of the message that was left
	phone    e164.Number      // the buyer's, where it is one
	kept     *place           // that the call is for, or that was promised in it
	hunt     *hunt            // telephones outside that are rung for it; nil: none
	calling  bool             // an operator has it, and its buyer is rung
	open     bool             // it came within the hours of its number's queue
	returned bool             // it waits because its operator is gone
	spoke    *uuid.UUID       // the last operator who is gone

	watchers []*watcher // supervisors
	seized   bool       // one of them has it
}

func newFloor(pool string, epoch int64, node string, numbers map[uuid.UUID]int64, policy acd.Policy) *floor {
	return &floor{
		pool: pool, epoch: epoch, node: node, numbers: numbers,
		timed: map[acd.CallID]*live{},
		room:  acd.NewRoom(policy), calls: map[acd.CallID]*live{}, batch: &journal.Batch{}, oldest: acd.Never, desks: map[uuid.UUID]struct{}{}, paces: map[paceOf]*wait.Pace{}, places: map[acd.CallID]*place{},
	}
}

// linger is how long what nobody waits for may stay unwritten, ms: it mostly
// travels with the next commit, and saves one of its own.
const linger = 100

// due returns the instant at which the batch is to be written.
func (f *floor) due() acd.Instant {
	if f.urgent || f.oldest == acd.Never {
		return f.oldest
	}
	return f.oldest + linger
}

// take hands over what the steps since the last take wrote and want done.
// There is nothing to write, and nothing changed, if batch is nil.
func (f *floor) take() (batch *journal.Batch, effects []effect, hints []Hint) {
	for _, l := range f.changed {
		if l.fresh {
			f.batch.Arrived = append(f.batch.Arrived, l.row)
		} else {
			f.batch.Calls = append(f.batch.Calls, l.row)
		}
		f.hints = append(f.hints, Hint{Shop: l.number.Shop.ID, Call: l.id, State: l.row.State})
		l.fresh, l.dirty = false, false
	}
	for operator := range f.desks {
		f.hints = append(f.hints, Hint{Operator: operator})
	}
	clear(f.desks)
	if len(f.batch.Events) > 0 {
		batch = f.batch
	}
	effects, hints = f.effects, f.hints
	f.batch, f.changed, f.effects, f.hints = &journal.Batch{}, nil, nil, nil
	f.urgent, f.oldest = false, acd.Never
	return batch, effects, hints
}

// step applies one event.
func (f *floor) step(now acd.Instant, ev Event) {
	f.now = max(f.now, now)
	f.oldest = min(f.oldest, f.now)
	f.urgent = f.urgent || !patient(ev)
	switch ev := ev.(type) {
	case Arrived:
		f.arrive(ev)
	case Greeted:
		f.greeted(ev)
	case Rung:
		f.rung(ev)
	case Accepted:
		f.accepted(ev)
	case Declined:
		f.declined(ev)
	case HungUp:
		f.hungUp(ev)
	case Held:
		f.hold(ev, ev.Call, call.Hold)
	case Resumed:
		f.hold(ev, ev.Call, call.Resume)
	case Muted:
		f.mute(ev)
	case Cut:
		f.cut(ev)
	case Back:
		f.back(ev)
	case Gone:
		f.gone(ev)
	case Ready, Away, Finished, Extended:
		f.atDesk(ev)
	case Sought:
		f.seek(ev)
	case Moved:
		f.moved(ev)
	case Departed:
		f.departed(ev)
	case Parked:
		f.park(ev)
	case Supervised:
		f.supervise(ev)
	case Watching:
		f.watching(ev)
	case Unwatched:
		f.unwatched(ev)
	case Dismissed:
		f.dismiss(ev)
	case Seized:
		f.seize(ev)
	case Recorded:
		f.recorded(ev)
	case TapePaused:
		f.tapePaused(ev)
	case TapeResumed:
		f.tapeResumed(ev)
	case Objected:
		f.objected(ev)
	default:
		f.stepBeside(ev)
	}
}

// stepBeside applies an event of the machines, or of the room itself.
func (f *floor) stepBeside(ev Event) {
	switch ev := ev.(type) {
	case Tick:
		f.tick()
	case Measured:
		f.measured(ev)
	case Chosen, Entered, Told, Left, Messaged, Wondered:
		f.inMenu(ev)
	case Wished, Calling, Reached, Unreached:
		f.keeps(ev)
	case Dialled:
		f.dial(ev)
	case Retired:
		f.retire(ev)
	case marker:
		close(ev.stepped)
	}
}

// atDesk takes what operators say of themselves.
func (f *floor) atDesk(ev Event) {
	switch ev := ev.(type) {
	case Ready:
		f.ready(ev)
	case Away:
		f.onDesk(ev, ev.Operator, acd.Away{Operator: key(ev.Operator), Reason: ev.Reason})
	case Finished:
		f.onDesk(ev, ev.Operator, acd.Finished{Operator: key(ev.Operator)})
	case Extended:
		f.onDesk(ev, ev.Operator, acd.Extended{Operator: key(ev.Operator), By: ev.ByMS})
	}
}

// patient reports whether nothing follows from an event but its own rows.
func patient(ev Event) bool {
	switch ev.(type) {
	case Rung, Recorded, Measured:
		return true
	}
	return false
}

// tick wakes the room. It is journalled only when something came of it: the
// other wakings change nothing that a replay could miss.
func (f *floor) tick() {
	actions := f.room.Step(f.now, acd.Tick{})
	if rung := f.alarms(); rung || len(actions) > 0 {
		f.log(nil, Tick{})
	}
	f.carryOut(actions)
	f.keepPlaces()
}

// onDesk is what an operator asks for at their desk.
func (f *floor) onDesk(ev Event, operator uuid.UUID, to acd.Event) {
	f.log(nil, ev)
	f.show(operator)
	f.act(to)
}

// show marks an operator's desk as one that is not what it was.
func (f *floor) show(operator uuid.UUID) { f.desks[operator] = struct{}{} }

func key(operator uuid.UUID) acd.OperatorID { return acd.OperatorID(operator.String()) }

// act steps the room.
func (f *floor) act(ev acd.Event) []acd.Action {
	actions := f.room.Step(f.now, ev)
	f.carryOut(actions)
	return actions
}

func (f *floor) do(e effect) { f.effects = append(f.effects, e) }

// instant is f.now as the database and the page show it.
func (f *floor) instant() time.Time { return time.UnixMilli(int64(f.now)).UTC() }

// log journals an event of the call, or of the pool where l is nil.
func (f *floor) log(l *live, ev Event) { f.write(l, ev.kind(), ev) }

// write journals something that happened or was decided. A body of ours always
// has a JSON form.
func (f *floor) write(l *live, kind string, body any) {
	doc, err := json.Marshal(body)
	if err != nil {
		panic("journal " + kind + ": " + err.Error())
	}
	f.seq++
	e := journal.Event{Seq: f.seq, AtMS: int64(f.now), At: f.instant(), Kind: kind, Body: doc}
	if l != nil {
		e.CallID, e.ShopID = &l.id, &l.row.ShopID
	}
	f.batch.Events = append(f.batch.Events, e)
}

// change marks the call's row as one to write, once a batch.
func (f *floor) change(l *live) {
	l.sync()
	if !l.dirty {
		l.dirty = true
		f.changed = append(f.changed, l)
	}
}

// live returns the call if it is up.
func (f *floor) live(id uuid.UUID) *live { return f.calls[acd.CallID(id.String())] }
