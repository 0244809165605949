package destination

import (
	"strings"
	"testing"

	"switchboard/telephony/e164"
)

const (
	ownNumber   = e164.Number("+74950000101")
	otherNumber = e164.Number("+74950000202") // another shop's
	rouble      = Micro(1_000_000)
)

func rules() Rules {
	return Rules{
		On: true, Home: e164.Russia, Countries: []e164.Country{"KZ", "DE"}, Currency: "RUB",
		Hour: 100, HourEach: 20, MinutesOfDay: 600, SpendOfHour: 300 * rouble, SpendOfDay: 1000 * rouble, AtOnce: 10,
		Owned: func(n e164.Number) (ours, own bool) { return n == ownNumber || n == otherNumber, n == ownNumber },
	}
}

// TestWhere is the list of what may be dialled and what not; every path out
// asks by it.
func TestWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dialled string
		want    Reason
	}{
		{"89161234567", ""},
		{"+7 812 123-45-67", ""}, // a town's code that begins with 8
		{"88005553535", ""},
		{"88041234567", ""},
		{"+77011234567", ""}, // Kazakhstan, allowed
		{"8107 7011234567", ""},
		{"+493012345678", ""},
		{"sip:+493012345678@evil.example;user=phone", ""},

		{"+5352345678", Abroad}, // Cuba
		{"810 53 52345678", Abroad},
		{"+12425551234", Abroad}, // the Bahamas look like a number of the USA
		{"+12125551234", Abroad},
		{"+375291234567", Abroad},
		{"+4915112345678", ""},

		{"88091234567", Premium},
		{"+78031234567", Premium},
		{"sip:88091234567@127.0.0.9", Premium},
		{"<sip:%2B78091234567@x>", Premium},
		{"tel:+7-809-123-45-67", Premium},
		{"810 7 809 1234567", Premium},
		{"+78021234567", Premium},
		{"+49900123456", Premium}, // though Germany is allowed
		{"+449012345678", Premium},
		{"+19005551234", Premium},
		{"+979123456789", Premium},
		{"+881612345678", Satellite},
		{"+870773123456", Satellite},
		{"810 881 612345678", Satellite},
		{"+88213123456", Special},
		{"+883510012345", Special},
		{"+87812345678", Special},

		{"112", Emergency}, {"03", Emergency}, {"sip:911@x", Emergency}, {"8112", Emergency},
		{"0890", Short}, {"1234", Short},
		{"anna", Unreadable}, {"", Unreadable}, {"+0495000010", Unreadable}, {"+7495000010199", Unreadable},
		{string(ownNumber), Own}, {"84950000202", Own}, {"sip:84950000202@evil.example", Own},
	} {
		v := Decide(rules(), Use{}, Attempt{Dialled: c.dialled, From: string(ownNumber)})
		if v.No != c.want {
			t.Errorf("%q: %q, want %q", c.dialled, v.No, c.want)
		}
		if (v.No == "") != (v.For > 0 && v.Price > 0 && v.Cost > 0) {
			t.Errorf("%q: %+v", c.dialled, v)
		}
	}
}

// TestEveryDeniedRangeIsRefused walks the whole file, from home and from
// abroad, with every country allowed.
func TestEveryDeniedRangeIsRefused(t *testing.T) {
	t.Parallel()
	r := rules()
	for c := range known.by {
		r.Countries = append(r.Countries, c)
	}
	tried := 0
	for prefix := range known.denied {
		for _, fill := range []string{"1", "5", "9"} {
			number := prefix + strings.Repeat(fill, 12)
			for n := 8; n <= 13; n++ {
				dialled := "+" + number[:n]
				if _, err := e164.Parse(dialled, r.Home); err != nil {
					continue
				}
				tried++
				if v := Decide(r, Use{}, Attempt{Dialled: dialled}); v.No != Premium && v.No != Satellite && v.No != Special {
					t.Errorf("%s: %q", dialled, v.No)
				}
			}
		}
	}
	if tried < 3*len(known.denied) {
		t.Errorf("%d numbers of %d ranges", tried, len(known.denied))
	}
}

func TestHowMuch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		use  Use
		want Reason
		mins int64
	}{
		{"nothing yet", Use{}, "", 5},
		{"three minutes are left of the hour's money", Use{SpentOfHour: 291 * rouble}, "", 3},
		{"not one minute is left of it", Use{SpentOfHour: 298 * rouble}, SpendOfHour, 0},
		{"the hour's money is more than spent", Use{SpentOfHour: 900 * rouble}, SpendOfHour, 0},
		{"the day's money is spent", Use{SpentOfDay: 1000 * rouble}, SpendOfDay, 0},
		{"the hour's calls are made", Use{Hour: 100}, Hour, 0},
		{"one operator has made theirs", Use{Hour: 50, HourEach: 20}, HourEach, 0},
		{"too many are up", Use{Up: 10}, AtOnce, 0},
		{"the day's minutes are talked", Use{TalkOfDay: 600 * minute}, Minutes, 0},
	} {
		v := Decide(rules(), c.use, Attempt{Dialled: "89161234567"})
		if v.No != c.want || v.For != c.mins*minute || v.Cost != Micro(c.mins)*3*rouble {
			t.Errorf("%s: %+v", c.what, v)
		}
	}
}

func TestWhoIsShown(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]Reason{
		"": "", string(ownNumber): "", "84950000101": "", string(otherNumber): Caller, "+79161234567": Caller, "Bank": Caller,
	} {
		if v := Decide(rules(), Use{}, Attempt{Dialled: "89161234567", From: from}); v.No != want {
			t.Errorf("shown %q: %q, want %q", from, v.No, want)
		}
	}
}

func TestMore(t *testing.T) {
	t.Parallel()
	r := rules()
	if v := More(r, Use{SpentOfHour: 15 * rouble}, 3*rouble, 5*minute); v.No != "" || v.For != 5*minute {
		t.Errorf("the second slice: %+v", v)
	}
	if v := More(r, Use{}, 3*rouble, 118*minute); v.No != "" || v.For != 2*minute {
		t.Errorf("the last slice: %+v", v)
	}
	if v := More(r, Use{}, 3*rouble, Longest); v.No != TooLong {
		t.Errorf("after the longest call: %+v", v)
	}
	if v := More(r, Use{SpentOfDay: 999 * rouble}, 3*rouble, minute); v.No != SpendOfDay {
		t.Errorf("without money: %+v", v)
	}
	r.On = false
	if v := More(r, Use{}, 3*rouble, minute); v.No != Off {
		t.Errorf("switched off meanwhile: %+v", v)
	}
}

// TestSpendNeverPassesTheCap lets random calls buy, talk and end, many at once.
func TestSpendNeverPassesTheCap(t *testing.T) {
	t.Parallel()
	r := rules()
	r.Countries, r.Hour, r.HourEach, r.AtOnce, r.MinutesOfDay = []e164.Country{"DE", "CU"}, 1e6, 1e6, 1e6, 1e6
	u, up := Use{}, 0
	numbers := []string{"89161234567", "+493012345678", "+5352345678"}
	for i := range 3000 {
		v := Decide(r, u, Attempt{Dialled: numbers[i%3]})
		if v.No == "" {
			u.SpentOfHour += v.Cost
			u.SpentOfDay += v.Cost
			up++
		}
		if more := More(r, u, 3*rouble, Millis(i)*1000%Longest); more.No == "" {
			u.SpentOfHour += more.Cost
			u.SpentOfDay += more.Cost
		}
		if u.SpentOfHour > r.SpendOfHour || u.SpentOfDay > r.SpendOfDay {
			t.Fatalf("after %d attempts and %d calls %d of %d is spent", i, up, u.SpentOfHour, r.SpendOfHour)
		}
		if i%50 == 0 { // an hour goes by
			u.SpentOfHour = 0
		}
	}
	if up < 5 || u.SpentOfDay < r.SpendOfDay-200*rouble {
		t.Errorf("%d calls for %d", up, u.SpentOfDay)
	}
}

func TestWordsForEveryReason(t *testing.T) {
	t.Parallel()
	for _, no := range Reasons() {
		v := Verdict{No: no, Place: Place{En: "Cuba", Ru: "Куба"}}
		for _, language := range []string{"ru", "en"} {
			if w := v.Words(language); w == "" || strings.Contains(w, "%") {
				t.Errorf("%s in %s: %q", no, language, w)
			}
		}
	}
	v := Decide(rules(), Use{}, Attempt{Dialled: "+5352345678"})
	if w := v.Words("en"); w != "calls to Cuba are off for this shop; its owner can allow them" {
		t.Errorf("%q", w)
	}
}

func TestTheFilesAreWhole(t *testing.T) {
	t.Parallel()
	if len(known.by) < 240 || len(known.denied) < 200 {
		t.Errorf("%d countries, %d ranges", len(known.by), len(known.denied))
	}
	for prefix, p := range known.places {
		if zonePrices[p.Zone] == 0 || len(p.Country) != 2 || p.En == "" || p.Ru == "" || len(prefix) > longest || strings.Trim(prefix, "0123456789") != "" {
			t.Errorf("%s: %+v", prefix, *p)
		}
	}
	for prefix, k := range known.denied {
		if reasonOf[k] == "" || len(prefix) > longest {
			t.Errorf("%s: %q", prefix, k)
		}
	}
	for number, want := range map[e164.Number]e164.Country{
		"+79161234567": "RU", "+77011234567": "KZ", "+12125551234": "US", "+14165551234": "CA", "+12425551234": "BS", "+441481123456": "GG", "+442079460000": "GB",
	} {
		if p, _ := Of(number); p.Country != want {
			t.Errorf("%s is in %s, want %s", number, p.Country, want)
		}
	}
}
