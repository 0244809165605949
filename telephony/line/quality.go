package line

import (
	"math"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/journal"
	"switchboard/telephony/media"
	"switchboard/telephony/switchd"
)

// measured is a leg of the call, from when it was first heard in it.
type measured struct {
	leg      uuid.UUID
	party    string
	device   string
	operator uuid.UUID // whose leg it is; uuid.Nil: nobody's of the pool
	audio    measurable
	since    time.Time
}

// measurable is a leg whose quality is known.
type measurable interface{ Quality() media.Quality }

// mostMeasured bounds the legs of one call that are remembered.
const mostMeasured = 64

// note remembers who is in the call now, so that their sound can be told of when
// it is over.
func (w *wire) note() {
	if w.buyer.audio != nil {
		w.remember(measured{leg: w.buyer.id, party: "buyer", device: "telephone", audio: w.buyer.audio})
	}
	if w.talker != nil {
		w.noteOf(w.talker, w.voice, map[bool]string{true: "third", false: "operator"}[w.outside])
	}
	if w.third != nil && w.guest != nil {
		w.noteOf(w.guest.phone, w.third, "third")
	}
	for _, v := range w.watchers {
		w.noteOf(v.phone, v.voice, "supervisor")
	}
}

// noteOf remembers a telephone of the pool.
func (w *wire) noteOf(p phone, voice media.Leg, party string) {
	audio, is := voice.(measurable)
	if !is {
		return
	}
	m := measured{party: party, audio: audio}
	switch p := p.(type) {
	case *end:
		m.leg, m.device, m.operator = p.id, "telephone", p.operator
	case *browser:
		m.leg, m.device, m.operator = p.leg, "browser", p.operator
	default:
		return
	}
	w.remember(m)
}

func (w *wire) remember(m measured) {
	w.measuring.Lock()
	defer w.measuring.Unlock()
	for _, known := range w.measured {
		if known.leg == m.leg {
			return
		}
	}
	if len(w.measured) < mostMeasured {
		m.since = time.Now()
		w.measured = append(w.measured, m)
	}
}

// Quality returns how the sound of a call's legs comes through, now.
func (l *Lines) Quality(id uuid.UUID) []command.LegQuality {
	w := l.wire(id)
	if w == nil {
		return nil
	}
	w.measuring.Lock()
	defer w.measuring.Unlock()
	out := make([]command.LegQuality, len(w.measured))
	for i, m := range w.measured {
		q := m.audio.Quality()
		out[i] = command.LegQuality{
			Leg: m.leg, Party: m.party, Device: m.device, Codec: q.Codec, Encrypted: q.Encrypted,
			Heard: wayOf(q.Heard), Told: wayOf(q.Told), RTTMS: milliseconds(q.RTT),
		}
		if m.operator != uuid.Nil {
			out[i].Operator = &m.operator
		}
	}
	return out
}

func wayOf(m media.Way) command.Way {
	return command.Way{Packets: m.Packets, Lost: m.Lost, JitterMS: milliseconds(m.Jitter), Score: m.Score, Worst: m.Worst, Mean: m.Mean}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// account tells of the sound of a call that is over.
func (w *wire) account() {
	w.note()
	if w.number == nil || len(w.measured) == 0 {
		return
	}
	ev := switchd.Measured{Call: w.id, Shop: w.number.Shop.ID, Many: len(w.measured)}
	for _, m := range w.measured {
		ev.Legs = append(ev.Legs, w.row(m))
	}
	w.tell(ev)
}

func (w *wire) row(m measured) journal.Quality {
	q := m.audio.Quality()
	row := journal.Quality{
		ShopID: w.number.Shop.ID, CallID: w.id, LegID: m.leg, Party: m.party, Device: m.device, Node: w.lines.cfg.Node,
		Codec: q.Codec, Encrypted: q.Encrypted || m.device == "browser", StartedAt: m.since.UTC(), DurationMS: time.Since(m.since).Milliseconds(),
		HeardPackets: q.Heard.Packets, HeardLost: q.Heard.Lost, HeardJitter: q.Heard.Jitter.Microseconds(),
		HeardWorst: hundredths(q.Heard.Worst), HeardMean: hundredths(q.Heard.Mean),
	}
	if m.operator != uuid.Nil {
		row.OperatorID = &m.operator
	}
	if m.party == "buyer" {
		row.Trunk = w.trunk
	}
	if told := q.Told; told.Packets > 0 {
		jitter := told.Jitter.Microseconds()
		row.ToldPackets, row.ToldLost, row.ToldJitter = &told.Packets, &told.Lost, &jitter
		row.ToldWorst, row.ToldMean = hundredths(told.Worst), hundredths(told.Mean)
	}
	if rtt := q.RTT.Microseconds(); rtt > 0 {
		row.RTT = &rtt
	}
	return row
}

// hundredths is a score as rows have it; nil for none.
func hundredths(score float64) *int {
	if score == 0 {
		return nil
	}
	n := int(math.Round(100 * score))
	return &n
}
