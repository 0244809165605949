package simulate

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// figures is what can be printed: Figures of numbers or of estimates.
type figures interface{ rows() []any }

func (f *Figures[N]) rows() []any {
	var rows []any
	for _, x := range f.all() {
		rows = append(rows, *x)
	}
	return rows
}

// table prints the figures for a person.
func table(w io.Writer, f figures) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for i, x := range f.rows() {
		switch x := x.(type) {
		case Estimate:
			fmt.Fprintf(t, "%s\t%.2f\t± %.2f\t\n", names[i], x.Mean, x.CI95)
		default:
			fmt.Fprintf(t, "%s\t%v\t\n", names[i], x)
		}
	}
	return t.Flush()
}

// object prints the figures for a program, in one line.
func object(w io.Writer, f figures) error { return json.NewEncoder(w).Encode(f) }
