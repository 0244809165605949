package webleg

// maxUnacked bounds what is kept for a page to come back to; a page that missed
// more is told where it stands instead.
const maxUnacked = 64

// outbox is the numbered messages that a page has not confirmed.
type outbox struct {
	newest int64 // number of the last one, from 1
	kept   [][]byte
}

// add numbers m and keeps it.
func (o *outbox) add(m reply) {
	o.newest++
	m.N = o.newest
	if len(o.kept) == maxUnacked {
		o.kept[0] = nil
		o.kept = o.kept[1:]
	}
	o.kept = append(o.kept, m.encode())
}

// ack drops what a page has received.
func (o *outbox) ack(n int64) {
	first := o.newest - int64(len(o.kept)) + 1
	if n < first || n > o.newest {
		return
	}
	clear(o.kept[:n-first+1])
	o.kept = o.kept[n-first+1:]
}

// after returns the oldest message after n, nil if there is none. It reports
// false if it is no longer kept, or never was sent.
func (o *outbox) after(n int64) (message []byte, ok bool) {
	first := o.newest - int64(len(o.kept)) + 1
	switch {
	case n > o.newest || n+1 < first:
		return nil, false
	case n == o.newest:
		return nil, true
	}
	return o.kept[n+1-first], true
}
