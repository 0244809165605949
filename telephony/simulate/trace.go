package simulate

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"switchboard/telephony/acd"
)

// Caller is one call as fate has it: when it comes, how long it would last and
// how long its caller would wait.
type Caller struct {
	At       acd.Instant
	Rank     int // of the shop, from 1
	Tier     acd.Tier
	Service  acd.Millis
	Patience acd.Millis
}

var traceColumns = []string{"t_ms", "shop", "tier", "service_ms", "patience_ms"}

// ReadTrace reads the callers of the scenario's shops from a CSV file, which
// may be compressed by gzip. Row by row they come later or at the same time.
func ReadTrace(path string, s Scenario) ([]Caller, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read trace, which --trace must name: %w", err)
	}
	defer f.Close()
	text, err := unzipped(f)
	if err != nil {
		return nil, fmt.Errorf("read trace %s: %w", path, err)
	}
	callers, err := readCallers(text, s.Shops)
	if err != nil {
		return nil, fmt.Errorf("trace %s: %w", path, err)
	}
	return callers, nil
}

func unzipped(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	if magic, _ := b.Peek(2); string(magic) != "\x1f\x8b" { // RFC 1952, 2.3.1
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("broken gzip, copy it again: %w", err)
	}
	return z, nil
}

func readCallers(r io.Reader, shops int) ([]Caller, error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if !slices.Equal(header, traceColumns) {
		return nil, fmt.Errorf("line 1: want the columns %s", strings.Join(traceColumns, ","))
	}
	var callers []Caller
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return callers, nil
		}
		if err != nil {
			return nil, err
		}
		c, err := readCaller(row, shops)
		if err == nil && len(callers) > 0 && c.At < callers[len(callers)-1].At {
			err = errors.New("t_ms: earlier than the row before: sort the rows")
		}
		if err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		callers = append(callers, c)
	}
}

func readCaller(row []string, shops int) (Caller, error) {
	const year = 366 * day
	limits := []int64{10 * year, int64(shops), 1, year, year}
	var n [5]int64
	for i, word := range row {
		var err error
		if n[i], err = strconv.ParseInt(word, 10, 64); err != nil || n[i] < 0 || n[i] > limits[i] {
			return Caller{}, fmt.Errorf("%s: %q: want a whole number from 0 to %d", traceColumns[i], word, limits[i])
		}
	}
	if n[1] == 0 {
		return Caller{}, errors.New("shop: 0: shops are numbered from 1")
	}
	return Caller{acd.Instant(n[0]), int(n[1]), tiers[n[2]], n[3], n[4]}, nil
}

// tiers are in the order of their numbers in a trace.
var tiers = []acd.Tier{acd.Order, acd.Consult}
