package seed

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"switchboard/tenant"
	"switchboard/tenant/outgoing"
)

// Outgoing is whom a shop may call, and for how much. What is not given has the
// platform's default.
type Outgoing struct {
	Off       bool     `yaml:"off"`
	Countries []string `yaml:"countries"` // besides its own: ISO 3166
	Hour      int      `yaml:"calls_per_hour"`
	HourEach  int      `yaml:"operator_calls_per_hour"`
	Minutes   int      `yaml:"minutes_per_day"`
	HourSpend string   `yaml:"spend_per_hour"` // of the currency's units: "300.00"
	DaySpend  string   `yaml:"spend_per_day"`
	AtOnce    int      `yaml:"at_once"`
}

var amount = regexp.MustCompile(`^[0-9]{1,7}(\.[0-9]{1,2})?$`)

// minor reads an amount that was checked, in minor units; 0 for none.
func minor(s string) int64 {
	r, ok := new(big.Rat).SetString(cmp.Or(s, "0"))
	if !ok {
		return 0
	}
	return new(big.Rat).Mul(r, big.NewRat(100, 1)).Num().Int64()
}

func (c *checker) outgoing(o *Outgoing, at func(...any) []any) {
	if o == nil {
		return
	}
	known := map[string]bool{}
	for _, country := range outgoing.Countries() {
		known[country.Code] = true
	}
	for i, code := range o.Countries {
		if !known[code] {
			c.wrong(at("outgoing", "countries", i), "%q is the code of no country that has telephone numbers: write KZ", code)
		}
	}
	for field, s := range map[string]string{"spend_per_hour": o.HourSpend, "spend_per_day": o.DaySpend} {
		if s != "" && !amount.MatchString(strings.TrimSpace(s)) {
			c.wrong(at("outgoing", field), "%q is no amount, such as 300.00", s)
		}
	}
	for field, n := range map[string]int{"calls_per_hour": o.Hour, "operator_calls_per_hour": o.HourEach, "minutes_per_day": o.Minutes, "at_once": o.AtOnce} {
		if n < 0 {
			c.wrong(at("outgoing", field), "%d is less than nothing", n)
		}
	}
}

// outgoing sets the limits of a shop's calls out.
func (s *Seeder) outgoing(ctx context.Context, scope tenant.Scope, o *Outgoing) error {
	if o == nil {
		return nil
	}
	err := s.db.Within(ctx, scope, func(tx tenant.Tx) error {
		l := outgoing.Defaults()
		l.Enabled, l.Countries = !o.Off, o.Countries
		l.Hour, l.HourEach, l.DayMinutes, l.AtOnce = cmp.Or(o.Hour, l.Hour), cmp.Or(o.HourEach, l.HourEach), cmp.Or(o.Minutes, l.DayMinutes), cmp.Or(o.AtOnce, l.AtOnce)
		of := l.Spending(minor(o.HourSpend), minor(o.DaySpend))
		l.HourSpend, l.DaySpend = cmp.Or(of.HourSpend, l.HourSpend), cmp.Or(of.DaySpend, l.DaySpend)
		_, err := outgoing.Set(tx, l, s.now())
		return err
	})
	if err != nil {
		return fmt.Errorf("outgoing: %w", err)
	}
	return nil
}
