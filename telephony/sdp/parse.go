package sdp

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	pion "github.com/pion/sdp/v3"
)

// Bounds of what we look at: a browser's offer, the longest honest one, has a
// tenth of each.
const (
	maxBody    = 64 << 10
	maxLines   = 2000
	maxMedia   = 100
	maxFormats = 100
)

// Parse returns what body says about audio. Of several audio streams it takes
// the first that is not declined; all other media are remembered only so that
// an answer can decline them.
func Parse(body []byte) (Session, error) {
	if len(body) > maxBody {
		return Session{}, fmt.Errorf("parse sdp: %d bytes, at most %d", len(body), maxBody)
	}
	lines, audible, err := sift(string(body))
	if err != nil {
		return Session{}, fmt.Errorf("parse sdp: %w", err)
	}
	var d pion.SessionDescription
	if err := d.UnmarshalString(audible); err != nil {
		return Session{}, fmt.Errorf("parse sdp: %w", err)
	}
	s := Session{lines: lines}
	if err := s.take(&d); err != nil {
		return Session{}, fmt.Errorf("parse sdp: %w", err)
	}
	return s, nil
}

// sift returns all m= lines, and the body without what is not about audio: pion
// refuses a whole description for an m=image (fax) or a b= that it doesn't know.
func sift(body string) ([]line, string, error) {
	var media []line
	var out strings.Builder
	keep, count := true, 0
	for l := range strings.Lines(body) {
		l = strings.Trim(l, "\r\n")
		if count++; count > maxLines {
			return nil, "", fmt.Errorf("more than %d lines", maxLines)
		}
		if l == "" {
			continue
		}
		if len(l) < 2 || l[1] != '=' || strings.ContainsAny(l, "\r\x00") {
			return nil, "", fmt.Errorf("line %d is not <type>=<value>", count)
		}
		if l[0] == 'm' {
			m, err := mediaLine(l[2:])
			if err != nil {
				return nil, "", fmt.Errorf("line %d: %w", count, err)
			}
			media = append(media, m)
			keep = m.media == "audio"
		}
		if keep && strings.IndexByte("vosctam", l[0]) >= 0 {
			out.WriteString(l)
			out.WriteString("\r\n")
		}
	}
	if len(media) > maxMedia {
		return nil, "", fmt.Errorf("%d media, at most %d", len(media), maxMedia)
	}
	return media, out.String(), nil
}

func mediaLine(value string) (line, error) {
	f := strings.Fields(value)
	if len(f) < 4 {
		return line{}, errors.New("m= without media, port, protocol or format")
	}
	if len(f)-3 > maxFormats {
		return line{}, fmt.Errorf("%d formats, at most %d", len(f)-3, maxFormats)
	}
	m := line{media: f[0], proto: f[2], format: f[3]}
	if !token(m.media) || !token(strings.ReplaceAll(m.proto, "/", "")) || !token(m.format) {
		return line{}, errors.New("m= with a strange character")
	}
	return m, nil
}

// token reports whether s is short and of the harmless characters of RFC 8866's
// token, so that it may stand in our answer.
func token(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '.' && c != '_' && c != '+' {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// mostStreams bounds the audio streams that we look into: the same audio twice,
// in the clear and encrypted, is all that anybody offers.
const mostStreams = 4

// take fills s from the first audio of d that is not declined, and remembers
// the others.
func (s *Session) take(d *pion.SessionDescription) error {
	if len(d.MediaDescriptions) == 0 {
		return fmt.Errorf("no audio: %w", ErrUnacceptable)
	}
	var heard []int // indices among the audio lines, which are all that d holds
	for i, m := range d.MediaDescriptions {
		if m.MediaName.Port.Value != 0 && len(heard) < mostStreams {
			heard = append(heard, i)
		}
	}
	if len(heard) == 0 {
		return s.takeStream(d, 0)
	}
	for _, n := range heard[1:] {
		other := Session{lines: s.lines}
		if other.takeStream(d, n) == nil {
			s.others = append(s.others, other)
		}
	}
	return s.takeStream(d, heard[0])
}

// takeStream fills s from the n-th audio of d.
func (s *Session) takeStream(d *pion.SessionDescription, n int) error {
	s.audio = s.nthAudio(n)
	m := d.MediaDescriptions[n]
	s.Proto = s.lines[s.audio].proto
	s.Declined = m.MediaName.Port.Value == 0
	s.Direction = direction(m.Attributes, direction(d.Attributes, SendRecv))
	s.PTime = ptime(m)
	s.crypto = cryptos(m.Attributes)
	if err := s.takeFormats(m); err != nil {
		return err
	}
	if s.Declined {
		return nil
	}
	return s.takeAddress(d, m)
}

// nthAudio returns the index among all lines of the n-th audio line.
func (s *Session) nthAudio(n int) int {
	for i, l := range s.lines {
		if l.media != "audio" {
			continue
		}
		if n == 0 {
			return i
		}
		n--
	}
	return 0
}

func (s *Session) takeAddress(d *pion.SessionDescription, m *pion.MediaDescription) error {
	c := m.ConnectionInformation
	if c == nil {
		c = d.ConnectionInformation
	}
	if c == nil || c.Address == nil {
		return errors.New("audio without an address")
	}
	host, _, _ := strings.Cut(c.Address.Address, "/") // a multicast TTL
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return fmt.Errorf("address %.64q is not an IP address: %w", host, ErrUnacceptable)
	}
	port := m.MediaName.Port.Value
	if port < 1 || port > 65535 {
		return fmt.Errorf("port %d", port)
	}
	ip = ip.Unmap()
	switch {
	case ip.IsUnspecified(): // the hold of RFC 2543
		s.Direction = s.Direction.within(RecvOnly)
	case ip.IsMulticast() || ip.Zone() != "":
		return fmt.Errorf("address %s is no single host: %w", ip, ErrUnacceptable)
	default:
		s.Remote = netip.AddrPortFrom(ip, uint16(port))
		s.takeControl(m)
	}
	return nil
}

// takeControl reads where RTCP goes: to the next port, unless a=rtcp says
// another (RFC 3605). Another host than the audio's is not listened to: nobody
// may have us send reports to a third.
func (s *Session) takeControl(m *pion.MediaDescription) {
	_, s.Mux = m.Attribute("rtcp-mux")
	port := s.Remote.Port() + 1
	if value, ok := m.Attribute("rtcp"); ok {
		number, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		if n, err := strconv.ParseUint(number, 10, 16); err == nil && n > 0 {
			port = uint16(n)
		}
	}
	if s.Mux {
		port = s.Remote.Port()
	}
	if port != 0 {
		s.RTCP = netip.AddrPortFrom(s.Remote.Addr(), port)
	}
}

// direction returns what attributes say, or inherited if they say nothing.
func direction(attributes []pion.Attribute, inherited Direction) Direction {
	for _, a := range attributes {
		for d := Inactive; d <= SendRecv; d++ {
			if a.Key == d.String() {
				return d
			}
		}
	}
	return inherited
}

func ptime(m *pion.MediaDescription) time.Duration {
	text, _ := m.Attribute("ptime")
	ms, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || ms < 1 || ms > 1000 {
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}

// takeFormats reads the payload types of m. One that has no rtpmap has the
// static meaning of RFC 3551, of which we know those of G.711
// and G.722.
func (s *Session) takeFormats(m *pion.MediaDescription) error {
	maps := rtpmaps(m.Attributes)
	for _, text := range m.MediaName.Formats {
		n, err := strconv.ParseUint(text, 10, 7)
		if err != nil {
			return fmt.Errorf("payload type %.32q", text)
		}
		f := maps[uint8(n)]
		f.PayloadType = uint8(n)
		switch {
		case f.Name == "" && n == 0:
			f.Name, f.Rate = "PCMU", 8000
		case f.Name == "" && n == 9:
			f.Name, f.Rate = wideband.Name, wideband.Rate
		case f.Name == "" && n == 8:
			f.Name, f.Rate = "PCMA", 8000
		case f.Name == "TELEPHONE-EVENT" && f.Rate == 8000 && s.EventType == 0:
			s.EventType = uint8(n)
		}
		s.Formats = append(s.Formats, f)
	}
	return nil
}

// rtpmaps returns the formats that a=rtpmap lines name, by payload type.
func rtpmaps(attributes []pion.Attribute) map[uint8]Format {
	maps := map[uint8]Format{}
	for _, a := range attributes {
		if a.Key != "rtpmap" {
			continue
		}
		number, encoding, _ := strings.Cut(strings.TrimSpace(a.Value), " ")
		n, err := strconv.ParseUint(number, 10, 7)
		name, clock, ok := strings.Cut(strings.TrimSpace(encoding), "/")
		if err != nil || !ok {
			continue
		}
		clock, channels, _ := strings.Cut(clock, "/")
		rate, err := strconv.Atoi(clock)
		if err != nil || (channels != "" && channels != "1") {
			continue
		}
		maps[uint8(n)] = Format{Name: strings.ToUpper(name), Rate: rate}
	}
	return maps
}
