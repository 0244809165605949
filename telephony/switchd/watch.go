package switchd

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/tenant/fault"
)

// MaxWatchers is how many supervisors may be at a call. More than that is not
// supervision; and a mixer has only so many places.
const MaxWatchers = 3

// Watch is a supervisor who shall hear a call. It stays with the call, through
// hold, transfers and other operators, until it ends, or the supervisor does.
type Watch struct {
	Call       uuid.UUID
	Leg        uuid.UUID
	Supervisor uuid.UUID
	Mode       command.Supervise
	Announced  bool // those in the call hear a tone
	Telephone  bool // not the browser
}

type (
	// Supervised: a supervisor begins at a call, or does something else there
	// than before.
	Supervised struct {
		Call       uuid.UUID         `json:"-"`
		Supervisor uuid.UUID         `json:"supervisor"`
		Leg        uuid.UUID         `json:"leg"` // if they begin
		Mode       command.Supervise `json:"mode"`
		Announced  bool              `json:"announced"`
		Telephone  bool              `json:"telephone,omitempty"`
	}
	// Watching: a supervisor's telephone rings, and then is Up: they hear the
	// call. Should this process die, its successor must end it.
	Watching struct {
		Call   uuid.UUID `json:"-"`
		Leg    uuid.UUID `json:"leg"`
		Up     bool      `json:"up"`
		Dialog []byte    `json:"-"` // a browser has none
	}
	// Unwatched: a supervisor's telephone hung up, did not answer, or is gone.
	Unwatched struct {
		Call   uuid.UUID `json:"-"`
		Leg    uuid.UUID `json:"leg"`
		Reason string    `json:"reason,omitempty"`
	}
	// Dismissed: a supervisor wants to hear no more of a call.
	Dismissed struct {
		Call       uuid.UUID `json:"-"`
		Supervisor uuid.UUID `json:"supervisor"`
	}
	// Seized: a supervisor takes the call from its operator.
	Seized struct {
		Call       uuid.UUID `json:"-"`
		Supervisor uuid.UUID `json:"supervisor"`
	}
)

func (Supervised) kind() string { return "supervised" }
func (Watching) kind() string   { return "watching" }
func (Unwatched) kind() string  { return "unwatched" }
func (Dismissed) kind() string  { return "dismissed" }
func (Seized) kind() string     { return "seized" }

// watcher is a supervisor at a call.
type watcher struct {
	Watch
	up    bool
	since acd.Instant
}

// Supervisable reports whether an event of a supervisor's makes sense now, as
// the refusal that it else is.
func (s *Switch) Supervisable(ctx context.Context, ev Event) error {
	var refusal error
	err := s.ask(ctx, func(f *floor) {
		switch ev := ev.(type) {
		case Supervised:
			_, refusal = f.supervisable(ev)
		case Dismissed:
			_, refusal = f.watchedBy(ev.Call, ev.Supervisor)
		case Seized:
			_, refusal = f.seizable(ev)
		}
	})
	if err != nil {
		return err
	}
	return refusal
}

func (f *floor) supervisable(ev Supervised) (*live, error) {
	l := f.live(ev.Call)
	switch {
	case l == nil:
		return nil, fault.NotFound
	case l.with == ev.Supervisor:
		return nil, command.ErrOwnCall
	case l.life.State != call.Talking && l.life.State != call.Held && l.life.State != call.Moving:
		return nil, command.ErrNotTalking
	case l.watcher(ev.Supervisor) == nil && len(l.watchers) >= MaxWatchers:
		return nil, command.ErrCrowded
	}
	return l, nil
}

// watchedBy returns a call that the supervisor is at.
func (f *floor) watchedBy(id, supervisor uuid.UUID) (*live, error) {
	l := f.live(id)
	switch {
	case l == nil:
		return nil, fault.NotFound
	case l.watcher(supervisor) == nil:
		return nil, command.ErrNotWatching
	}
	return l, nil
}

func (l *live) watcher(supervisor uuid.UUID) *watcher {
	for _, w := range l.watchers {
		if w.Supervisor == supervisor {
			return w
		}
	}
	return nil
}

func (f *floor) supervise(ev Supervised) {
	l, err := f.supervisable(ev)
	if err != nil {
		f.counts.Ignored++
		return
	}
	if w := l.watcher(ev.Supervisor); w != nil {
		f.retune(l, w, ev)
		return
	}
	f.leaveOthers(ev.Supervisor)
	f.log(l, ev)
	w := &watcher{Watch: Watch{l.id, ev.Leg, ev.Supervisor, ev.Mode, ev.Announced, ev.Telephone}, since: f.now}
	l.watchers = append(l.watchers, w)
	watch := w.Watch
	f.do(func(p Phones) { p.Watch(watch) })
	f.showWatch(l)
}

// retune is of a supervisor who is there and wants something else.
func (f *floor) retune(l *live, w *watcher, ev Supervised) {
	if w.Mode == ev.Mode {
		return
	}
	ev.Leg, ev.Announced, ev.Telephone = w.Leg, w.Announced, w.Telephone
	f.log(l, ev)
	w.Mode = ev.Mode
	watch := w.Watch
	f.do(func(p Phones) { p.Watch(watch) })
	f.showWatch(l)
}

// leaveOthers ends what a supervisor listens to: one call at a time.
func (f *floor) leaveOthers(supervisor uuid.UUID) {
	for _, l := range f.calls {
		if w := l.watcher(supervisor); w != nil {
			f.log(l, Dismissed{Call: l.id, Supervisor: supervisor})
			f.unwatch(l, w, true)
		}
	}
}

// unwatch forgets a supervisor.
func (l *live) unwatch(w *watcher) {
	l.watchers = slices.DeleteFunc(l.watchers, func(o *watcher) bool { return o == w })
}

// unwatch takes a supervisor away from a call; hangUp unless they hung up.
func (f *floor) unwatch(l *live, w *watcher, hangUp bool) {
	l.unwatch(w)
	f.drop(l, w.Leg)
	if hangUp {
		id, leg, supervisor := l.id, w.Leg, w.Supervisor
		f.do(func(p Phones) { p.Unwatch(id, leg, supervisor) })
	}
	f.showWatch(l)
}

// showWatch has the floor and the operator's desk looked at again.
func (f *floor) showWatch(l *live) {
	if l.with != uuid.Nil {
		f.show(l.with)
	}
	f.change(l)
}

func (f *floor) watching(ev Watching) {
	l := f.live(ev.Call)
	if l == nil {
		return // it ended, and all its telephones with it
	}
	i := slices.IndexFunc(l.watchers, func(w *watcher) bool { return w.Leg == ev.Leg })
	if i < 0 {
		return // dismissed meanwhile
	}
	f.log(l, ev)
	if len(ev.Dialog) > 0 {
		f.dialog(l, ev.Leg, "supervisor", ev.Dialog)
	}
	if w := l.watchers[i]; ev.Up && !w.up {
		w.up, w.since = true, f.now
		f.showWatch(l)
	}
}

func (f *floor) unwatched(ev Unwatched) {
	l := f.live(ev.Call)
	if l == nil {
		return
	}
	for _, w := range l.watchers {
		if w.Leg == ev.Leg {
			f.log(l, ev)
			f.unwatch(l, w, false)
			return
		}
	}
}

func (f *floor) dismiss(ev Dismissed) {
	l, err := f.watchedBy(ev.Call, ev.Supervisor)
	if err != nil {
		f.counts.Ignored++
		return
	}
	f.log(l, ev)
	f.unwatch(l, l.watcher(ev.Supervisor), true)
}

// watchersShown are the supervisors of a call as the floor sees them, or only
// those that its operator is told of: a silent one shows when they speak.
func (l *live) watchersShown(toOperator bool) []command.Watcher {
	var out []command.Watcher
	for _, w := range l.watchers {
		if toOperator && (!w.up || !w.Announced && w.Mode == command.Listen) {
			continue
		}
		out = append(out, command.Watcher{Supervisor: w.Supervisor, Mode: w.Mode, Up: w.up, Announced: w.Announced, Since: wall(w.since)})
	}
	return out
}
