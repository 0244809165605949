package acd

// ranked is what a heap holds. place points at the item's index plus one, so
// that the zero value is an item in no heap.
type ranked[T any] interface {
	before(T) bool
	place() *int
}

// heap is a binary heap whose items know where they are, so that any of them
// can be moved or taken out. (container/heap boxes every item it is handed.)
type heap[T ranked[T]] []T

func (h *heap[T]) push(x T) {
	*h = append(*h, x)
	h.up(len(*h)-1, x)
}

// remove takes x, which must be in h, out of it.
func (h *heap[T]) remove(x T) {
	s := *h
	i, last := *x.place()-1, s[len(s)-1]
	var none T
	s[len(s)-1] = none
	*h = s[:len(s)-1]
	*x.place() = 0
	if i < len(*h) {
		h.settle(i, last)
	}
}

// fix moves x, whose rank has changed, to where it belongs.
func (h *heap[T]) fix(x T) { h.settle(*x.place()-1, x) }

func (h *heap[T]) settle(i int, x T) {
	if i > 0 && x.before((*h)[(i-1)/2]) {
		h.up(i, x)
		return
	}
	h.down(i, x)
}

// up puts x at index i or above.
func (h *heap[T]) up(i int, x T) {
	s := *h
	for i > 0 {
		parent := (i - 1) / 2
		if !x.before(s[parent]) {
			break
		}
		s[i] = s[parent]
		*s[i].place() = i + 1
		i = parent
	}
	s[i] = x
	*x.place() = i + 1
}

// down puts x at index i or below.
func (h *heap[T]) down(i int, x T) {
	s := *h
	for {
		child := 2*i + 1
		if child >= len(s) {
			break
		}
		if right := child + 1; right < len(s) && s[right].before(s[child]) {
			child = right
		}
		if !s[child].before(x) {
			break
		}
		s[i] = s[child]
		*s[i].place() = i + 1
		i = child
	}
	s[i] = x
	*x.place() = i + 1
}
