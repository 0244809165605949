package pick

import (
	"cmp"
	"slices"
)

// Share is how much of the calls a place shall have: all go to those of the
// lowest priority that are well, by weight (RFC 2782).
type Share struct{ Priority, Weight int }

// Spread returns the order in which to try places, as indices. chance returns a
// number from 0 to n-1; equal chances give equal orders.
func Spread(shares []Share, chance func(n int) int) []int {
	left := make([]int, len(shares))
	for i := range left {
		left[i] = i
	}
	slices.SortStableFunc(left, func(a, b int) int { // weight 0 first: it has a small chance all the same
		return cmp.Or(cmp.Compare(shares[a].Priority, shares[b].Priority), cmp.Compare(min(shares[a].Weight, 1), min(shares[b].Weight, 1)))
	})
	order := make([]int, 0, len(left))
	for len(left) > 0 {
		i := draw(shares, left, chance)
		order = append(order, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return order
}

// draw picks one of those that share the first one's priority.
func draw(shares []Share, left []int, chance func(n int) int) int {
	n, sum := 0, 0
	for n < len(left) && shares[left[n]].Priority == shares[left[0]].Priority {
		sum += shares[left[n]].Weight
		n++
	}
	if n == 1 {
		return 0
	}
	mark, running := chance(sum+1), 0
	for i := range n {
		running += shares[left[i]].Weight
		if running >= mark {
			return i
		}
	}
	return n - 1
}
