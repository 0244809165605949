package sipua

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestIPv6Torture is RFC 5118: what is well-formed is taken, whatever stands in
// front of it; what lacks its brackets is not.
func TestIPv6Torture(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	go func() {
		for c := range r.calls {
			c.Refuse(480, "Later")
		}
	}()
	answers := map[string]string{
		// A trunk has no registrar here: 405 says that the rest was understood.
		"ipv6-good": "405", "ipv6-bad": "400", "port-ambiguous": "405", "port-unambiguous": "405",
		// No such dialog, and that is all that is wrong with them.
		"via-received-param-with-delim": "481", "via-received-param-no-delim": "481", "mult-ip-in-header": "481",
		"ipv6-bug-abnf-3-colons": "200",
		// A leg began, and was refused by its owner.
		"ipv6-in-sdp": "480", "mult-ip-in-sdp": "480", "ipv4-mapped-ipv6": "480",
	}
	for name, want := range answers {
		raw, err := os.ReadFile(filepath.Join("testdata", "torture6", name+".dat"))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(raw), "SSG9559905523997077@hlau_4100", name) // else they are one call
		if got := torment(p, text, 5*time.Second); got != want {
			t.Errorf("%s: %q, want %s", name, got, want)
		}
	}
	r.empty()
}
