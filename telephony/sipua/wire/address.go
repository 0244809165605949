package wire

import "bytes"

// via reads the first of a field's values; only the topmost field counts.
func (h *Head) via(value []byte, at int) {
	if h.vias++; h.vias > 1 {
		return
	}
	h.viaAt = at
	rest := value
	for _, end := range []string{"/", "/", " \t\r\n"} {
		rest = trim(rest)
		n := bytes.IndexAny(rest, end)
		if n < 1 || !isToken(trim(rest[:n])) {
			h.blame(bad("Malformed Via"))
			return
		}
		rest = rest[n+1:]
	}
	rest = bytes.TrimLeft(rest, " \t\r\n")
	end := bytes.IndexAny(rest, ";,")
	if end < 0 {
		end = len(rest)
	}
	if !h.sentBy(trim(rest[:end])) {
		h.blame(bad("Malformed Via"))
		return
	}
	h.viaParams(rest[end:], at+len(value)-len(rest)+end)
}

// sentBy reads host[:port] of the top Via.
func (h *Head) sentBy(s []byte) bool {
	host, port := s, []byte(nil)
	if len(s) > 0 && s[0] == '[' {
		end := bytes.IndexByte(s, ']')
		if end < 0 {
			return false
		}
		host, port = s[:end+1], trim(s[end+1:])
		if len(port) > 0 && port[0] != ':' {
			return false
		}
		port = bytes.TrimPrefix(port, []byte(":"))
	} else if i := bytes.IndexByte(s, ':'); i >= 0 {
		host, port = trim(s[:i]), trim(s[i+1:])
	}
	if len(host) == 0 || bytes.ContainsAny(host, " \t\r\n/@") {
		return false
	}
	h.SentHost = host
	if len(port) == 0 {
		return true
	}
	n, ok := number(port, 65535)
	h.SentPort = n
	return ok && n > 0
}

// viaParams reads the parameters of the top Via, which begin at offset at of
// the message.
func (h *Head) viaParams(s []byte, at int) {
	for len(s) > 0 && s[0] == ';' {
		end := 1 + paramEnd(s[1:], ";,")
		name, value, given := bytes.Cut(s[1:end], []byte("="))
		switch {
		case bytes.EqualFold(trim(name), []byte("branch")):
			h.Branch = trim(value)
		case bytes.EqualFold(trim(name), []byte("rport")) && !given:
			h.AsksSource = true
			h.rportAt = at + 1 + leading(name) + len("rport")
		}
		s, at = s[end:], at+end
	}
}

// paramEnd finds the first of the given separators that is outside quotes.
func paramEnd(s []byte, separators string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && bytes.IndexByte([]byte(separators), c) >= 0:
			return i
		}
	}
	return len(s)
}

// Param returns a parameter of an address field: behind the angle brackets, or
// behind the first semicolon where there are none (RFC 3261, section 20).
func Param(value []byte, name string) (param []byte, ok bool) {
	if open := paramEnd(value, "<"); open < len(value) {
		end := bytes.IndexByte(value[open:], '>')
		if end < 0 {
			return nil, false
		}
		value = value[open+end:]
	}
	at := paramEnd(value, ";")
	for at < len(value) {
		value = value[at+1:]
		at = paramEnd(value, ";")
		key, val, _ := bytes.Cut(value[:at], []byte("="))
		if bytes.EqualFold(trim(key), []byte(name)) {
			return trim(val), true
		}
	}
	return nil, false
}

// isAddress tells whether value is a name-addr or an addr-spec with balanced
// quotes and brackets and a scheme (RFC 3261, section 25.1).
func isAddress(value []byte) bool {
	rest := value
	if len(rest) > 0 && rest[0] == '"' {
		end := closingQuote(rest)
		if end < 0 {
			return false
		}
		rest = trim(rest[end+1:])
		if len(rest) == 0 || rest[0] != '<' {
			return false
		}
	}
	open := bytes.IndexByte(rest, '<')
	if open < 0 {
		spec, _, _ := bytes.Cut(rest, []byte(";"))
		return hasScheme(trim(spec))
	}
	for _, c := range rest[:open] {
		if !tokenChar(c) && c < 0x80 && bytes.IndexByte([]byte(" \t\r\n"), c) < 0 {
			return false
		}
	}
	spec, tail, ok := bytes.Cut(rest[open+1:], []byte(">"))
	tail = trim(tail)
	return ok && hasScheme(spec) && (len(tail) == 0 || tail[0] == ';')
}

// closingQuote returns where the quoted string at the start of s ends, or -1.
func closingQuote(s []byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// hasScheme tells whether s looks like scheme:something without blanks.
func hasScheme(s []byte) bool {
	colon := bytes.IndexByte(s, ':')
	return colon > 0 && colon < len(s)-1 && isToken(s[:colon]) && !bytes.ContainsAny(s, " \t\r\n<>\"")
}

// Scheme returns the scheme of a URI in lower case, or "".
func Scheme(uri []byte) string {
	colon := bytes.IndexByte(uri, ':')
	if colon < 0 {
		return ""
	}
	switch scheme := uri[:colon]; {
	case bytes.EqualFold(scheme, []byte("sip")):
		return "sip"
	case bytes.EqualFold(scheme, []byte("sips")):
		return "sips"
	case bytes.EqualFold(scheme, []byte("tel")):
		return "tel"
	}
	return "?"
}

func trim(s []byte) []byte { return bytes.Trim(s, " \t\r\n") }

// number reads decimal digits up to most.
func number(s []byte, most int) (n int, ok bool) {
	if len(s) == 0 || len(s) > 18 {
		return 0, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, n <= most
}

func isToken(s []byte) bool {
	for _, c := range s {
		if !tokenChar(c) {
			return false
		}
	}
	return len(s) > 0
}

// tokenChar is "token" of RFC 3261, section 25.1.
func tokenChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c != 0 && bytes.IndexByte([]byte("-.!%*_+`'~"), c) >= 0
}
