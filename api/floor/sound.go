package floor

import (
	"math"

	"switchboard/telephony/command"
	"switchboard/tenant/quality"
)

// LiveLeg is how one who talks comes through, now.
type LiveLeg struct {
	Party  string   `json:"party" enum:"buyer,operator"`
	Device string   `json:"device" enum:"telephone,browser"`
	Word   string   `json:"word" enum:"good,fair,poor,unknown" doc:"The worse way of the last seconds in a word"`
	MOS    *float64 `json:"mos" doc:"Of the worse way, ITU-T G.107: 1 bad to 4.5; null: too little was heard yet"`
	Heard  LiveWay  `json:"heard" doc:"What comes from them"`
	Told   LiveWay  `json:"told" doc:"What they hear of us, by their reports"`
}

// LiveWay is one direction of a leg; its fields are null while nothing is known.
type LiveWay struct {
	Loss   *float64 `json:"loss_percent" doc:"Of all packets so far"`
	Jitter *float64 `json:"jitter_ms" doc:"Milliseconds, RFC 3550"`
	MOS    *float64 `json:"mos" doc:"Of the last seconds"`
}

func liveLegs(legs []command.LegQuality) []LiveLeg {
	out := make([]LiveLeg, len(legs))
	for i, l := range legs {
		out[i] = LiveLeg{Party: l.Party, Device: l.Device, Heard: liveWay(l.Heard), Told: liveWay(l.Told), Word: quality.Word(nil)}
		if mos := worse(out[i].Heard.MOS, out[i].Told.MOS); mos != nil {
			hundredths := int(math.Round(100 * *mos))
			out[i].MOS, out[i].Word = mos, quality.Word(&hundredths)
		}
	}
	return out
}

func liveWay(w command.Way) LiveWay {
	var out LiveWay
	if w.Packets > 0 {
		loss := 100 * float64(w.Lost) / float64(w.Packets)
		out.Loss, out.Jitter = &loss, &w.JitterMS
	}
	if w.Score > 0 {
		out.MOS = &w.Score
	}
	return out
}

// worse returns the lower score of those that are known.
func worse(a, b *float64) *float64 {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
}
