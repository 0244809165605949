package demo

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"net/netip"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
)

//go:embed sound/*.wav
var sound embed.FS

// spoken returns one of the demo's recordings.
func spoken(name string) (*media.Clip, error) {
	b, err := sound.ReadFile("sound/" + name + ".wav")
	if err != nil {
		return nil, fmt.Errorf("read what the demo says: %w", err)
	}
	return media.ReadWAV(b)
}

// phone is a telephone of the story: SIP and RTP of its own.
type phone struct {
	ua     *sipua.UA
	ports  *media.Ports
	player *media.Player
}

// nobody is a telephone's idea of who may call it: whoever is on this machine.
type nobody struct{}

func (nobody) Trunk(a netip.Addr) (string, bool) { return "switchboard", a.IsLoopback() }
func (nobody) PhoneAllowed(netip.Addr) bool      { return false }
func (nobody) Secret(string) (string, bool)      { return "", false }
func (nobody) Registered(string, sipua.Contact)  {}

// newPhone plugs a telephone in; invited is called when it rings.
func newPhone(invited func(*sipua.Leg, sipua.Invite)) (*phone, error) {
	ports, err := media.NewPorts(netip.MustParseAddr("127.0.0.1"), 0, 0)
	if err != nil {
		return nil, err
	}
	ua, err := sipua.New(sipua.Config{Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)}, nobody{}, invited)
	if err != nil {
		ports.Close()
		return nil, fmt.Errorf("plug a telephone in: %w", err)
	}
	return &phone{ua, ports, media.NewPlayer()}, nil
}

// unplug ends it.
func (p *phone) unplug() {
	p.player.Close()
	p.ports.Close()
}

// line is the audio of one call at a telephone.
type line struct {
	rtp   *media.RTPLeg
	local *sdp.Local
}

func (p *phone) open() (line, error) {
	rtp, err := p.ports.Open()
	if err != nil {
		return line{}, err
	}
	return line{rtp, sdp.NewLocal(rtp.LocalAddr(), g711.ALaw, g711.MuLaw)}, nil
}

// answer takes an offer and returns what to say to it.
func (l line) answer(offer []byte) ([]byte, error) {
	s, err := sdp.Parse(offer)
	if err != nil {
		return nil, err
	}
	body, chosen, err := l.local.Answer(s)
	if err != nil {
		return nil, err
	}
	l.rtp.SetRemote(chosen)
	return body, nil
}

// accept takes the answer to an offer of ours.
func (l line) accept(answer []byte) error {
	s, err := sdp.Parse(answer)
	if err != nil {
		return err
	}
	chosen, err := l.local.Accept(s)
	if err != nil {
		return err
	}
	l.rtp.SetRemote(chosen)
	return nil
}

// wait returns when one of the channels closes, or with ctx's error.
func wait(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
