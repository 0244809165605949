package media

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const tail = "1234 00000010 deadbeef"
	for name, c := range map[string]struct{ datagram, payload string }{
		"plain":                    {"8008" + tail + "aabbcc", "aabbcc"},
		"marker":                   {"8088" + tail + "aabbcc", "aabbcc"},
		"no payload":               {"8008" + tail, ""},
		"two contributing sources": {"8208" + tail + "00000001 00000002 aabb", "aabb"},
		"extension":                {"9008" + tail + "bede0001 10ff0000 aabb", "aabb"},
		"empty extension":          {"9008" + tail + "bede0000 aabb", "aabb"},
		"padding":                  {"a008" + tail + "aabb 000003", "aabb"},
		"all of them":              {"b108" + tail + "00000001 bede0001 10ff0000 aabb 02 02", "aabb"},
		"only padding":             {"a008" + tail + "00000004", ""},
	} {
		b, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(c.datagram), []byte(" "), nil)))
		if err != nil {
			t.Fatal(err)
		}
		var p Packet
		if !p.parse(b) {
			t.Errorf("%s: refused", name)
			continue
		}
		if got := hex.EncodeToString(p.Payload); got != c.payload {
			t.Errorf("%s: payload %s, want %s", name, got, c.payload)
		}
		if p.PayloadType != 8 || p.Sequence != 0x1234 || p.Timestamp != 16 || p.SSRC != 0xDEADBEEF || p.Marker != (name == "marker") {
			t.Errorf("%s: read as %+v", name, p)
		}
	}
}

func TestParseDropsJunk(t *testing.T) {
	t.Parallel()
	const tail = "1234 00000010 deadbeef"
	for name, datagram := range map[string]string{
		"empty":                  "",
		"short":                  "8008 1234 00000010 deadbe",
		"version 1":              "4008" + tail + "aabb",
		"STUN":                   "0001 0000 2112a442 deadbeef aabb",
		"RTCP":                   "80c8" + tail + "aabb",
		"sources beyond the end": "8f08" + tail + "aabb",
		"torn extension":         "9008" + tail + "be",
		"extension beyond":       "9008" + tail + "bedeffff aabb",
		"padding beyond":         "a008" + tail + "aabbff",
		"padding of 0":           "a008" + tail + "aabb00",
	} {
		b, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(datagram), []byte(" "), nil)))
		if err != nil {
			t.Fatal(err)
		}
		var p Packet
		if p.parse(b) {
			t.Errorf("%s: read as %+v", name, p)
		}
	}
}

// FuzzParse feeds any bytes: a payload is always a part of the datagram, and
// what we write of it is read back the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte("\x80\x08\x12\x34\x00\x00\x00\x10\xde\xad\xbe\xefaudio"))
	f.Add([]byte("\xb1\x08\x12\x34\x00\x00\x00\x10\xde\xad\xbe\xef\x00\x00\x00\x01\xbe\xde\x00\x00ab\x02\x02"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p, back Packet
		if !p.parse(b) {
			return
		}
		if len(p.Payload) > len(b)-headerSize || !bytes.Contains(b, p.Payload) {
			t.Fatalf("payload %x of %x", p.Payload, b)
		}
		out := make([]byte, headerSize, headerSize+len(p.Payload))
		header{p.PayloadType, p.Marker, p.Sequence, p.Timestamp, p.SSRC}.put(out)
		if !back.parse(append(out, p.Payload...)) || !bytes.Equal(back.Payload, p.Payload) {
			t.Fatalf("%+v comes back as %+v", p, back)
		}
	})
}
