// Package wav is the part of the WAV format that telephone audio needs.
package wav

import (
	"encoding/binary"
	"errors"
	"fmt"

	"switchboard/telephony/media/g711"
)

// Format tags of WAVE, as registered in RFC 2361.
const (
	tagPCM        = 1
	tagALaw       = 6
	tagMuLaw      = 7
	tagExtensible = 0xFFFE // the real tag is the first two bytes of the sub-format
)

// Rate is the sampling rate of all that we write, in Hz.
const Rate = 8000

// HeaderSize is the length of what StereoHeader and MonoHeader return.
const HeaderSize = 58

// Endless as the size of the data stands for "up to the end of the file": what
// players take a stream for that nobody has closed yet.
const Endless = 0xFFFFFFFF - HeaderSize + 8

// StereoHeader returns the header of a file with size bytes of interleaved
// A-law samples, two channels of 8 kHz. Non-PCM formats need the fact chunk.
func StereoHeader(size uint32) [HeaderSize]byte { return header(2, size) }

// MonoHeader is the same with one channel.
func MonoHeader(size uint32) [HeaderSize]byte { return header(1, size) }

func header(channels uint16, size uint32) [HeaderSize]byte {
	var h [HeaderSize]byte
	le := binary.LittleEndian
	copy(h[0:], "RIFF")
	le.PutUint32(h[4:], HeaderSize-8+size)
	copy(h[8:], "WAVEfmt ")
	le.PutUint32(h[16:], 18)
	le.PutUint16(h[20:], tagALaw)
	le.PutUint16(h[22:], channels)
	le.PutUint32(h[24:], Rate)
	le.PutUint32(h[28:], Rate*uint32(channels))
	le.PutUint16(h[32:], channels) // bytes a sample of all channels
	le.PutUint16(h[34:], 8)        // bits a sample of one
	copy(h[38:], "fact")
	le.PutUint32(h[42:], 4)
	le.PutUint32(h[46:], size/uint32(channels))
	copy(h[50:], "data")
	le.PutUint32(h[54:], size)
	return h
}

// Sound is what a file holds: linear samples by channel, all equally long.
type Sound struct {
	Rate     int
	Channels [][]int16
}

var errTorn = errors.New("the file ends inside a header")

// Read returns the sound of a WAV file: 16-bit PCM, A-law or u-law, one or two
// channels. A size larger than the file, as in a recording that nobody closed,
// means up to its end.
func Read(file []byte) (Sound, error) {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return Sound{}, errors.New("read wav: not a RIFF WAVE file")
	}
	f, data, err := chunks(file[12:])
	if err != nil {
		return Sound{}, fmt.Errorf("read wav: %w", err)
	}
	return f.decode(data), nil
}

// chunks finds the format and the data among the chunks of b.
func chunks(b []byte) (format, []byte, error) {
	var f format
	for len(b) >= 8 {
		id, size := string(b[:4]), uint64(binary.LittleEndian.Uint32(b[4:]))
		b = b[8:]
		body := b[:min(size, uint64(len(b)))]
		switch id {
		case "fmt ":
			if err := f.parse(body); err != nil {
				return f, nil, err
			}
		case "data":
			if f.channels == 0 {
				return f, nil, errors.New("data before its format")
			}
			return f, body, nil
		}
		b = b[min(size+size&1, uint64(len(b))):] // chunks are padded to even sizes
	}
	return f, nil, errTorn
}

type format struct {
	tag      uint16
	channels int
	rate     int
}

func (f *format) parse(b []byte) error {
	if len(b) < 16 {
		return errTorn
	}
	le := binary.LittleEndian
	f.tag, f.channels, f.rate = le.Uint16(b), int(le.Uint16(b[2:])), int(le.Uint32(b[4:]))
	if f.tag == tagExtensible && len(b) >= 26 {
		f.tag = le.Uint16(b[24:])
	}
	bits := le.Uint16(b[14:])
	if f.channels < 1 || f.channels > 2 {
		return fmt.Errorf("%d channels, want 1 or 2", f.channels)
	}
	if (f.tag == tagPCM && bits == 16) || ((f.tag == tagALaw || f.tag == tagMuLaw) && bits == 8) {
		return nil
	}
	return fmt.Errorf("format tag %d with %d bits, want PCM of 16 or G.711 of 8", f.tag, bits)
}

func (f format) decode(data []byte) Sound {
	width := 1
	sample := func(b []byte) int16 { return g711.ALaw.Sample(b[0]) }
	switch f.tag {
	case tagPCM:
		width = 2
		sample = func(b []byte) int16 { return int16(binary.LittleEndian.Uint16(b)) }
	case tagMuLaw:
		sample = func(b []byte) int16 { return g711.MuLaw.Sample(b[0]) }
	}
	s := Sound{Rate: f.rate, Channels: make([][]int16, f.channels)}
	n := len(data) / (width * f.channels)
	for c := range s.Channels {
		s.Channels[c] = make([]int16, n)
		for i := range n {
			s.Channels[c][i] = sample(data[(i*f.channels+c)*width:])
		}
	}
	return s
}
