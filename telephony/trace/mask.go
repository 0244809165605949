package trace

import (
	"regexp"
	"strings"
)

// secrets is what nobody reads in a trace: answers to a challenge, keys of
// audio, passwords in URIs. The second group is struck out.
var secrets = []*regexp.Regexp{
	regexp.MustCompile(`(?im)^((?:proxy-)?authorization[ \t]*:(?:[^\r\n]|\r\n[ \t])*?\bresponse[ \t]*=[ \t]*"?)([0-9a-z]+)`),
	regexp.MustCompile(`(?im)^((?:proxy-)?authorization[ \t]*:(?:[^\r\n]|\r\n[ \t])*?\bcnonce[ \t]*=[ \t]*"?)([^",\r\n]+)`),
	regexp.MustCompile(`(?im)^((?:proxy-)?authorization[ \t]*:[ \t]*(?:basic|bearer)[ \t]+)(\S+)`),
	regexp.MustCompile(`(?im)^(a=crypto:\d+[ \t]+\S+[ \t]+inline:)([^|\r\n \t]+)`),
	regexp.MustCompile(`(?im)^(a=ice-pwd:)([^\r\n]+)`),
	regexp.MustCompile(`(?im)^(a=key-mgmt:\S+[ \t]+)([^\r\n]+)`),
	regexp.MustCompile(`(?im)^(k=)([^\r\n]+)`),
	regexp.MustCompile(`(?i)(sips?:[^@:;<>\s"]+:)([^@;<>\s"]+)(?:@)`),
}

// keyed is the body of an INFO with a key that was pressed.
var keyed = regexp.MustCompile(`(?im)^(signal[ \t]*=[ \t]*)(\S+)`)

// Struck returns a message with its secrets struck out: the answer to a
// challenge, keys, what was pressed. It is as long as it was, so that its
// Content-Length stays true.
func Struck(raw []byte) []byte {
	text := string(raw)
	for i, re := range secrets {
		if !mayHave(text, i) {
			continue
		}
		text = strike(re, text)
	}
	head, body, ok := strings.Cut(text, "\r\n\r\n")
	if ok && strings.HasPrefix(strings.TrimLeft(head, "\r\n"), "INFO ") {
		text = head + "\r\n\r\n" + pressed(body)
	}
	return []byte(text)
}

// mayHave spares most messages the search.
func mayHave(text string, i int) bool {
	switch {
	case i < 3:
		return strings.Contains(text, "uthorization") || strings.Contains(text, "AUTHORIZATION")
	case i == 7:
		return passworded(text)
	}
	return strings.Contains(text, "a=crypto") || strings.Contains(text, "a=ice-pwd") || strings.Contains(text, "a=key-mgmt") || strings.Contains(text, "\nk=")
}

// passworded tells whether a URI in the text may have a password: a second colon
// between its scheme and its at sign.
func passworded(text string) bool {
	for at := strings.IndexByte(text, '@'); at >= 0; {
		begin := strings.LastIndexAny(text[:at], "<> \"\r\n;") + 1
		if strings.Count(text[begin:at], ":") > 1 {
			return true
		}
		next := strings.IndexByte(text[at+1:], '@')
		if next < 0 {
			return false
		}
		at += 1 + next
	}
	return false
}

func strike(re *regexp.Regexp, text string) string {
	var b strings.Builder
	last := 0
	for _, at := range re.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[last:at[4]])
		b.WriteString(strings.Repeat("x", at[5]-at[4]))
		last = at[5]
	}
	b.WriteString(text[last:])
	return b.String()
}

// pressed strikes the key out of an INFO's body, in both forms that there are:
// "Signal=5" and the bare key.
func pressed(body string) string {
	if keyed.MatchString(body) {
		return strike(keyed, body)
	}
	if len(strings.TrimSpace(body)) <= 2 {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune("0123456789*#ABCDabcd", r) {
				return 'x'
			}
			return r
		}, body)
	}
	return body
}

// numbers is what may be somebody's telephone number.
var numbers = regexp.MustCompile(`\+?\d[\d\-.]{5,17}\d`)

// addresses are the lines and parts of lines where numbers of people stand.
var addresses = regexp.MustCompile(`(?im)^((?:from|f|to|t|contact|m|p-asserted-identity|p-preferred-identity|remote-party-id|referred-by|refer-to|r|diversion|history-info|p-called-party-id)[ \t]*:)([^\r\n]*)`)

// startLine is a request's first line.
var startLine = regexp.MustCompile(`^([A-Z]+ )(\S+)`)

// Masked hides people's numbers but for their last four digits, as long as
// they were: x for people to read, 0 where programs want digits.
func Masked(raw []byte, with byte) []byte {
	hide := func(s string) string { return hideNumbers(s, with) }
	text := startLine.ReplaceAllStringFunc(string(raw), hide)
	return []byte(addresses.ReplaceAllStringFunc(text, hide))
}

// hideNumbers masks the digits before the last four of each number that is no
// IP address.
func hideNumbers(s string, with byte) string {
	return numbers.ReplaceAllStringFunc(s, func(n string) string {
		if strings.Count(n, ".") == 3 && !strings.Contains(n, "+") {
			return n
		}
		out, left := []byte(n), 0
		for i := len(out) - 1; i >= 0; i-- {
			if out[i] < '0' || out[i] > '9' {
				continue
			}
			if left++; left > 4 {
				out[i] = with
			}
		}
		return string(out)
	})
}
