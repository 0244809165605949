package rating

import (
	"fmt"
	"slices"
	"strings"
)

// ParseRounding reads half_up, up, even or none.
func ParseRounding(text string) (Rounding, error) {
	i, err := indexOf(roundings, text)
	return Rounding(i), err
}

// MarshalText writes the rounding as ParseRounding reads it.
func (r Rounding) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText is ParseRounding.
func (r *Rounding) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRounding(string(text))
	return err
}

// ParseSplit reads per_second or at_answer.
func ParseSplit(text string) (Split, error) {
	i, err := indexOf(splits, text)
	return Split(i), err
}

// MarshalText writes the split as ParseSplit reads it.
func (s Split) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSplit.
func (s *Split) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSplit(string(text))
	return err
}

// ParsePart reads the name of one part; acw is another word for wrap_up.
func ParsePart(text string) (Parts, error) {
	if text == "acw" {
		return WrapUp, nil
	}
	i, err := indexOf(partNames, text)
	return 1 << i, err
}

// String joins the names: "talk+hold".
func (p Parts) String() string { return strings.Join(p.names(), "+") }

func (p Parts) names() []string { return namesOf(partNames, uint(p)) }

// MarshalText writes the parts as String does.
func (p Parts) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (p *Parts) UnmarshalText(text []byte) error {
	set, err := setOf(partNames, string(text))
	*p = Parts(set)
	return err
}

// Days is a set of weekdays.
type Days uint8

var dayNames = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// EveryDay is all seven.
const EveryDay Days = 1<<7 - 1

// ParseDay reads mon, tue, ... sun.
func ParseDay(text string) (Days, error) {
	i, err := indexOf(dayNames, text)
	return 1 << i, err
}

// MarshalText joins the names: "sat+sun".
func (d Days) MarshalText() ([]byte, error) {
	return []byte(strings.Join(namesOf(dayNames, uint(d)), "+")), nil
}

// UnmarshalText reads what MarshalText wrote.
func (d *Days) UnmarshalText(text []byte) error {
	set, err := setOf(dayNames, string(text))
	*d = Days(set)
	return err
}

// indexOf finds text among names, or says which they are.
func indexOf(names []string, text string) (int, error) {
	i := slices.Index(names, text)
	if i < 0 {
		return 0, fmt.Errorf("%q is none of %s", text, strings.Join(names, ", "))
	}
	return i, nil
}

func namesOf(names []string, set uint) (in []string) {
	for i, name := range names {
		if set&(1<<i) != 0 {
			in = append(in, name)
		}
	}
	return in
}

func setOf(names []string, text string) (set uint, err error) {
	if text == "" {
		return 0, nil
	}
	for name := range strings.SplitSeq(text, "+") {
		i, err := indexOf(names, name)
		if err != nil {
			return 0, err
		}
		set |= 1 << i
	}
	return set, nil
}
