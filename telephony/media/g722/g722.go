// Package g722 is the lower half of ITU-T G.722 at 64 kbit/s: what is below
// 4 kHz, which is all that a telephone of G.711 can say or hear. Between two
// wideband telephones packets pass through as they are, and need none of this.
package g722

import "switchboard/telephony/media/g711"

// band is the adaptive predictor of a sub-band (G.722 clause 4, block 4L).
type band struct {
	s, sp, sz int32
	r, p, a   [3]int32
	b, d      [7]int32
	nb, det   int32
}

// Decoder turns a stream into 8 kHz samples. The zero Decoder begins one.
type Decoder struct{ low band }

// Encoder turns 8 kHz samples into a stream. The zero Encoder begins one.
type Encoder struct{ low band }

// Tables of the lower band (G.722 tables 15 to 21).
var (
	quant6 = [32]int32{
		0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714,
		786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919, 0, 0,
	}
	codeNegative = [32]byte{
		0, 63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19,
		18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 0,
	}
	codePositive = [32]byte{
		0, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47,
		46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 0,
	}
	level4 = [16]int32{
		0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
	}
	level6 = [64]int32{
		-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
		-7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
		24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
		4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
	}
	scaleStep = [8]int32{-60, -30, 58, 172, 334, 538, 1198, 3042}
	scaleOf   = [16]int32{0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0}
	antilog   = [32]int32{
		2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
		2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
	}
)

// silentHigh is the code of an upper band that says nothing.
const silentHigh = 0xC0

// step is the quantiser's, which begins at its least.
func (b *band) step() int32 {
	if b.det == 0 {
		b.det = 32
	}
	return b.det
}

// Decode writes a byte of law into dst for each byte of code, as many as both
// have room for, and returns their number.
func (d *Decoder) Decode(dst, code []byte, law g711.Law) int {
	n := min(len(dst), len(code))
	for i, c := range code[:n] {
		det := d.low.step()
		sample := min(max(d.low.s+det*level6[c&0x3F]>>15, -16384), 16383)
		d.low.adapt(int32(c&0x3F) >> 2)
		dst[i] = law.Byte(int16(sample << 1))
	}
	return n
}

// Encode writes a byte of code into dst for each byte of law in src, as many as
// both have room for, and returns their number.
func (e *Encoder) Encode(dst, src []byte, law g711.Law) int {
	n := min(len(dst), len(src))
	for i, x := range src[:n] {
		det := e.low.step()
		wrong := saturate(int32(law.Sample(x))>>1 - e.low.s)
		size := wrong
		if wrong < 0 {
			size = -(wrong + 1)
		}
		q := 1
		for q < 30 && size >= quant6[q]*det>>12 {
			q++
		}
		low := codePositive[q]
		if wrong < 0 {
			low = codeNegative[q]
		}
		e.low.adapt(int32(low) >> 2)
		dst[i] = silentHigh | low
	}
	return n
}

// adapt has the band follow a code of four bits (blocks 2L, 3L).
func (b *band) adapt(code int32) {
	difference := b.det * level4[code] >> 15
	b.nb = min(max(b.nb*127>>7+scaleStep[scaleOf[code]], 0), 18432)
	scale, shift := antilog[b.nb>>6&31], 8-b.nb>>11
	if shift < 0 {
		scale <<= -shift
	} else {
		scale >>= shift
	}
	b.det = scale << 2
	b.predict(difference)
}

// predict is block 4L: the next sample is guessed from two poles and six zeros.
func (b *band) predict(difference int32) {
	b.d[0] = difference
	b.r[0], b.p[0] = saturate(b.s+difference), saturate(b.sz+difference)
	b.poles()
	b.zeros()
	b.sp = saturate(b.a[1]*saturate(2*b.r[1])>>15 + b.a[2]*saturate(2*b.r[2])>>15)
	sum := int32(0)
	for i := 6; i > 0; i-- {
		sum += b.b[i] * saturate(2*b.d[i]) >> 15
	}
	b.sz = saturate(sum)
	b.s = saturate(b.sp + b.sz)
}

// poles adapts the pole section (UPPOL2, UPPOL1, DELAYA).
func (b *band) poles() {
	turn := saturate(b.a[1] << 2)
	if sign(b.p[0]) == sign(b.p[1]) {
		turn = -turn
	}
	second := min(turn, 32767)>>7 + b.a[2]*32512>>15
	if sign(b.p[0]) == sign(b.p[2]) {
		second += 128
	} else {
		second -= 128
	}
	second = min(max(second, -12288), 12288)
	first := b.a[1] * 32640 >> 15
	if sign(b.p[0]) == sign(b.p[1]) {
		first += 192
	} else {
		first -= 192
	}
	bound := saturate(15360 - second)
	first = min(max(saturate(first), -bound), bound)
	b.a[1], b.a[2] = first, second
	b.r[2], b.r[1] = b.r[1], b.r[0]
	b.p[2], b.p[1] = b.p[1], b.p[0]
}

// zeros adapts the zero section (UPZERO, DELAYA).
func (b *band) zeros() {
	gain := int32(128)
	if b.d[0] == 0 {
		gain = 0
	}
	for i := 6; i > 0; i-- {
		move := -gain
		if sign(b.d[i]) == sign(b.d[0]) {
			move = gain
		}
		b.b[i] = saturate(move + b.b[i]*32640>>15)
	}
	for i := 6; i > 0; i-- {
		b.d[i] = b.d[i-1]
	}
}

func sign(x int32) bool { return x < 0 }

func saturate(x int32) int32 { return min(max(x, -32768), 32767) }
