package media

// reel is clips, one after another.
type reel struct {
	clips   []*Clip
	endless bool
	clip    int
	frame   int
}

func (r *reel) play(leg Leg) bool {
	law := leg.Law()
	if law == 0 {
		return true
	}
	if !r.seek() {
		return false
	}
	leg.SendFrame(r.clips[r.clip].frame(r.frame, law))
	r.frame++
	return true
}

// seek moves on to the clip that has a next frame, and reports whether there is one.
func (r *reel) seek() bool {
	for range len(r.clips) + 2 {
		if r.clip == len(r.clips) {
			if !r.endless {
				return false
			}
			r.clip = 0
		}
		if r.clip < len(r.clips) && r.frame < r.clips[r.clip].frames {
			return true
		}
		r.clip, r.frame = min(r.clip+1, len(r.clips)), 0
	}
	return false
}

// A press is 100 ms, its end is sent three times (RFC 4733 section 2.5.1.4), and
// the next one follows after 100 ms, twice what Q.24 asks of receivers.
const (
	pressFrames   = 5
	releaseFrames = 2 // besides the end itself
	pauseFrames   = 3
)

// dial is keys, one after another.
type dial struct {
	keys string
	step int // frames of the first key that are over
}

func (d *dial) play(leg Leg) bool {
	for d.keys != "" {
		code, ok := EventOf(d.keys[0])
		if ok {
			d.press(leg, code)
			return true
		}
		d.keys = d.keys[1:]
	}
	return false
}

// press does the next frame of key code.
func (d *dial) press(leg Leg, code uint8) {
	d.step++
	switch {
	case d.step <= pressFrames+releaseFrames:
		lasted := min(d.step, pressFrames)
		leg.SendEvent(Event{Code: code, Duration: uint16(lasted * frame), End: lasted == pressFrames})
	case d.step == pressFrames+releaseFrames+pauseFrames:
		d.keys, d.step = d.keys[1:], 0
	}
}
