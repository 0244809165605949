package sdp

import (
	"strings"
	"testing"

	"switchboard/telephony/media/g711"
)

// TestWideband is agreed on where both speak it, under whatever number, and not
// where either does not.
func TestWideband(t *testing.T) {
	t.Parallel()
	wide, narrow := edit("18 0 8 101", "18 0 9 8 101"), carrier
	renamed := strings.Replace(edit("18 0 8 101", "0 97 101"), "a=rtpmap:18", "a=rtpmap:97 G722/8000\r\na=rtpmap:18", 1)
	for _, c := range []struct {
		name, offer string
		speaks      bool
		want        uint8
	}{
		{"both", wide, true, 9}, {"under another number", renamed, true, 97}, {"only they", wide, false, 8}, {"only we", narrow, true, 8}, {"neither", narrow, false, 8},
	} {
		l := NewLocal(here, g711.ALaw, g711.MuLaw)
		l.Wide = c.speaks
		body, chosen, err := l.Answer(parse(t, c.offer))
		if err != nil || chosen.PayloadType != c.want || chosen.Wide != (c.want != 8) || chosen.Law != g711.ALaw {
			t.Errorf("%s: %+v, %v", c.name, chosen, err)
		}
		if chosen.Wide != strings.Contains(string(body), "G722/8000") || chosen.Wide == strings.Contains(string(body), "PCM") {
			t.Errorf("%s: answered\n%s", c.name, body)
		}
	}
}

// TestWidebandOffer: theirs may be the one or the other; what they put first is
// what they send.
func TestWidebandOffer(t *testing.T) {
	t.Parallel()
	for formats, wide := range map[string]bool{"9 101": true, "9 8 101": true, "8 101": false, "8 9 101": false, "0 101": false} {
		l := NewLocal(here, g711.ALaw, g711.MuLaw)
		l.Wide = true
		if offer := parse(t, string(l.Offer())); !offer.Wide() || offer.Formats[0].Name != "G722" {
			t.Errorf("offered %+v", offer.Formats)
		}
		chosen, err := l.Accept(parse(t, edit("18 0 8 101", formats)))
		if err != nil || chosen.Wide != wide || (chosen.Codec() == "G722") != wide {
			t.Errorf("%s: %+v, %v", formats, chosen, err)
		}
	}
}
