// Package emodel says how good a telephone conversation is to people, from what
// the network does to it: the E-model of ITU-T G.107 (06/2015).
package emodel

import (
	"math"
	"time"
)

// Codec is what G.113 says about how audio is encoded.
type Codec struct {
	Impairment float64 // Ie: without any loss
	Robustness float64 // Bpl: how well it takes lost packets
}

// G711 is either law with packet-loss concealment (G.113 appendix I). G722 at 64
// kbit/s is taken for no worse: the model's scale ends where its better sound
// begins.
var (
	G711 = Codec{Impairment: 0, Robustness: 25.1}
	G722 = Codec{Impairment: 0, Robustness: 25.1}
)

// Line is one direction of a conversation.
type Line struct {
	Codec Codec
	Delay time.Duration // from mouth to ear
	Loss  float64       // of packets that do not come, or too late: 0 to 1
	Burst float64       // BurstR: 1 where they are lost by chance, more where they go together; 0 is 1
}

// The model's defaults: levels in dB, noise in dBm0p and dB(A), echo losses in
// dB (G.107 table 2).
const (
	slr, rlr, stmr, lstr = 8.0, 2.0, 15.0, 18.0
	ds                   = 3.0
	telr, wepl           = 65.0, 110.0
	nc, nfor             = -70.0, -64.0
	ps, pr               = 35.0, 35.0
	qdu                  = 1.0
)

// Rating returns R, from 0 to 93.2: how a line is rated by those who talk on it.
func Rating(l Line) float64 {
	t := float64(l.Delay) / float64(time.Millisecond)
	ro, no := signal()
	return ro - simultaneous(ro, no, t) - delayed(ro, no, t) - l.equipment()
}

// signal returns Ro, the ratio of signal to noise, and No, the noise (7.2).
func signal() (ro, no float64) {
	const olr = slr + rlr
	nos := ps - slr - ds - 100 + 0.004*square(ps-olr-ds-14)
	pre := pr + 10*math.Log10(1+math.Pow(10, (10-lstr)/10))
	nor := rlr - 121 + pre + 0.008*square(pre-35)
	no = 10 * math.Log10(math.Pow(10, nc/10)+math.Pow(10, nos/10)+math.Pow(10, nor/10)+math.Pow(10, (nfor+rlr)/10))
	return 15 - 1.5*(slr+no), no
}

// simultaneous returns Is: what happens together with the voice (7.3).
func simultaneous(ro, no, t float64) float64 {
	const olr = slr + rlr
	x := olr + 0.2*(64+no-rlr)
	loud := 20 * (math.Pow(1+math.Pow(x/8, 8), 1.0/8) - x/8)
	side := -10 * math.Log10(math.Pow(10, -stmr/10)+math.Exp(-t/4)*math.Pow(10, -telr/10))
	own := 12*math.Pow(1+math.Pow((side-13)/6, 8), 1.0/8) - 28*math.Pow(1+math.Pow((side+1)/19.4, 35), 1.0/35) -
		13*math.Pow(1+math.Pow((side-3)/33, 13), 1.0/13) + 29
	q := 37 - 15*math.Log10(qdu)
	g := 1.07 + 0.258*q + 0.0602*q*q
	y, z := (ro-100)/15+46/8.4-g/9, 46.0/30-g/40
	return loud + own + 15*math.Log10(1+math.Pow(10, y)+math.Pow(10, z))
}

// delayed returns Id: echoes of the talker and of the listener, and delay as
// such (7.4). The way back takes as long as the way there.
func delayed(ro, no, t float64) float64 {
	roe := -1.5 * (no - rlr)
	terv := telr - 40*math.Log10((1+t/10)/(1+t/150)) + 6*math.Exp(-0.3*t*t)
	re := 80 + 2.5*(terv-14)
	talker := ((roe-re)/2 + math.Sqrt(square(roe-re)/4+100) - 1) * (1 - math.Exp(-t))
	rle := 10.5 * (wepl + 7) * math.Pow(2*t+1, -0.25)
	listener := (ro-rle)/2 + math.Sqrt(square(ro-rle)/4+169)
	return talker + listener + long(t)
}

// long returns Idd: people begin to talk into each other.
func long(t float64) float64 {
	if t <= 100 {
		return 0
	}
	x := math.Log2(t / 100)
	return 25 * (math.Pow(1+math.Pow(x, 6), 1.0/6) - 3*math.Pow(1+math.Pow(x/3, 6), 1.0/6) + 2)
}

// equipment returns Ie,eff: the codec, and what loss makes of it (7.5).
func (l Line) equipment() float64 {
	percent, burst := 100*min(max(l.Loss, 0), 1), max(l.Burst, 1)
	return l.Codec.Impairment + (95-l.Codec.Impairment)*percent/(percent/burst+l.Codec.Robustness)
}

// MOS returns what people would say of a rating, from 1 (bad) to 4.5 (annex B).
func MOS(r float64) float64 {
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	}
	return max(1+0.035*r+r*(r-60)*(100-r)*7e-6, 1)
}

func square(x float64) float64 { return x * x }
