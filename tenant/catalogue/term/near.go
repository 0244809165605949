package term

// slips is how many slips of the finger a key of that length may have.
func slips(length int) int {
	switch {
	case length < 4:
		return 0
	case length < 6:
		return 1
	case length < 9:
		return 2
	}
	return 3
}

// maxKey is the longest key that is compared.
const maxKey = 32

// ruler measures how far keys are from one of them, without allocating.
type ruler struct {
	key  string
	rows [3][maxKey + 4]int
}

// far returns the number of letters to put in, leave out, change or swap with
// the next (Damerau and Levenshtein, optimal string alignment) to make key of
// word; and to make it of a beginning of word. Past most both are most + 1.
func (r *ruler) far(word string, most int) (whole, begun int) {
	n := len(r.key)
	if n > maxKey || len(word) > maxKey {
		return most + 1, most + 1
	}
	before, last, now := &r.rows[0], &r.rows[1], &r.rows[2]
	for j := range n + 1 {
		last[j] = j
	}
	begun = last[n]
	for i := 1; i <= len(word); i++ {
		now[0] = i
		best := i
		for j := 1; j <= n; j++ {
			cost := 1
			if word[i-1] == r.key[j-1] {
				cost = 0
			}
			d := min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && word[i-1] == r.key[j-2] && word[i-2] == r.key[j-1] {
				d = min(d, before[j-2]+1)
			}
			now[j] = d
			best = min(best, d)
		}
		begun = min(begun, now[n])
		before, last, now = last, now, before
		if best > most {
			return most + 1, min(begun, most+1)
		}
	}
	return min(last[n], most+1), min(begun, most+1)
}
