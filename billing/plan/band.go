package plan

import (
	"fmt"
	"strconv"

	"switchboard/billing/rating"
)

// bands reads the hours that have prices of their own.
func (r *reading) bands(p Plan) (bands []rating.Band) {
	if len(p.Bands) > maxWeekBands {
		r.wrong("bands", "%d are more than %d", len(p.Bands), maxWeekBands)
		return nil
	}
	if len(p.Bands) > 0 && p.NextRatePerMin != "" {
		r.wrong("next_rate_per_min", "a plan with bands has one price in each: leave it out")
	}
	names := map[string]bool{"": true}
	for i, b := range p.Bands {
		field := fmt.Sprintf("bands[%d].", i)
		if names[b.Name] {
			r.wrong(field+"name", "give each band a name of its own")
		}
		names[b.Name] = true
		bands = append(bands, r.band(field, b))
	}
	return bands
}

func (r *reading) band(field string, b Band) rating.Band {
	return rating.Band{
		Name:  b.Name,
		Days:  r.days(field+"days", b.Days),
		From:  r.clock(field+"from", b.From, minutesOfADay-1),
		To:    r.clock(field+"to", b.To, minutesOfADay),
		Rate:  r.price(field+"rate_per_min", b.RatePerMin),
		Setup: r.fee(field+"setup_fee", b.SetupFee),
	}
}

func (r *reading) days(field string, names []string) (days rating.Days) {
	if len(names) == 0 {
		return rating.EveryDay
	}
	for i, name := range names {
		day, err := rating.ParseDay(name)
		if err != nil {
			r.wrong(fmt.Sprintf("%s[%d]", field, i), "%v", err)
			continue
		}
		days |= day
	}
	return days
}

// clock reads HH:MM as minutes after midnight, at most latest.
func (r *reading) clock(field, text string, latest int64) int64 {
	if len(text) == len("00:00") && text[2] == ':' {
		hours, badHours := strconv.ParseUint(text[:2], 10, 8)
		minutes, badMinutes := strconv.ParseUint(text[3:], 10, 8)
		at := int64(hours*60 + minutes)
		if badHours == nil && badMinutes == nil && minutes < 60 && at <= latest {
			return at
		}
	}
	r.wrong(field, "%q is no time of the day within 00:00..%02d:%02d", text, latest/60, latest%60)
	return 0
}

func (r *reading) split(p Plan) (split rating.Split) {
	if p.Split == "" {
		return rating.PerSecond
	}
	if len(p.Bands) == 0 {
		r.wrong("split", "there are no bands between which a call could be split: leave it out")
		return rating.PerSecond
	}
	split, err := rating.ParseSplit(p.Split)
	r.check("split", err)
	return split
}
