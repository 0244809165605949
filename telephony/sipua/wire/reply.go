package wire

import (
	"bytes"
	"net/netip"
	"strconv"
)

// Answer is a response that leaves nothing behind.
type Answer struct {
	Code    int
	Reason  string
	Tag     string   // put on To where it has none
	Headers []string // further lines, without their ends
	Source  netip.AddrPort
}

// Reply writes the response to the request raw, of which h was read. It copies
// the lines that a response must repeat as they stand, so that it also works
// for requests that nobody could parse.
func Reply(raw []byte, h *Head, a Answer) []byte {
	out := make([]byte, 0, 512)
	out = append(out, "SIP/2.0 "...)
	out = strconv.AppendInt(out, int64(a.Code), 10)
	out = append(out, ' ')
	out = append(out, a.Reason...)
	out = append(out, "\r\n"...)
	ignored := Head{}
	_, next, err := nextLine(raw, 0, &ignored)
	for err == nil {
		at := next
		var line []byte
		line, next, err = nextLine(raw, at, &ignored)
		if err != nil || len(line) == 0 {
			break
		}
		out = repeat(out, h, a, at, line)
	}
	for _, line := range a.Headers {
		out = append(append(out, line...), "\r\n"...)
	}
	return append(out, "Content-Length: 0\r\n\r\n"...)
}

// repeat copies one line of the request if responses carry it.
func repeat(out []byte, h *Head, a Answer, at int, line []byte) []byte {
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		return out
	}
	switch fieldNamed(bytes.TrimRight(line[:colon], " \t")) {
	case fieldVia:
		if at < h.rportAt && h.rportAt <= at+len(line) {
			cut := h.rportAt - at
			out = append(out, line[:cut]...)
			out = append(out, '=')
			out = strconv.AppendInt(out, int64(a.Source.Port()), 10)
			out = append(append(out, ";received="...), a.Source.Addr().Unmap().String()...)
			line = line[cut:]
		}
		out = append(out, line...)
	case fieldTo:
		out = append(out, line...)
		if len(h.ToTag) == 0 && a.Tag != "" && h.To != nil {
			out = append(append(out, ";tag="...), a.Tag...)
		}
	case fieldFrom, fieldCallID, fieldCSeq:
		out = append(out, line...)
	default:
		return out
	}
	return append(out, "\r\n"...)
}

// ReturnTo is where the response to a datagram goes: to the port it came from
// if its Via asks for that (RFC 3581), else to the port its Via names.
func ReturnTo(h *Head, source netip.AddrPort) netip.AddrPort {
	if h.AsksSource {
		return source
	}
	port := h.SentPort
	if port == 0 {
		port = 5060
	}
	return netip.AddrPortFrom(source.Addr(), uint16(port))
}
