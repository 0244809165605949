package line

import (
	"time"

	"switchboard/telephony/media"
)

// way is how a key reached us.
type way uint8

const (
	byRTP  way = iota + 1 // a telephone event (RFC 4733)
	byINFO                // an INFO request
)

// stroke is a key that was pressed.
type stroke struct {
	key byte
	by  way
	at  time.Time
}

// sameStroke is how far apart the two tellings of one press are: some telephones
// send both, and mean one key.
const sameStroke = 400 * time.Millisecond

// hearKeys has the buyer's keys told.
func (w *wire) hearKeys() {
	w.buyer.audio.OnDigit(func(d media.Digit) {
		if d.Released {
			return // told when it was pressed
		}
		w.post(func() { w.keyed(d.Key, byRTP) })
	})
}

// keyed takes a key of the buyer's, once.
func (w *wire) keyed(key byte, by way) {
	now, last := time.Now(), w.stroke
	if last.key == key && last.by != by && now.Sub(last.at) < sameStroke {
		w.stroke = stroke{} // its other telling; the next press of the key is another
		return
	}
	w.stroke = stroke{key, by, now}
	w.pressed(key)
}
