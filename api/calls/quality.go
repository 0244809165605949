package calls

import (
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/quality"
)

// LegQuality is how the sound of one leg came through.
type LegQuality struct {
	Party      string     `json:"party" enum:"buyer,operator,third,supervisor" doc:"Whose leg it is"`
	Device     string     `json:"device" enum:"telephone,browser"`
	OperatorID *uuid.UUID `json:"operator_id" format:"uuid" doc:"Of the pool, whose leg it is"`
	Codec      string     `json:"codec" example:"PCMA"`
	Encrypted  bool       `json:"encrypted" doc:"The sound, on its way"`
	StartedAt  time.Time  `json:"started_at"`
	DurationS  float64    `json:"duration_s" doc:"Seconds that it was in the call"`
	Heard      *Way       `json:"heard" doc:"What came from the party; null if nothing did"`
	Told       *Way       `json:"told" doc:"What the party heard of us, by its own reports; null if it sends none"`
	RTTMS      *float64   `json:"rtt_ms" doc:"Milliseconds to the party and back; null if not known"`
}

// Way is one direction of a leg.
type Way struct {
	Packets  int64    `json:"packets" doc:"There should have been"`
	Lost     int64    `json:"lost" doc:"Of them"`
	LossPct  float64  `json:"loss_percent"`
	JitterMS float64  `json:"jitter_ms" doc:"Milliseconds, RFC 3550"`
	MOS      *float64 `json:"mos" doc:"Mean, ITU-T G.107: 1 bad to 4.5; null if it was too short to say"`
	Worst    *float64 `json:"worst_mos" doc:"Of the worst few seconds"`
	Word     string   `json:"word" enum:"good,fair,poor,unknown" doc:"The mean in a word"`
}

func showQuality(legs []quality.Leg) []LegQuality {
	out := make([]LegQuality, len(legs))
	for i, l := range legs {
		out[i] = LegQuality{
			Party: l.Party, Device: l.Device, OperatorID: l.OperatorID, Codec: l.Codec, Encrypted: l.Encrypted, StartedAt: l.StartedAt,
			DurationS: seconds(l.DurationMs), Heard: wayOf(l.HeardPackets, l.HeardLost, l.HeardJitterUs, l.HeardMean, l.HeardWorst),
		}
		if l.ToldPackets != nil && l.ToldLost != nil && l.ToldJitterUs != nil {
			out[i].Told = wayOf(*l.ToldPackets, *l.ToldLost, *l.ToldJitterUs, l.ToldMean, l.ToldWorst)
		}
		if l.RttUs != nil {
			rtt := float64(*l.RttUs) / 1000
			out[i].RTTMS = &rtt
		}
	}
	return out
}

func wayOf(packets, lost, jitter int64, mean, worst *int) *Way {
	if packets == 0 {
		return nil
	}
	return &Way{
		Packets: packets, Lost: lost, LossPct: 100 * float64(lost) / float64(packets), JitterMS: float64(jitter) / 1000,
		MOS: mos(mean), Worst: mos(worst), Word: quality.Word(mean),
	}
}

func mos(hundredths *int) *float64 {
	if hundredths == nil {
		return nil
	}
	v := float64(*hundredths) / 100
	return &v
}
