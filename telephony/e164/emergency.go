package e164

// emergency is what is dialled for fire, police and ambulance in the countries
// where the platform may be reached from, in the forms of fixed and mobile
// phones. A number that is an emergency anywhere is never dialled by us.
var emergency = map[string]bool{
	"112": true, "911": true, "999": true, "000": true, "111": true,
	"01": true, "02": true, "03": true, "04": true,
	"010": true, "020": true, "030": true, "040": true,
	"001": true, "002": true, "003": true, "004": true,
	"100": true, "101": true, "102": true, "103": true, "104": true, "105": true, "107": true, "108": true,
	"110": true, "113": true, "114": true, "115": true, "117": true, "118": true, "119": true, "120": true, "122": true, "123": true,
	"15": true, "17": true, "18": true,
	"133": true, "144": true, "150": true, "155": true, "156": true, "158": true, "166": true,
	"190": true, "191": true, "192": true, "193": true, "194": true, "197": true,
	"991": true, "992": true, "993": true, "994": true, "995": true, "997": true, "998": true,
}

// Emergency tells whether dialled, in any form Parse reads, calls emergency
// services. Those calls can't be placed from a call centre: they would send
// help to the wrong town.
func Emergency(dialled string) bool {
	digits, _, err := Digits(dialled)
	if err != nil {
		return false
	}
	// +7 112 and 8 112 are what a program makes of 112 when it adds a prefix.
	for _, prefix := range []string{"", "7", "8"} {
		if len(digits) > len(prefix) && digits[:len(prefix)] == prefix && emergency[digits[len(prefix):]] {
			return true
		}
	}
	return false
}
