package g711

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestDecodesAsSox compares every byte with what sox makes of it.
func TestDecodesAsSox(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/linear.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var b byte
		var a, mu int16
		if _, err := fmt.Sscanf(lines.Text(), "%v %d %d", &b, &a, &mu); err != nil {
			t.Fatal(err)
		}
		if got := ALaw.Sample(b); got != a {
			t.Errorf("A-law %#02x is %d, sox says %d", b, got, a)
		}
		if got := MuLaw.Sample(b); got != mu {
			t.Errorf("u-law %#02x is %d, sox says %d", b, got, mu)
		}
		n++
	}
	if n != 256 {
		t.Errorf("compared %d bytes, want 256", n)
	}
}

// TestByteIsNear encodes every 16-bit value: the error may be half a step, which
// is 1/32 of the value in the upper segments and 8 in the lowest.
func TestByteIsNear(t *testing.T) {
	t.Parallel()
	for _, law := range []Law{ALaw, MuLaw} {
		for v := -32768; v <= 32767; v++ {
			got := int(law.Sample(law.Byte(int16(v))))
			if abs(got-v) > 8+abs(v)/32 {
				t.Fatalf("%s: %d becomes %d", law, v, got)
			}
		}
	}
}

func abs(v int) int { return max(v, -v) }

func TestBytesSurviveThereAndBack(t *testing.T) {
	t.Parallel()
	for b := range 256 {
		if got := ALaw.Byte(ALaw.Sample(byte(b))); got != byte(b) {
			t.Errorf("A-law %#02x comes back as %#02x", b, got)
		}
		// u-law has two zeros: 0x7F is heard as 0xFF.
		if got := MuLaw.Byte(MuLaw.Sample(byte(b))); got != byte(b) && b != 0x7F {
			t.Errorf("u-law %#02x comes back as %#02x", b, got)
		}
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	if Table(ALaw, ALaw) != nil || Table(MuLaw, MuLaw) != nil || Table(0, ALaw) != nil {
		t.Error("a law is translated into itself")
	}
	for b := range 256 {
		a, mu := ALaw.Sample(byte(b)), MuLaw.Sample(byte(b))
		if got := MuLaw.Sample(Table(ALaw, MuLaw)[b]); abs(int(got)-int(a)) > 64+abs(int(a))/16 {
			t.Errorf("A-law %d becomes u-law %d", a, got)
		}
		if got := ALaw.Sample(Table(MuLaw, ALaw)[b]); abs(int(got)-int(mu)) > 64+abs(int(mu))/16 {
			t.Errorf("u-law %d becomes A-law %d", mu, got)
		}
	}
	if s := Table(MuLaw, ALaw)[MuLaw.Silence()]; s != ALaw.Silence() {
		t.Errorf("u-law silence becomes %#02x", s)
	}
}
