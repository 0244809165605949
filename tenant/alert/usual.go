package alert

import "slices"

// Usual is what makes a count of one hour unusual: so many times the median of
// the same hour of past days, but no less than a floor, below which chance has
// its way.
type Usual struct {
	Times int
	Floor int
}

// The rules. Shops advertise: four times the usual calls may well be a good
// day, and is worth a look. A thief calls out at night, when the median is
// nothing, so the floor is what counts.
var (
	Inbound  = Usual{Times: 4, Floor: 60}
	Outbound = Usual{Times: 3, Floor: 15}
	Denied   = Usual{Times: 3, Floor: 10} // calls out that were refused
)

// fewest days make a median; before that a shop is too young to have habits,
// and only the floor counts.
const fewest = 4

// Exceeds tells whether n in an hour is unusual, given the same hour of the
// days before, and what the most would have been that is not.
func (u Usual) Exceeds(n int, before []int) (most int, unusual bool) {
	most = u.Floor
	if len(before) >= fewest {
		sorted := slices.Sorted(slices.Values(before))
		most = max(most, u.Times*sorted[len(sorted)/2])
	}
	return most, n > most
}
