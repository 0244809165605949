package rate

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"switchboard/billing/money"
	"switchboard/billing/plan"
	"switchboard/billing/rating"
)

// columns that every file must have; round may be there too.
var columns = []string{
	"id", "setup_fee", "first_increment_s", "next_increment_s", "rate_per_min",
	"included_s_left", "duration_s", "currency",
}

// table is the CSV file and where its columns are.
type table struct {
	file *csv.Reader
	at   map[string]int
}

// openTable reads the header.
func openTable(in io.Reader) (*table, error) {
	t := &table{file: csv.NewReader(in), at: map[string]int{}}
	header, err := t.file.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the file is empty: its first line must name the columns %s", strings.Join(columns, ","))
	}
	if err != nil {
		return nil, fmt.Errorf("read the header: %w", err)
	}
	for i, name := range header {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if _, twice := t.at[name]; twice {
			return nil, fmt.Errorf("column %s is there twice", name)
		}
		t.at[name] = i
	}
	for _, name := range columns {
		if _, ok := t.at[name]; !ok {
			return nil, fmt.Errorf("column %s is missing: the first line must name %s and may name round", name, strings.Join(columns, ","))
		}
	}
	return t, nil
}

// row is one line of the table.
type row struct {
	cells []string
	at    map[string]int
}

// cell returns a cell, or "" if the file has no such column.
func (r row) cell(name string) string {
	i, ok := r.at[name]
	if !ok {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

func (c *command) rateCSV(in io.Reader) error {
	t, err := openTable(in)
	if err != nil {
		return err
	}
	out := csv.NewWriter(c.out)
	if !c.json {
		_ = out.Write([]string{"id", "billed_s", "charge_minor_units"}) // Error tells it below
	}
	for {
		cells, err := t.file.Read()
		switch {
		case errors.Is(err, io.EOF):
			out.Flush()
			return out.Error()
		case errors.Is(err, csv.ErrFieldCount):
			line, _ := t.file.FieldPos(0)
			c.complain(line, fmt.Errorf("%d cells, where the first line has %d", len(cells), len(t.at)))
			continue
		case err != nil:
			out.Flush()
			return fmt.Errorf("read the table: %w", err)
		}
		line, _ := t.file.FieldPos(0)
		charge, err := row{cells, t.at}.charge()
		if err != nil {
			c.complain(line, err)
			continue
		}
		if err := c.printRow(out, cells[t.at["id"]], &charge); err != nil {
			return err
		}
	}
}

func (c *command) printRow(out *csv.Writer, id string, charge *rating.Charge) error {
	if !c.json {
		return out.Write([]string{id, strconv.FormatInt(charge.BilledS, 10), charge.MinorText()})
	}
	return json.NewEncoder(c.out).Encode(struct {
		ID      string      `json:"id"`
		BilledS int64       `json:"billed_s"`
		Minor   json.Number `json:"charge_minor_units"`
	}{id, charge.BilledS, json.Number(charge.MinorText())})
}

// charge prices the row: a plan of its own and one call that is all talk.
func (r row) charge() (rating.Charge, error) {
	said := &reading{}
	p := plan.Plan{
		Name:            "row",
		Currency:        money.Currency(r.cell("currency")),
		FirstIncrementS: r.whole("first_increment_s", said),
		NextIncrementS:  r.whole("next_increment_s", said),
		RatePerMin:      plan.Decimal(r.cell("rate_per_min")),
		SetupFee:        plan.Decimal(r.cell("setup_fee")),
		Billable:        []string{"talk"},
		Round:           r.cell("round"),
	}
	usage := rating.Usage{Answered: true, IncludedLeftS: r.whole("included_s_left", said)}
	usage.TalkMs = said.seconds("duration_s", r.cell("duration_s"))
	said.merge(p.Validate())
	if err := said.problems.Err(); err != nil {
		return rating.Charge{}, err
	}
	tariff, err := p.Tariff()
	if err != nil {
		return rating.Charge{}, err
	}
	return rating.Rate(tariff, usage)
}

// whole reads a cell that is a whole number.
func (r row) whole(name string, said *reading) int64 {
	v, err := money.ParseFixed(r.cell(name), 0)
	if err != nil {
		said.wrong(name, fmt.Sprintf("%q is no whole number", r.cell(name)))
	}
	return v
}

// milliseconds reads a decimal text of seconds. What is finer than a millisecond
// is rounded up: rating counts a begun second whole, so nothing is lost.
func milliseconds(text string) (int64, error) {
	const digits = 3
	if strings.HasPrefix(text, "-") {
		return 0, fmt.Errorf("%q s is below 0", text)
	}
	var tail int64
	if whole, fraction, _ := strings.Cut(text, "."); len(fraction) > digits {
		var err error
		if tail, err = money.ParseFixed("0."+fraction[digits:], money.MaxDecimals); err != nil {
			return 0, fmt.Errorf("the decimals of %q: %w", text, err)
		}
		text = whole + "." + fraction[:digits]
	}
	ms, err := money.ParseFixed(text, digits)
	if err == nil && tail > 0 {
		ms++
	}
	return ms, err
}
