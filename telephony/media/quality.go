package media

import (
	"sync"
	"time"

	"switchboard/telephony/media/emodel"
)

// Quality is how a leg's audio comes through.
type Quality struct {
	Heard     Way           // from the party to us
	Told      Way           // from us to the party, by its reports; a party that sends none leaves it empty
	RTT       time.Duration // there and back; 0 while it is not known
	Codec     string
	Encrypted bool
}

// Way is one direction. Scores are of ITU-T G.107, from 1 to 4.5, of spans of
// some seconds each; 0 before the first.
type Way struct {
	Packets int64 // there should have been
	Lost    int64 // of them
	Jitter  time.Duration
	Score   float64 // of the newest span
	Worst   float64
	Mean    float64
}

// scores adds up a Way.
type scores struct {
	way Way
	sum float64
	n   int
}

// delays that are there besides the network's: a packet's own length, and that
// of the buffer of whoever plays it, which grows with the jitter.
const playout = 2 * frameLength

func (s *scores) score(l emodel.Line) {
	mos := emodel.MOS(emodel.Rating(l))
	s.n++
	s.sum += mos
	s.way.Score, s.way.Mean = mos, s.sum/float64(s.n)
	if s.n == 1 || mos < s.way.Worst {
		s.way.Worst = mos
	}
}

// judgement is what is known of a leg's quality. Reports of either side change
// it.
type judgement struct {
	mu          sync.Mutex
	heard, told scores
	rtt         time.Duration
}

// A span is about as long as between two reports; the last one, or the only one
// of a short call, says something from half a second on.
const (
	fullSpan = 200 // packets
	enough   = 25
)

// hear judges what came from the party since the last report.
func (j *judgement) hear(t tally, codec emodel.Codec) {
	j.mu.Lock()
	defer j.mu.Unlock()
	w := &j.heard.way
	w.Packets, w.Lost, w.Jitter = t.total, t.missing, span(t.jitter)
	loss := float64(max(t.lost, 0)) / float64(t.expected)
	j.heard.score(j.line(codec, loss, w.Jitter))
}

// verdict is what a party reports of what it hears.
type verdict struct {
	fraction uint8 // of 256 lost since its last report
	lost     int64
	jitter   uint32 // samples
	rtt      time.Duration
	sent     int64 // by us, until now
}

// tell judges what the party says that it heard.
func (j *judgement) tell(v verdict, codec emodel.Codec) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if v.rtt > 0 {
		j.rtt = v.rtt
	}
	w := &j.told.way
	fresh := v.sent - w.Packets
	w.Packets, w.Lost, w.Jitter = v.sent, min(max(v.lost, 0), v.sent), span(v.jitter)
	if fresh >= enough {
		j.told.score(j.line(codec, float64(v.fraction)/256, w.Jitter))
	}
}

func (j *judgement) unheard() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.heard.n == 0
}

// span judges the span that goes on now, if it has so many packets.
func (l *RTPLeg) span(least uint32) {
	if t, ok := l.reception.judge(least); ok {
		l.judgement.hear(t, l.codec())
	}
}

func (j *judgement) line(codec emodel.Codec, loss float64, jitter time.Duration) emodel.Line {
	return emodel.Line{Codec: codec, Loss: loss, Delay: j.rtt/2 + playout + 2*jitter}
}

// Quality returns how the leg's audio came through so far.
func (l *RTPLeg) Quality() Quality {
	j := &l.judgement
	least := uint32(fullSpan)
	if l.ended() || j.unheard() {
		least = enough
	}
	l.span(least)
	j.mu.Lock()
	defer j.mu.Unlock()
	q := Quality{Heard: j.heard.way, Told: j.told.way, RTT: j.rtt}
	if c := l.chosen.Load(); c != nil {
		q.Codec, q.Encrypted = c.Codec(), c.Ours.Suite != 0
	}
	return q
}
