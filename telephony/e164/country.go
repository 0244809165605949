package e164

import "strings"

// Country is an ISO 3166 code of two letters, "RU".
type Country string

// Russia is where the platform is at home.
const Russia Country = "RU"

// plan is how a country's own people dial.
type plan struct {
	code     string   // calling code
	trunk    string   // put before a national number, "" where there is none
	abroad   []string // put before an international number, longest first
	min, max int      // digits of a national number without the trunk prefix
}

// plans holds the countries where the platform has or expects trunks. Any
// other country still reads every international form.
var plans = map[Country]plan{
	"RU": {"7", "8", []string{"810", "00"}, 10, 10},
	"KZ": {"7", "8", []string{"810", "00"}, 10, 10},
	"BY": {"375", "80", []string{"810", "00"}, 9, 9},
	"UA": {"380", "0", []string{"00"}, 9, 9},
	"UZ": {"998", "8", []string{"810", "00"}, 9, 9},
	"KG": {"996", "0", []string{"00"}, 9, 9},
	"TJ": {"992", "8", []string{"810", "00"}, 9, 9},
	"AM": {"374", "0", []string{"00"}, 8, 8},
	"AZ": {"994", "0", []string{"00"}, 9, 9},
	"GE": {"995", "0", []string{"00"}, 9, 9},
	"MD": {"373", "0", []string{"00"}, 8, 8},
	"LT": {"370", "0", []string{"00"}, 8, 8},
	"LV": {"371", "", []string{"00"}, 8, 8},
	"EE": {"372", "", []string{"00"}, 7, 8},
	"PL": {"48", "", []string{"00"}, 9, 9},
	"CZ": {"420", "", []string{"00"}, 9, 9},
	"DE": {"49", "0", []string{"00"}, 5, 12},
	"AT": {"43", "0", []string{"00"}, 4, 13},
	"CH": {"41", "0", []string{"00"}, 9, 9},
	"FR": {"33", "0", []string{"00"}, 9, 9},
	"GB": {"44", "0", []string{"00"}, 9, 10},
	"IT": {"39", "", []string{"00"}, 6, 11},
	"ES": {"34", "", []string{"00"}, 9, 9},
	"NL": {"31", "0", []string{"00"}, 9, 9},
	"TR": {"90", "0", []string{"00"}, 10, 10},
	"IL": {"972", "0", []string{"00"}, 8, 9},
	"AE": {"971", "0", []string{"00"}, 8, 9},
	"IN": {"91", "0", []string{"00"}, 10, 10},
	"CN": {"86", "0", []string{"00"}, 8, 11},
	"US": {"1", "1", []string{"011"}, 10, 10},
	"CA": {"1", "1", []string{"011"}, 10, 10},
}

// closed is the length of a national number where every number has it.
var closed = map[string]int{"7": 10, "1": 10, "375": 9, "380": 9, "998": 9, "48": 9, "33": 9, "34": 9}

// Known tells whether national forms of c can be read.
func (c Country) Known() bool { _, ok := plans[c]; return ok }

// CallingCode returns c's calling code without the plus, or "".
func (c Country) CallingCode() string { return plans[c].code }

// international turns digits dialled without a plus by someone in c into the
// digits of an international number. Carriers mix three habits: national with
// its prefix, national without, and international without a plus; a national
// reading of the right size wins over an international one.
func (c Country) international(digits string) (string, error) {
	p, ok := plans[c]
	if !ok {
		if rest, abroad := strings.CutPrefix(digits, "00"); abroad {
			return rest, nil
		}
		return digits, nil
	}
	for _, prefix := range p.abroad {
		if rest, abroad := strings.CutPrefix(digits, prefix); abroad && len(rest) >= least && callingCode(rest) != "" {
			return rest, nil
		}
	}
	if rest, national := strings.CutPrefix(digits, p.trunk); national && p.trunk != "" && p.fits(rest) {
		return p.code + rest, nil
	}
	if rest, full := strings.CutPrefix(digits, p.code); full && p.fits(rest) {
		return digits, nil
	}
	if p.fits(digits) {
		return p.code + digits, nil
	}
	if len(digits) < p.min {
		return "", ErrShort
	}
	return digits, nil
}

func (p plan) fits(national string) bool {
	return len(national) >= p.min && len(national) <= p.max
}

// two is every calling code of two digits; the zones 1 and 7 have one digit,
// and all other codes have three (ITU-T E.164, list of assigned codes).
const two = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49" +
	" 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 "

// spare holds the codes of three digits that are assigned to nobody.
const spare = " 210 214 215 217 219 259 279 280 281 282 283 284 285 286 287 288 289 292 293 294 295 296" +
	" 384 422 424 425 426 427 428 429 671 693 694 695 696 697 698 699" +
	" 801 802 803 804 805 806 807 809 830 831 832 833 834 835 836 837 838 839 851 854 857 858 859" +
	" 871 872 873 874 875 876 877 879 884 885 887 889" +
	" 890 891 892 893 894 895 896 897 898 899 969 978 990 997 999 "

// callingCode returns the country code that digits begin with, or "".
func callingCode(digits string) string {
	if len(digits) < 3 || digits[0] == '0' {
		return ""
	}
	if digits[0] == '1' || digits[0] == '7' {
		return digits[:1]
	}
	if strings.Contains(two, " "+digits[:2]+" ") {
		return digits[:2]
	}
	if strings.Contains(spare, " "+digits[:3]+" ") {
		return ""
	}
	return digits[:3]
}
