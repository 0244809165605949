package form

import "testing"

var (
	russian = Form{Style: National, Country: "7", Prefix: "8", Abroad: "810"}
	german  = Form{Style: National, Country: "49", Prefix: "0", Abroad: "00"}
)

func TestWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		form         Form
		number, want string
	}{
		{Form{}, "+74950000101", "+74950000101"},
		{Form{Style: Plus}, "+74950000101", "+74950000101"},
		{Form{Style: Digits}, "+74950000101", "74950000101"},
		{russian, "+74950000101", "84950000101"},
		{russian, "+442071234567", "810442071234567"},
		{german, "+49301234567", "0301234567"},
		{german, "+74950000101", "0074950000101"},
		{Form{Style: National, Country: "371"}, "+37167123456", "67123456"},
		{Form{Style: Digits, Prepend: "77#"}, "+74950000101", "77#74950000101"},
		{Form{Style: Digits, Strip: 1}, "+74950000101", "4950000101"},
		{Form{Style: Plus, Strip: 2, Prepend: "8"}, "+74950000101", "84950000101"},
		{Form{Style: Plus, Strip: 20}, "+74950000101", ""},
	} {
		if got := c.form.Write(c.number); got != c.want {
			t.Errorf("%+v writes %s as %s, want %s", c.form, c.number, got, c.want)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		form      Form
		raw, want string
	}{
		{Form{}, "84950000101", "84950000101"},
		{Form{Style: Any}, "+74950000101", "+74950000101"},
		{Form{Style: Digits}, "74950000101", "+74950000101"},
		{Form{Style: Plus}, "+74950000101", "+74950000101"},
		{russian, "84950000101", "+74950000101"},
		{russian, "810442071234567", "+442071234567"},
		{russian, "4950000101", "+74950000101"},
		{russian, "8104950", "+7104950"}, // too short to be abroad
		{german, "0301234567", "+49301234567"},
		{german, "0074950000101", "+74950000101"},
		{Form{Style: Digits, Strip: 3}, "77#74950000101", "+74950000101"},
		{Form{Style: Digits, Prepend: "7"}, "4950000101", "+74950000101"},
		{russian, "anonymous", "anonymous"},
		{russian, "", ""},
		{Form{Style: Plus, Strip: 9}, "123", ""},
	} {
		if got := c.form.Read(c.raw); got != c.want {
			t.Errorf("%+v reads %q as %q, want %q", c.form, c.raw, got, c.want)
		}
	}
}

// TestThereAndBack: what is written is read as the same number.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	for _, f := range []Form{{Style: Plus}, {Style: Digits}, russian, german} {
		for _, n := range []string{"+74950000101", "+49301234567", "+442071234567", "+12025550123"} {
			if got := f.Read(f.Write(n)); got != n {
				t.Errorf("%+v: %s became %s", f, n, got)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, f := range []Form{{}, {Style: Any}, russian, german, {Prepend: "*77#"}} {
		if err := f.Check(); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
	for _, f := range []Form{
		{Style: "odd"}, {Style: National}, {Strip: -1}, {Strip: 21}, {Prepend: "sip:x@"}, {Prepend: "1\r\nEvil: x"},
		{Country: "seven"}, {Prefix: "123456"}, {Abroad: "a"}, {Country: "1234"},
	} {
		if f.Check() == nil {
			t.Errorf("%+v is taken", f)
		}
	}
}
