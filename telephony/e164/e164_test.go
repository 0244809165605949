package e164

import (
	"errors"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw  string
		home Country
		want Number
		err  error
	}{
		// what Russian trunks send for one and the same number
		{"84950000101", "RU", "+74950000101", nil},
		{"+74950000101", "RU", "+74950000101", nil},
		{"74950000101", "RU", "+74950000101", nil},
		{"4950000101", "RU", "+74950000101", nil},
		{"0074950000101", "RU", "+74950000101", nil},
		{"81074950000101", "RU", "+74950000101", nil},
		{"8 (495) 000-01-01", "RU", "+74950000101", nil},
		{"+7.495.000.01.01", "RU", "+74950000101", nil},
		{"sip:84950000101@203.0.113.7:5060;user=phone", "RU", "+74950000101", nil},
		{"sip:+74950000101;npdi@carrier.example", "RU", "+74950000101", nil},
		{"<sip:%2B74950000101@carrier.example>", "RU", "+74950000101", nil},
		{"tel:+7-495-000-01-01;ext=12", "RU", "+74950000101", nil},
		{"88005553535", "RU", "+78005553535", nil},
		// abroad, from Russia
		{"810493012345678", "RU", "+493012345678", nil},
		{"380441234567", "RU", "+380441234567", nil},
		{"+4930123456", "RU", "+4930123456", nil},
		// others at home
		{"030 123456", "DE", "+4930123456", nil},
		{"004930123456", "DE", "+4930123456", nil},
		{"020 7946 0000", "GB", "+442079460000", nil},
		{"0612345678", "IT", "+390612345678", nil},
		{"(212) 555-0100", "US", "+12125550100", nil},
		{"12125550100", "US", "+12125550100", nil},
		{"011442079460000", "US", "+442079460000", nil},
		{"8 029 123 45 67", "BY", "+375291234567", nil},
		{"80291234567", "", "", ErrCountry},
		{"00442079460000", "", "+442079460000", nil},
		// no numbers
		{"112", "RU", "", ErrShort},
		{"849500001", "RU", "", ErrShort},
		{"74950000101123", "RU", "", ErrLength},
		{"+7495000010", "RU", "", ErrLength},
		{"+1234567890123456", "RU", "", ErrLong},
		{"+0495000010", "RU", "", ErrCountry},
		{"+21012345678", "RU", "", ErrCountry},
		{"anonymous", "RU", "", ErrWithheld},
		{"", "RU", "", ErrWithheld},
		{"sip:anonymous@anonymous.invalid", "RU", "", ErrWithheld},
		{"anna", "RU", "", ErrLetters},
		{"+7+4950000101", "RU", "", ErrLetters},
		{"8495000010\r\n1", "RU", "", ErrLetters},
		{"---", "RU", "", ErrShort},
	} {
		got, err := Parse(c.raw, c.home)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("Parse(%q, %q) = %q, %v; want %q, %v", c.raw, c.home, got, err, c.want, c.err)
		}
	}
}

func TestNumberForPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ number, international, masked Number }{
		{"+74950000101", "+7 495 000-01-01", "+7495*****01"},
		{"+12125550100", "+1 212-555-0100", "+1212*****00"},
		{"+442079460000", "+44 207 946 0000", "+4420******00"},
		{"+4930123456", "+49 301 234 56", "+4930****56"},
		{"", "", ""},
	} {
		if got := c.number.International(); got != string(c.international) {
			t.Errorf("%s: International() = %q, want %q", c.number, got, c.international)
		}
		if got := c.number.Masked(); got != string(c.masked) {
			t.Errorf("%s: Masked() = %q, want %q", c.number, got, c.masked)
		}
	}
	if Number("74950000101").Valid() || Number("+7495000010a").Valid() || !Number("+74950000101").Valid() {
		t.Error("Valid() takes what is not canonical, or refuses what is")
	}
	if code := Number("+375291234567").CallingCode(); code != "375" {
		t.Errorf("calling code of Belarus = %q", code)
	}
}

// TestErrorsHideTheNumber: errors are logged, and logs keep no numbers.
func TestErrorsHideTheNumber(t *testing.T) {
	t.Parallel()
	_, err := Parse("+7495000010123", "RU")
	if err == nil || strings.Contains(err.Error(), "0000") {
		t.Errorf("error shows the number: %v", err)
	}
}

func TestEmergency(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"112", "01", "02", "03", "04", "101", "102", "103", "104", "911", "999", "sip:112@x", "+112", "8112", "+7112", "1-1-2"} {
		if !Emergency(s) {
			t.Errorf("%q is not seen as an emergency number", s)
		}
	}
	for _, s := range []string{"84950000101", "+74950000112", "", "anna", "0890", "8", "+7", "1122"} {
		if Emergency(s) {
			t.Errorf("%q is taken for an emergency number", s)
		}
	}
}

// FuzzParse asserts that whatever comes in, a Number that comes out is whole,
// canonical and reads back as itself.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"84950000101", "+7 495 000-01-01", "sip:%2B7495@x;y", "tel:+1", "810", "00", "<<sip:>"} {
		f.Add(s, "RU")
		f.Add(s, "US")
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, raw, home string) {
		n, err := Parse(raw, Country(home))
		if err != nil {
			return
		}
		if !n.Valid() {
			t.Fatalf("Parse(%q, %q) = %q, which is not valid", raw, home, n)
		}
		if again, err := Parse(string(n), Country(home)); err != nil || again != n {
			t.Fatalf("%q reads back as %q, %v", n, again, err)
		}
	})
}
