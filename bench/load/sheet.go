package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// row is a figure beside those that it is measured by. A zero is one that there
// is none of.
type row struct {
	what      string
	unit      string
	got       float64
	yardstick float64 // of Kamailio or rtpengine, in this run
	asterisk  float64 // of Asterisk 22 with app_queue, on a machine like this one, at an earlier time
	goal      float64
	more      bool // more is better
}

// sheet is all rows in their order, and the notes below them.
type sheet struct {
	rows  []row
	notes []string
}

func (s *sheet) add(r row) { s.rows = append(s.rows, r) }

func (s *sheet) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

// half says whether a figure is at most half of Asterisk's, or twice it where
// more is better.
func (r row) half() string {
	switch {
	case r.asterisk == 0:
		return ""
	case r.more && r.got >= 2*r.asterisk, !r.more && r.got <= r.asterisk/2:
		return "yes"
	}
	return "NO"
}

func (r row) reached() string {
	switch {
	case r.goal == 0:
		return ""
	case r.more && r.got >= r.goal, !r.more && r.got <= r.goal:
		return "yes"
	}
	return "NO"
}

func (s *sheet) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "what\tunit\tSwitchboard\tyardstick\tratio\tAsterisk\tratio\tat most half\tgoal\treached\t")
	for _, r := range s.rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", r.what, r.unit, number(r.got), number(r.yardstick), ratio(r.got, r.yardstick),
			number(r.asterisk), ratio(r.got, r.asterisk), r.half(), number(r.goal), r.reached())
	}
	_ = w.Flush()
	for _, n := range s.notes {
		fmt.Fprintln(out, n)
	}
}

func number(v float64) string {
	switch {
	case v == 0:
		return "-"
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.4f", v)
}

func ratio(a, b float64) string {
	if b == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", a/b)
}
