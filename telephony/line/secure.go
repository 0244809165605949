package line

import (
	"errors"
	"slices"
	"strings"

	"switchboard/telephony/directory"
	"switchboard/telephony/sdp"
)

// encryption is how a trunk's audio is encrypted.
func (l *Lines) encryption(trunk string) sdp.Policy {
	if t := l.cfg.Book().Named(trunk); t != nil {
		return sdp.ParsePolicy(t.SRTP)
	}
	return sdp.Off
}

// Offered is how we offer a trunk's audio. Keys are offered in clear only where it
// cannot do without: RFC 4568, 7. A trunk that offers its own is answered.
func Offered(t *directory.Trunk) sdp.Policy {
	p := sdp.ParsePolicy(t.SRTP)
	private := t.Transport == "tls" || strings.HasPrefix(strings.ToLower(t.Outbound), "sips:")
	if p == sdp.Optional && !private {
		return sdp.Off
	}
	return p
}

// offering is Offered of the trunk of that name.
func (l *Lines) offering(trunk string) sdp.Policy {
	if t := l.cfg.Book().Named(trunk); t != nil {
		return Offered(t)
	}
	return sdp.Off
}

// phoneEncryption is how the audio of a telephone of ours is encrypted. Keys are
// not offered where anybody can read them, unless they have to be: RFC 4568, 7.
func (l *Lines) phoneEncryption(uri string) sdp.Policy {
	uri = strings.ToLower(uri)
	private := strings.HasPrefix(uri, "sips:") || strings.Contains(uri, ";transport=tls")
	if l.cfg.PhoneSRTP == sdp.Optional && !private {
		return sdp.Off
	}
	return l.cfg.PhoneSRTP
}

// unspeakable is the reason of a 488.
func unspeakable(err error) string {
	if errors.Is(err, sdp.ErrClear) {
		return "SRTP Required"
	}
	return "G.711 only"
}

// wideband reports whether G.722 is spoken with a trunk.
func (l *Lines) wideband(trunk string) bool {
	t := l.cfg.Book().Named(trunk)
	return t != nil && slices.Contains(t.Codecs, "g722")
}

// wideBuyer reports whether the buyer speaks G.722, so that a telephone that
// does, too, is given it as it comes.
func (w *wire) wideBuyer() bool { return w.buyer.wide && w.offer != nil && w.offer.Wide() }
