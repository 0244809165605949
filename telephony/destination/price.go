package destination

// Micro is money in millionths of a currency's unit, as prices of a minute are
// written.
type Micro int64

// zonePrices is what a minute is taken to cost where no trunk has said what it
// asks: on the dear side of what carriers asked for in 2025, because a guess
// that is too low lets more through than the cap. It is no price list.
var zonePrices = map[Zone]Micro{"home": 3_000_000, "near": 25_000_000, "far": 40_000_000, "rest": 80_000_000, "hot": 200_000_000}

// roubles is how many roubles a currency's unit is taken for in a guess.
var roubles = map[string]Micro{"RUB": 1, "USD": 90, "EUR": 100, "GBP": 115, "BYN": 28, "KZT": 1}

// Guess returns what a minute to the place is taken to cost. A currency that
// is not known is taken for roubles: its calls are dear, and soon capped.
func Guess(p Place, home bool, currency string) Micro {
	zone := p.Zone
	if home {
		zone = "home"
	} else if zone == "home" { // Russia, from elsewhere
		zone = "near"
	}
	return zonePrices[zone] / max(1, roubles[currency])
}
