package wav

import (
	"encoding/binary"
	"slices"
	"testing"

	"switchboard/telephony/media/g711"
)

func stereo(size uint32, data []byte) []byte {
	h := StereoHeader(size)
	return append(h[:], data...)
}

func TestReadsWhatStereoHeaderBegins(t *testing.T) {
	t.Parallel()
	data := []byte{0xD5, 0xAA, 0x55, 0x2A, 0x80, 0x01}
	for _, size := range []uint32{6, Endless} {
		s, err := Read(stereo(size, data))
		if err != nil {
			t.Fatal(err)
		}
		want := [][]int16{g711.ALaw.Decode([]byte{0xD5, 0x55, 0x80}), g711.ALaw.Decode([]byte{0xAA, 0x2A, 0x01})}
		if s.Rate != 8000 || len(s.Channels) != 2 || !slices.Equal(s.Channels[0], want[0]) || !slices.Equal(s.Channels[1], want[1]) {
			t.Errorf("size %d: read %v, want %v", size, s, want)
		}
	}
}

// TestEndlessFits: both sizes of an endless header are the largest there are.
func TestEndlessFits(t *testing.T) {
	t.Parallel()
	h := StereoHeader(Endless)
	if got := binary.LittleEndian.Uint32(h[4:]); got != 0xFFFFFFFF {
		t.Errorf("the RIFF size of an endless file is %#x", got)
	}
}

func TestReadsOtherFormats(t *testing.T) {
	t.Parallel()
	file := func(tag, channels, bits uint16, data ...byte) []byte {
		le := binary.LittleEndian
		b := []byte("RIFF\x00\x00\x00\x00WAVELIST\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00")
		b = le.AppendUint16(b, tag)
		b = le.AppendUint16(b, channels)
		b = le.AppendUint32(b, 16000)
		b = le.AppendUint32(b, 0)
		b = le.AppendUint16(b, 0)
		b = le.AppendUint16(b, bits)
		b = append(b, "data"...)
		b = le.AppendUint32(b, uint32(len(data)))
		return append(b, data...)
	}
	s, err := Read(file(1, 1, 16, 0x34, 0x12, 0xFF, 0xFF, 0x01))
	if err != nil || s.Rate != 16000 || !slices.Equal(s.Channels[0], []int16{0x1234, -1}) {
		t.Errorf("PCM: %v, %v", s, err)
	}
	s, err = Read(file(7, 1, 8, 0xFF, 0x00))
	if err != nil || !slices.Equal(s.Channels[0], []int16{0, -32124}) {
		t.Errorf("u-law: %v, %v", s, err)
	}
	for name, bad := range map[string][]byte{
		"8-bit PCM":     file(1, 1, 8, 1, 2),
		"no channel":    file(6, 0, 8, 1, 2),
		"five channels": file(6, 5, 8, 1, 2),
		"mp3":           file(85, 1, 8, 1, 2),
		"empty":         nil,
		"no data":       file(6, 1, 8)[:30],
		"text":          []byte("not a wave file at all"),
	} {
		if s, err := Read(bad); err == nil {
			t.Errorf("%s: read as %v", name, s)
		}
	}
}

// FuzzRead feeds any bytes: channels are always equally long and never longer
// than the file.
func FuzzRead(f *testing.F) {
	f.Add(stereo(4, []byte{1, 2, 3, 4}))
	f.Add(stereo(Endless, []byte{1, 2, 3}))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Read(b)
		if err != nil {
			return
		}
		total := 0
		for _, c := range s.Channels {
			total += len(c)
			if len(c) != len(s.Channels[0]) {
				t.Errorf("channels of %d and %d samples", len(c), len(s.Channels[0]))
			}
		}
		if total > len(b) || len(s.Channels) == 0 {
			t.Errorf("%d samples in %d channels out of %d bytes", total, len(s.Channels), len(b))
		}
	})
}
