package gen

import (
	"bytes"
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// message is as much of SIP as telephones need that trust each other. Header
// values are as received.
type message struct {
	method string // of a request
	uri    string
	status int // of a response

	via, recordRoute   []string
	from, to           string
	callID, contact    string
	cseq               int
	cseqMethod, reason string
	body               []byte
}

var errNotSIP = errors.New("not a SIP message")

// parse reads a datagram; the message keeps none of its memory.
func parse(datagram []byte) (*message, error) {
	head, body, _ := bytes.Cut(datagram, []byte("\r\n\r\n"))
	first, rest, _ := strings.Cut(string(head), "\r\n")
	m := &message{body: bytes.Clone(body)}
	if err := m.start(first); err != nil {
		return nil, err
	}
	for rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\r\n")
		name, value, _ := strings.Cut(line, ":")
		m.header(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if m.callID == "" || m.cseqMethod == "" || len(m.via) == 0 {
		return nil, errNotSIP
	}
	return m, nil
}

func (m *message) start(line string) error {
	a, rest, _ := strings.Cut(line, " ")
	b, c, _ := strings.Cut(rest, " ")
	if a == "SIP/2.0" {
		status, err := strconv.Atoi(b)
		m.status, m.reason = status, c
		return err
	}
	if c != "SIP/2.0" {
		return errNotSIP
	}
	m.method, m.uri = a, b
	return nil
}

func (m *message) header(name, value string) {
	switch strings.ToLower(name) {
	case "via", "v":
		m.via = append(m.via, value)
	case "record-route":
		m.recordRoute = append(m.recordRoute, value)
	case "from", "f":
		m.from = value
	case "to", "t":
		m.to = value
	case "call-id", "i":
		m.callID = value
	case "contact", "m":
		m.contact = bare(value)
	case "cseq":
		number, method, _ := strings.Cut(value, " ")
		m.cseq, _ = strconv.Atoi(number)
		m.cseqMethod = method
	}
}

// bare returns the URI of a value with or without angle brackets.
func bare(value string) string {
	if _, in, ok := strings.Cut(value, "<"); ok {
		uri, _, _ := strings.Cut(in, ">")
		return uri
	}
	uri, _, _ := strings.Cut(value, ";")
	return strings.TrimSpace(uri)
}

// user returns the user part of a URI.
func user(uri string) string {
	uri = strings.TrimPrefix(uri, "sip:")
	name, _, ok := strings.Cut(uri, "@")
	if !ok {
		return ""
	}
	return name
}

// host returns the address in a URI or a Via; one without a port has 5060.
func host(uri string) (netip.AddrPort, bool) {
	uri = strings.TrimPrefix(uri, "sip:")
	if _, after, ok := strings.Cut(uri, "@"); ok {
		uri = after
	}
	uri, _, _ = strings.Cut(uri, ";")
	if a, err := netip.ParseAddrPort(uri); err == nil {
		return a, true
	}
	a, err := netip.ParseAddr(uri)
	return netip.AddrPortFrom(a, 5060), err == nil
}

// writer puts a message together.
type writer struct{ b []byte }

func (w *writer) line(parts ...string) {
	for _, p := range parts {
		w.b = append(w.b, p...)
	}
	w.b = append(w.b, "\r\n"...)
}

// end ends the headers and adds a body of SDP, if there is one.
func (w *writer) end(body []byte) []byte {
	if len(body) > 0 {
		w.line("Content-Type: application/sdp")
	}
	w.line("Content-Length: ", strconv.Itoa(len(body)))
	w.line()
	return append(w.b, body...)
}

// answer returns the response to a request; contact is "" where none belongs.
func (m *message) answer(status int, reason, tag, contact string, body []byte) []byte {
	w := &writer{b: make([]byte, 0, 1024)}
	w.line("SIP/2.0 ", strconv.Itoa(status), " ", reason)
	for _, v := range m.via {
		w.line("Via: ", v)
	}
	for _, r := range m.recordRoute {
		w.line("Record-Route: ", r)
	}
	w.line("From: ", m.from)
	to := m.to
	if tag != "" && !strings.Contains(to, ";tag=") {
		to += ";tag=" + tag
	}
	w.line("To: ", to)
	w.line("Call-ID: ", m.callID)
	w.line("CSeq: ", strconv.Itoa(m.cseq), " ", m.cseqMethod)
	if contact != "" {
		w.line("Contact: <", contact, ">")
	}
	return w.end(body)
}
