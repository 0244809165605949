package pick

// Meter counts the calls of one trunk, against what the carrier sold us. The
// zero Meter counts none.
type Meter struct {
	Calls  int // at once
	recent []Instant
}

// Cap is how many calls a trunk may have: at once, and new ones within any
// second. Zero is no cap.
type Cap struct{ Calls, PerSecond int }

// Full tells whether one more call at now would be too many.
func (m *Meter) Full(c Cap, now Instant) bool {
	m.forget(now)
	return c.Calls > 0 && m.Calls >= c.Calls || c.PerSecond > 0 && len(m.recent) >= c.PerSecond
}

// Begin counts a call that begins at now, unless that is one too many.
func (m *Meter) Begin(c Cap, now Instant) bool {
	if m.Full(c, now) {
		return false
	}
	m.Calls++
	m.recent = append(m.recent, now)
	return true
}

// End counts the end of a call.
func (m *Meter) End() { m.Calls = max(0, m.Calls-1) }

// PerSecond is how many calls began in the second before now.
func (m *Meter) PerSecond(now Instant) int {
	m.forget(now)
	return len(m.recent)
}

// forget drops what began a second ago and earlier.
func (m *Meter) forget(now Instant) {
	n := 0
	for n < len(m.recent) && m.recent[n] <= now-1000 {
		n++
	}
	m.recent = m.recent[n:]
}
