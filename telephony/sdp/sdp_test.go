package sdp

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"switchboard/telephony/media/g711"
)

var here = netip.MustParseAddrPort("192.0.2.10:20000")

// carrier is an offer as a carrier's border controller writes it.
const carrier = "v=0\r\no=SBC-7 8812736 1 IN IP4 198.51.100.7\r\ns=secret name\r\nc=IN IP4 198.51.100.7\r\nb=AS:84\r\nt=0 0\r\n" +
	"m=audio 40002 RTP/AVP 18 0 8 101\r\na=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\na=rtpmap:0 PCMU/8000\r\n" +
	"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:30\r\na=x-carrier:42\r\n"

func parse(t *testing.T, body string) Session {
	t.Helper()
	s, err := Parse([]byte(body))
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	return s
}

func TestParse(t *testing.T) {
	t.Parallel()
	s := parse(t, carrier)
	if s.Remote.String() != "198.51.100.7:40002" || s.Declined || s.Held() || s.Direction != SendRecv {
		t.Errorf("address or direction: %+v", s)
	}
	if s.EventType != 101 || s.PTime != 30*time.Millisecond || s.Proto != "RTP/AVP" {
		t.Errorf("event, ptime or protocol: %+v", s)
	}
	want := "[{18 G729 8000} {0 PCMU 8000} {8 PCMA 8000} {101 TELEPHONE-EVENT 8000}]"
	if got := fmt.Sprint(s.Formats); got != want {
		t.Errorf("formats %s, want %s", got, want)
	}
}

// edit returns carrier with old replaced by new.
func edit(old, new string) string { return strings.Replace(carrier, old, new, 1) }

func TestParseVariants(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		want string // remote declined direction
	}{
		"media address wins":     {edit("a=ptime", "c=IN IP4 203.0.113.5\r\na=ptime"), "203.0.113.5:40002 false sendrecv"},
		"IPv6":                   {edit("c=IN IP4 198.51.100.7", "c=IN IP6 2001:db8::7"), "[2001:db8::7]:40002 false sendrecv"},
		"IPv4 in IPv6":           {edit("c=IN IP4 198.51.100.7", "c=IN IP6 ::ffff:198.51.100.7"), "198.51.100.7:40002 false sendrecv"},
		"bare line feeds":        {strings.ReplaceAll(carrier, "\r\n", "\n"), "198.51.100.7:40002 false sendrecv"},
		"no last line end":       {strings.TrimSuffix(carrier, "\r\n"), "198.51.100.7:40002 false sendrecv"},
		"port 0 declines":        {edit("audio 40002", "audio 0"), "invalid AddrPort true sendrecv"},
		"hold of old":            {edit("c=IN IP4 198.51.100.7", "c=IN IP4 0.0.0.0"), "invalid AddrPort false sendonly"},
		"hold":                   {edit("a=ptime", "a=sendonly\r\na=ptime"), "198.51.100.7:40002 false sendonly"},
		"hold for the session":   {edit("t=0 0\r\n", "t=0 0\r\na=inactive\r\n"), "198.51.100.7:40002 false inactive"},
		"media direction wins":   {edit("t=0 0\r\n", "t=0 0\r\na=inactive\r\n") + "a=recvonly\r\n", "198.51.100.7:40002 false recvonly"},
		"odd bandwidth":          {edit("b=AS:84", "b=QX:lots"), "198.51.100.7:40002 false sendrecv"},
		"fax beside it":          {carrier + "m=image 40004 udptl t38\r\na=T38FaxVersion:0\r\n", "198.51.100.7:40002 false sendrecv"},
		"second audio, first is": {edit("m=audio", "m=audio 0 RTP/AVP 9\r\nm=audio"), "198.51.100.7:40002 false sendrecv"},
	} {
		s := parse(t, c.body)
		if got := fmt.Sprintln(s.Remote, s.Declined, s.Direction); got != c.want+"\n" {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		kind error // nil: malformed
	}{
		"nothing":         {"", ErrUnacceptable},
		"junk":            {"hello\r\n", nil},
		"too long":        {carrier + strings.Repeat("a=x:y\r\n", 10000), nil},
		"too many lines":  {carrier + strings.Repeat("a=\r\n", 2000), nil},
		"too many media":  {carrier + strings.Repeat("m=audio 1 RTP/AVP 8\r\n", 100), nil},
		"too many codecs": {edit(" 101\r\n", strings.Repeat(" 8", 101)+"\r\n"), nil},
		"port":            {edit("audio 40002", "audio 70000"), nil},
		"negative port":   {edit("audio 40002", "audio -5"), nil},
		"payload type":    {edit("RTP/AVP 18", "RTP/AVP 300"), nil},
		"no address":      {edit("c=IN IP4 198.51.100.7\r\n", ""), nil},
		"strange token":   {carrier + "m=vi<b>deo 1 RTP/AVP 96\r\n", nil},
		"stray return":    {edit("a=ptime", "a=\ra=ptime"), nil},
		"host name":       {edit("c=IN IP4 198.51.100.7", "c=IN IP4 media.example"), ErrUnacceptable},
		"multicast":       {edit("c=IN IP4 198.51.100.7", "c=IN IP4 224.2.1.1/127"), ErrUnacceptable},
		"only fax":        {"v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\ns=-\r\nc=IN IP4 1.1.1.1\r\nt=0 0\r\nm=image 4 udptl t38\r\n", ErrUnacceptable},
	} {
		s, err := Parse([]byte(c.body))
		if err == nil {
			t.Errorf("%s: parsed as %+v", name, s)
		} else if errors.Is(err, ErrUnacceptable) != (c.kind != nil) {
			t.Errorf("%s: kind of %v", name, err)
		}
	}
}

func TestOffer(t *testing.T) {
	t.Parallel()
	l := NewLocal(here, g711.ALaw, g711.MuLaw)
	l.id = 7
	want := "v=0\r\no=- 7 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n" +
		"m=audio 20000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n" +
		"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
	if got := string(l.Offer()); got != want {
		t.Errorf("offer:\n%s\nwant\n%s", got, want)
	}
	l.Direction = SendOnly
	again := string(l.Offer())
	if !strings.Contains(again, "o=- 7 2 IN") || !strings.Contains(again, "a=sendonly\r\n") {
		t.Errorf("offer of a hold:\n%s", again)
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	l := NewLocal(here, g711.ALaw, g711.MuLaw)
	l.id = 7
	offer := parse(t, "v=0\r\no=a 1 1 IN IP4 198.51.100.7\r\ns=x\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n"+
		"m=video 5000 RTP/AVP 96 97\r\na=rtpmap:96 H264/90000\r\nm=audio 40002 RTP/AVP 0 8 96\r\na=rtpmap:96 telephone-event/8000\r\n"+
		"m=image 40004 udptl t38\r\n")
	body, chosen, err := l.Answer(offer)
	if err != nil {
		t.Fatal(err)
	}
	want := "v=0\r\no=- 7 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n" +
		"m=video 0 RTP/AVP 96\r\nm=audio 20000 RTP/AVP 8 96\r\na=rtpmap:8 PCMA/8000\r\n" +
		"a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\na=ptime:20\r\na=sendrecv\r\nm=image 0 udptl t38\r\n"
	if string(body) != want {
		t.Errorf("answer:\n%s\nwant\n%s", body, want)
	}
	if got := brief(chosen); got != "198.51.100.7:40002 PCMA 8 96 96 sendrecv" {
		t.Errorf("chosen %s", got)
	}
}

// brief is what is agreed but for keys and reports.
func brief(c Chosen) string {
	return fmt.Sprint(c.Remote, " ", c.Law, " ", c.PayloadType, " ", c.EventType, " ", c.EventOurs, " ", c.Direction)
}

func TestAnswerPrefersOurOrder(t *testing.T) {
	t.Parallel()
	for want, laws := range map[g711.Law][]g711.Law{
		g711.ALaw:  {g711.ALaw, g711.MuLaw},
		g711.MuLaw: {g711.MuLaw, g711.ALaw},
	} {
		_, chosen, err := NewLocal(here, laws...).Answer(parse(t, carrier))
		if err != nil || !parse(t, carrier).Speaks(laws...) || chosen.Law != want || chosen.PayloadType != want.PayloadType() {
			t.Errorf("%v: chosen %v, %v", laws, chosen, err)
		}
	}
}

func TestAnswerMirrorsHold(t *testing.T) {
	t.Parallel()
	for offered, want := range map[Direction][2]Direction{ // ours when we want SendRecv, when we want SendOnly
		SendRecv: {SendRecv, SendOnly},
		SendOnly: {RecvOnly, Inactive},
		RecvOnly: {SendOnly, SendOnly},
		Inactive: {Inactive, Inactive},
	} {
		for i, ours := range []Direction{SendRecv, SendOnly} {
			l := NewLocal(here, g711.ALaw)
			l.Direction = ours
			body, chosen, err := l.Answer(parse(t, carrier+"a="+offered.String()+"\r\n"))
			if err != nil {
				t.Fatal(err)
			}
			if chosen.Direction != want[i] || !bytes.Contains(body, []byte("a="+want[i].String()+"\r\n")) {
				t.Errorf("offer %s, ours %s: answered %s, want %s", offered, ours, chosen.Direction, want[i])
			}
		}
	}
}

func TestAnswerRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no common codec": edit("18 0 8 101", "18 101"),
		"encrypted":       edit("RTP/AVP", "RTP/SAVP"),
		"declined":        edit("audio 40002", "audio 0"),
		"wideband PCMA":   strings.Replace(edit("18 0 8 101", "96"), "a=rtpmap:101 telephone-event/8000", "a=rtpmap:96 PCMA/16000", 1),
	} {
		s := parse(t, body)
		_, _, err := NewLocal(here, g711.ALaw, g711.MuLaw).Answer(s)
		if !errors.Is(err, ErrUnacceptable) || s.Speaks(g711.ALaw, g711.MuLaw) {
			t.Errorf("%s: speaks %v, %v", name, s.Speaks(g711.ALaw, g711.MuLaw), err)
		}
	}
	if _, _, err := NewLocal(here, g711.ALaw).Answer(parse(t, edit("18 0 8", "18 0"))); !errors.Is(err, ErrUnacceptable) {
		t.Errorf("a trunk of A-law only got u-law: %v", err)
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	l := NewLocal(here, g711.ALaw, g711.MuLaw)
	l.Offer()
	answer := parse(t, "v=0\r\no=a 1 1 IN IP4 198.51.100.7\r\ns=x\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n"+
		"m=audio 40002 RTP/AVP 0 8 97\r\na=rtpmap:97 telephone-event/8000\r\na=recvonly\r\n")
	chosen, err := l.Accept(answer)
	if err != nil {
		t.Fatal(err)
	}
	if got := brief(chosen); got != "198.51.100.7:40002 PCMU 0 97 101 sendonly" {
		t.Errorf("chosen %s", got)
	}
	if _, err := l.Accept(parse(t, edit("audio 40002", "audio 0"))); !errors.Is(err, ErrUnacceptable) {
		t.Errorf("a declined answer: %v", err)
	}
}

// FuzzParse feeds any bytes. What is parsed is within bounds, and its answer is
// ours: parseable, as many media as offered, no other line of the offer in it.
func FuzzParse(f *testing.F) {
	f.Add([]byte(carrier))
	f.Add([]byte(carrier + "m=image 40004 udptl t38\r\n"))
	f.Add([]byte(edit("c=IN IP4 198.51.100.7", "c=IN IP4 0.0.0.0")))
	f.Add([]byte("v=0\no=- 1 1 IN IP6 ::1\ns=-\nc=IN IP6 ::1\nt=0 0\nm=video 1 RTP/AVP 96\nm=audio 2 RTP/AVPF 8\na=rtpmap:8 PCMA/8000\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := Parse(body)
		if err != nil {
			return
		}
		if len(s.Formats) == 0 || len(s.Formats) > maxFormats || len(s.lines) > maxMedia {
			t.Fatalf("out of bounds: %d formats, %d media", len(s.Formats), len(s.lines))
		}
		if s.Remote.IsValid() && (s.Remote.Port() == 0 || s.Remote.Addr().IsUnspecified() || s.Declined) {
			t.Fatalf("remote %v, declined %v", s.Remote, s.Declined)
		}
		answer, chosen, err := NewLocal(here, g711.ALaw, g711.MuLaw).Answer(s)
		if err != nil {
			return
		}
		back, err := Parse(answer)
		if err != nil || len(back.lines) != len(s.lines) || back.Remote != here {
			t.Fatalf("answer %q comes back as %+v, %v", answer, back, err)
		}
		if chosen.Law.String() != back.Formats[0].Name || bytes.Count(answer, []byte("\no=- ")) != 1 {
			t.Fatalf("answer %q to chosen %v", answer, chosen)
		}
	})
}
