package gen

import "time"

// A mark is hidden in the lowest bit of the samples of a packet: which stream it
// is of, the how manyth, and when it was sent. A relay keeps it, a tone stays a
// tone, and whoever hears the packet knows what became of it.
type mark struct {
	stream uint32 // 24 bits
	number uint32 // 24 bits
	at     time.Time
}

const (
	markBits  = 128
	markMagic = 0xA5C3
)

// write hides the mark in b, which is not shorter than markBits.
func (m mark) write(b []byte) {
	head := uint64(markMagic)<<48 | uint64(m.stream&0xffffff)<<24 | uint64(m.number&0xffffff)
	at := uint64(m.at.UnixNano())
	b = b[:markBits]
	for i := range 64 {
		b[i] = b[i]&^1 | byte(head>>i)&1
		b[i+64] = b[i+64]&^1 | byte(at>>i)&1
	}
}

// readMark finds a mark in b, if there is one.
func readMark(b []byte) (mark, bool) {
	if len(b) < markBits {
		return mark{}, false
	}
	var head, at uint64
	b = b[:markBits]
	for i := range 64 {
		head |= uint64(b[i]&1) << i
		at |= uint64(b[i+64]&1) << i
	}
	if head>>48 != markMagic {
		return mark{}, false
	}
	return mark{stream: uint32(head>>24) & 0xffffff, number: uint32(head) & 0xffffff, at: time.Unix(0, int64(at))}, true
}
