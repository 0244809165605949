package line

import (
	"maps"
	"slices"

	"switchboard/telephony/command"
	"switchboard/telephony/media"
	"switchboard/telephony/media/mix"
	"switchboard/telephony/media/prompt"
)

// bond is how the parties of a call hear each other: two through a bridge, or
// all through a mixer, or nobody anybody.
type bond struct {
	bridge *media.Bridge
	ends   [2]media.Leg // that it connects
	mixer  *mix.Mixer
	tape   *tape // that it writes
	mixed  map[mix.ID]media.Leg
}

// seat is a party of the call with its leg.
type seat struct {
	party
	id  mix.ID
	leg media.Leg
}

// The places at the mixer. Supervisors have their leg's name.
const (
	buyerSeat    mix.ID = "buyer"
	operatorSeat mix.ID = "operator"
	thirdSeat    mix.ID = "third"
)

// scene is how the call stands now.
func (w *wire) scene() scene {
	s := scene{talk: w.talk}
	switch {
	case w.talker == nil:
		s.talk = waiting
	case w.away:
		s.operator = away
	case w.muted:
		s.operator = muted
	}
	for _, v := range w.watchers {
		s.barged = s.barged || v.voice != nil && v.Mode == command.Barge
	}
	return s
}

// isWatched reports whether a supervisor is there.
func (w *wire) isWatched() bool {
	for _, v := range w.watchers {
		if v.voice != nil {
			return true
		}
	}
	return false
}

// served reports whether buyer and operator are in conversation.
func (w *wire) served() bool {
	s := w.scene()
	return s.operator != away && (s.talk == talking || s.talk == conference)
}

// connect forms the media anew after the scene. It is cheap to call when nothing
// has changed.
func (w *wire) connect() {
	if w.notice != nil {
		return // once they have been told
	}
	s := w.scene()
	w.play(s)
	switch {
	case s.talk == conference, w.isWatched():
		w.mix(s)
	case s.talk == talking && s.operator != away:
		w.bridge(w.buyer.audio, w.tape)
	case s.talk == consulting && s.operator != away:
		w.bridge(w.third, nil)
	default:
		w.part()
	}
	w.note()
	w.unguard()
	w.guard(w.buyer)
	if e, is := w.talker.(*end); is && s.speaks(party{role: theOperator}) {
		w.guard(e) // browsers are watched by those who know them
	}
	w.guardGuest()
	for _, v := range w.watchers {
		w.guardWatcher(v)
	}
}

// play has those hear music whom nobody talks to.
func (w *wire) play(s scene) {
	switch music := s.music(party{role: theBuyer}); {
	case !music:
		w.silence()
	case w.playing == nil:
		w.playing = w.lines.player.Loop(w.buyer.audio, w.tune())
	}
	switch music := w.third != nil && w.second == nil && s.music(party{role: theThird}); {
	case music && w.music == nil:
		w.music = w.lines.player.Loop(w.third, prompt.Music())
	case !music && w.music != nil:
		w.music.Stop()
		w.music = nil
	}
}

// bridge has somebody and the operator hear each other, on tape if there is
// one: packets pass through as they come.
func (w *wire) bridge(with media.Leg, t *tape) {
	ends := [2]media.Leg{with, w.voice}
	if w.bond.bridge == nil || w.bond.ends != ends {
		w.part()
		w.bond.bridge, w.bond.ends = media.Connect(with, w.voice, t.tap()), ends
	}
	w.bond.bridge.Mute(w.muted)
}

// tap is t as the media know it.
func (t *tape) tap() media.Tap {
	if t == nil {
		return nil
	}
	return t
}

// mix has everybody hear whom they shall.
func (w *wire) mix(s scene) {
	b := &w.bond
	if b.mixer == nil || b.tape != w.tape {
		w.part()
		b.mixer, b.tape, b.mixed = w.lines.board.New(buyerSeat, w.tape.tap()), w.tape, map[mix.ID]media.Leg{}
	}
	seats := w.seats(s)
	for id := range maps.Clone(b.mixed) {
		if !slices.ContainsFunc(seats, func(p seat) bool { return p.id == id }) {
			b.mixer.Leave(id)
			delete(b.mixed, id)
		}
	}
	for _, p := range seats {
		if b.mixed[p.id] != p.leg && b.mixer.Join(p.id, p.leg) {
			b.mixed[p.id] = p.leg
		}
	}
	for _, l := range seats {
		for _, p := range seats {
			b.mixer.Hears(l.id, p.id, l.id != p.id && hears(s, l.party, p.party))
		}
	}
}

// seats are those who are mixed: all but who hears music, or is away.
func (w *wire) seats(s scene) []seat {
	var all []seat
	if p := (party{role: theBuyer}); !s.music(p) {
		all = append(all, seat{p, buyerSeat, w.buyer.audio})
	}
	if w.voice != nil && s.operator != away {
		all = append(all, seat{party{role: theOperator}, operatorSeat, w.voice})
	}
	if p := (party{role: theThird}); w.third != nil && !s.music(p) {
		all = append(all, seat{p, thirdSeat, w.third})
	}
	for leg, v := range w.watchers {
		if v.voice != nil {
			all = append(all, seat{party{aSupervisor, modeOf[v.Mode]}, mix.ID(leg.String()), v.voice})
		}
	}
	return all
}

// part has nobody hear anybody.
func (w *wire) part() {
	if w.bond.bridge != nil {
		w.bond.bridge.Close()
	}
	if w.bond.mixer != nil {
		w.bond.mixer.Close()
	}
	w.bond = bond{}
}
