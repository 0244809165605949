package wire

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// torture is what each message of RFC 4475 deserves before anything is known
// of its sender: a fault's code, 0 to be let in, -1 to be dropped.
var torture = map[string]int{
	// valid ones; a valid method that we don't have is a 501
	"wsinv": 0, "esc01": 0, "escnull": 0, "longreq": 0, "lwsdisp": 0, "dblreq": 0, "semiuri": 0, "transports": 0, "mpart01": 0,
	"intmeth": 501, "esc02": 501,
	// responses
	"noreason": 0, "unreason": 0, "bcast": 0, "scalarlg": 0, "bigcode": -1,
	// malformed
	"badinv01": 0, // its second Via is beyond a quick look; the parser refuses it
	"badaspec": 400, "baddn": 400, "badvers": 505, "clerr": 400, "escruri": 400, "insuf": 400, "inv2543": 400,
	"ltgtruri": 400, "lwsruri": 400, "lwsstart": 400, "mcl01": 400, "mismatch01": 400, "mismatch02": 501, "multi01": 400,
	"ncl": 400, "quotbal": 400, "scalar02": 400, "trws": 400, "test": -1,
	// beyond what we do
	"bext01": 420, "invut": 415, "novelsc": 416, "unkscm": 416, "sdp01": 406,
	// harmless: a date or a branch that nobody looks at, a registrar's or a proxy's business
	"baddate": 0, "badbranch": 0, "zeromf": 0, "cparam01": 0, "cparam02": 0, "regaut01": 0, "regbadct": 0, "regescrt": 0, "unksm2": 0,
}

func TestTorture(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/torture/*.dat")
	if err != nil || len(files) != len(torture) {
		t.Fatalf("%d torture messages, want %d (%v)", len(files), len(torture), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".dat")
		var h Head
		got := 0
		if err := Scan(raw, &h); err != nil {
			got = -1
		} else if h.Request() {
			got = h.Fault().Code
		}
		if want, ok := torture[name]; !ok || got != want {
			t.Errorf("%s: %d %s, want %d", name, got, h.Fault().Reason, want)
		}
	}
}
