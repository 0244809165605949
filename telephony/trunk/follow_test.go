package trunk

import (
	"net/netip"
	"testing"

	"switchboard/telephony/directory"
)

// TestARedirectKeepsTheNumber: a 3xx chooses the machine, never the number.
func TestARedirectKeepsTheNumber(t *testing.T) {
	t.Parallel()
	trunk := &directory.Trunk{Name: "carrier", Sources: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
	own, err := parseOutbound("sip:192.0.2.1:5060")
	if err != nil {
		t.Fatal(err)
	}
	may := followTo(trunk, own, "+79161234567")
	for uri, want := range map[string]bool{
		"sip:+79161234567@192.0.2.1:5060":            true,
		"sip:+79161234567@192.0.2.7:5070":            true,
		"sip:89161234567@192.0.2.7":                  true,
		"sip:+79161234567@203.0.113.5":               false, // another's machine
		"sip:88091234567@192.0.2.1":                  false, // premium, at the same carrier
		"sip:+881612345678@192.0.2.1":                false,
		"sip:+5352345678@192.0.2.7":                  false,
		"sip:+79161234568@192.0.2.1":                 false,
		"sip:112@192.0.2.1":                          false,
		"sip:192.0.2.1":                              false,
		"sip:x@+79161234567@192.0.2.1":               false,
		"sip:+881612345678;x=+79161234567@192.0.2.1": false,
	} {
		if got := may(uri); got != want {
			t.Errorf("%s: %t", uri, got)
		}
	}
}
