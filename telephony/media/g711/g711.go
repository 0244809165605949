// Package g711 is the two laws of ITU-T G.711 and the tables between them.
package g711

import "math/bits"

// Law is one of the two encodings of 8 kHz speech into a byte a sample. The
// zero Law is none.
type Law uint8

// The laws. The rest of the world outside North America and Japan speaks ALaw.
const (
	ALaw Law = iota + 1
	MuLaw
)

// String returns the law's encoding name in SDP (RFC 3551 section 6).
func (l Law) String() string {
	switch l {
	case ALaw:
		return "PCMA"
	case MuLaw:
		return "PCMU"
	}
	return "none"
}

// PayloadType returns the law's static RTP payload type (RFC 3551 table 4).
func (l Law) PayloadType() uint8 {
	if l == ALaw {
		return 8
	}
	return 0
}

// Silence returns the byte of a sample of silence.
func (l Law) Silence() byte {
	if l == ALaw {
		return 0xD5
	}
	return 0xFF
}

// Sample returns the linear 16-bit value of one byte.
func (l Law) Sample(b byte) int16 {
	if l == ALaw {
		return linear[0][b]
	}
	return linear[1][b]
}

// Byte returns the byte that stands for a linear 16-bit value.
func (l Law) Byte(s int16) byte {
	if l == ALaw {
		return toALaw(s)
	}
	return toMuLaw(s)
}

// Encode returns pcm as bytes of the law, one a sample.
func (l Law) Encode(pcm []int16) []byte {
	out := make([]byte, len(pcm))
	for i, s := range pcm {
		out[i] = l.Byte(s)
	}
	return out
}

// Decode returns the linear samples of b.
func (l Law) Decode(b []byte) []int16 {
	out := make([]int16, len(b))
	for i, x := range b {
		out[i] = l.Sample(x)
	}
	return out
}

// Table returns the bytes of law to for each byte of law from, or nil if there
// is nothing to translate.
func Table(from, to Law) *[256]byte {
	switch {
	case from == ALaw && to == MuLaw:
		return &aToMu
	case from == MuLaw && to == ALaw:
		return &muToA
	}
	return nil
}

var (
	linear = [2][256]int16{tabulate(fromALaw), tabulate(fromMuLaw)}
	aToMu  = tabulate(func(b byte) byte { return toMuLaw(fromALaw(b)) })
	muToA  = tabulate(func(b byte) byte { return toALaw(fromMuLaw(b)) })
)

func tabulate[T any](f func(byte) T) (t [256]T) {
	for i := range t {
		t[i] = f(byte(i))
	}
	return t
}

// muBias and muClip are the constants of G.711's u-law at 16 bits: 33 and 8159
// of its 14-bit scale, times four.
const (
	muBias = 0x84
	muClip = 32635
)

func toMuLaw(s int16) byte {
	v, sign := int(s), 0
	if v < 0 {
		v, sign = -v, 0x80
	}
	v = min(v, muClip) + muBias
	segment := bits.Len16(uint16(v) >> 8) // v is at least muBias
	return ^byte(sign | segment<<4 | v>>(segment+3)&0x0F)
}

func fromMuLaw(b byte) int16 {
	b = ^b
	v := (int(b&0x0F)<<3+muBias)<<(b&0x70>>4) - muBias
	if b&0x80 != 0 {
		v = -v
	}
	return int16(v)
}

func toALaw(s int16) byte {
	v, mask := int(s)>>3, byte(0xD5) // 13 bits; even bits are inverted on the line
	if v < 0 {
		v, mask = -v-1, 0x55
	}
	segment := bits.Len16(uint16(v) >> 5)
	v >>= max(segment, 1)
	return (byte(segment<<4) | byte(v&0x0F)) ^ mask
}

func fromALaw(b byte) int16 {
	b ^= 0x55
	v := int(b&0x0F)<<4 + 8
	if segment := b & 0x70 >> 4; segment > 0 {
		v = (v + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		v = -v
	}
	return int16(v)
}
