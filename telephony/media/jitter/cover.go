package jitter

const (
	// memory is what is kept of the past to repeat: the longest period, twice.
	memory = 2 * maxPeriod
	// minPeriod and maxPeriod are the voice's periods that are looked for: 200 to
	// 50 Hz. Higher tones fit in several times.
	minPeriod = 40
	maxPeriod = 160
	// fade is how long a hole is filled; after 60 ms a repeated period sounds like
	// a machine (ITU-T G.711 appendix I).
	fade = 3 * Frame
	// blend is how long what was made up and what is real overlap.
	blend = 40
)

// cover fills holes with the last period of the voice, fainter and fainter, and
// blends into what comes after.
type cover struct {
	past   [memory]int16 // a ring; what was played last
	at     int           // where its oldest sample is
	period int           // that is repeated; 0 while nothing is made up
	lasted int           // samples that were made up since the last real one
	joint  int           // samples that are still blended
	filled bool          // the last sample was made up, and not silent
}

// next returns the sample to be played for s, which may be a hole.
func (c *cover) next(s int16) int16 {
	if s == hole {
		s = c.invent()
	} else {
		s = c.resume(s)
	}
	c.past[c.at] = s
	c.at = (c.at + 1) % memory
	return s
}

// audible reports whether what was made up last can be heard.
func (c *cover) audible() bool { return c.filled }

// invent goes on with the period before the hole.
func (c *cover) invent() int16 {
	if c.lasted >= fade {
		c.filled = false
		c.lasted++
		return 0
	}
	if c.period == 0 {
		c.period = c.find()
	}
	s := c.repeat()
	c.lasted++
	c.filled = s != 0
	return s
}

// repeat returns the sample of a period before, at the gain of its place in the
// hole: what is repeated was faded already but in the first period.
func (c *cover) repeat() int16 {
	source := c.past[(c.at+memory-c.period)%memory]
	before, now := gain(c.lasted-c.period), gain(c.lasted)
	if before <= 0 {
		return 0
	}
	return int16(int(source) * now / before)
}

// gain is the loudness n samples into a hole, of 1024: full for 10 ms.
func gain(n int) int {
	const full = Frame / 2
	if n <= full {
		return 1024
	}
	return 1024 * (fade - n) / (fade - full)
}

// resume blends a real sample with what would have been made up.
func (c *cover) resume(s int16) int16 {
	if c.lasted > 0 && c.joint == 0 {
		c.joint = blend
	}
	c.filled = false
	if c.joint == 0 {
		return s
	}
	made := 0
	if c.lasted < fade {
		made = int(c.repeat())
		c.lasted++
	}
	s = int16((made*c.joint + int(s)*(blend-c.joint)) / blend)
	if c.joint--; c.joint == 0 {
		c.period, c.lasted = 0, 0
	}
	return s
}

// seam has the next samples blended with the last ones, because some are left
// out between.
func (c *cover) seam() {
	if c.period == 0 {
		c.period, c.lasted = c.find(), 0
	}
	c.joint = blend
}

// find returns the period of what was played last: the distance at which it
// resembles itself most.
func (c *cover) find() int {
	const window = memory - maxPeriod
	at := func(back int) int64 { return int64(c.past[(c.at+memory-back)%memory]) }
	best, most := maxPeriod, float64(0)
	for period := minPeriod; period <= maxPeriod; period++ {
		var product, energy int64
		for i := 1; i <= window; i += 2 {
			a, b := at(i), at(i+period)
			product += a * b
			energy += b * b
		}
		if product <= 0 || energy == 0 {
			continue
		}
		if likeness := float64(product) * float64(product) / float64(energy); likeness > most {
			best, most = period, likeness
		}
	}
	return best
}
