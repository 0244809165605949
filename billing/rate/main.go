// Package rate is the `switchboard rate` command: it prices calls from a file,
// without a database.
package rate

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

// Exit codes of every command.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

const help = `Usage: switchboard rate --csv FILE [--json]
       switchboard rate --plan FILE.json [--zone NAME] < LINES

Prices calls exactly, without a database. FILE may be - for standard input.

--csv FILE     One call a row. Columns: id, setup_fee, first_increment_s,
               next_increment_s, rate_per_min, included_s_left, duration_s,
               currency and, optionally, round (half_up, up, even or none; empty
               is half_up). Columns of other names are passed over.
               Prints id,billed_s,charge_minor_units.
--json         With --csv: prints one JSON object a line instead.
--plan FILE    A plan object as in a seed file. Standard input holds one call a
               line: {"id","answered_at","ring_s","queue_s","talk_s","hold_s",
               "wrap_up_s","result"}. answered_at is like
               2026-01-31T23:58:30+03:00; null or absent: not answered. A part
               that is absent is 0. Included seconds and free calls are used up
               month by month in the order of the lines. No plan has prices per
               result yet, so result changes nothing.
               Prints {"id","billed_s","charge_minor_units","explain"} a line.
--zone NAME    With --plan: the time zone of months and bands, such as
               Europe/Moscow. Without it, the offset that answered_at has.

billed_s is before included seconds come off. Exit code: 0 all priced; 1 some
line could not be (each is told with its number, the others are priced); 2 wrong
usage.
`

// command is one run.
type command struct {
	csv, plan, zone string
	json            bool
	in              io.Reader
	out             *bufio.Writer
	complaints      io.Writer
	wrong           int // lines that could not be priced
}

// Main runs the command and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &command{in: stdin, out: bufio.NewWriter(stdout), complaints: stderr}
	switch err := c.parse(args); {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(stdout, help) // nothing is left to be done about an error
		return exitDone
	case err != nil:
		fmt.Fprintf(stderr, "rate: %v (switchboard rate --help tells more)\n", err)
		return exitUsage
	}
	err := c.run()
	if flushed := c.out.Flush(); err == nil {
		err = flushed
	}
	switch {
	case err != nil:
		fmt.Fprintf(stderr, "rate: %v\n", err)
		return exitFailed
	case c.wrong > 0:
		fmt.Fprintf(stderr, "rate: %d of the lines could not be priced: correct them and run it again\n", c.wrong)
		return exitFailed
	}
	return exitDone
}

func (c *command) parse(args []string) error {
	flags := flag.NewFlagSet("rate", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.csv, "csv", "", "")
	flags.StringVar(&c.plan, "plan", "", "")
	flags.StringVar(&c.zone, "zone", "", "")
	flags.BoolVar(&c.json, "json", false, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("%q is one argument too many", flags.Arg(0))
	case (c.csv == "") == (c.plan == ""):
		return errors.New("name either --csv FILE or --plan FILE")
	case c.zone != "" && c.plan == "":
		return errors.New("--zone goes with --plan")
	}
	return nil
}

func (c *command) run() error {
	if c.csv != "" {
		return c.withFile(c.csv, c.rateCSV)
	}
	zone, err := c.location()
	if err != nil {
		return err
	}
	if c.plan == "-" {
		return errors.New("read the plan from standard input: the calls come from there; name a file")
	}
	return c.withFile(c.plan, func(file io.Reader) error {
		p, err := readPlan(file)
		if err != nil {
			return fmt.Errorf("plan %s: %w", c.plan, err)
		}
		return c.rateLines(newAccount(p, zone))
	})
}

// location is nil if --zone names none.
func (c *command) location() (*time.Location, error) {
	if c.zone == "" {
		return nil, nil // a zone of its own: that of each line
	}
	zone, err := time.LoadLocation(c.zone)
	if err != nil {
		return nil, fmt.Errorf("--zone %s: write an IANA name such as Europe/Moscow: %w", c.zone, err)
	}
	return zone, nil
}

// withFile opens name, or standard input for "-".
func (c *command) withFile(name string, do func(io.Reader) error) error {
	if name == "-" {
		return do(c.in)
	}
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("open the file to price: %w", err)
	}
	defer file.Close()
	return do(file)
}

// complain tells what is wrong with a line, which is then passed over.
func (c *command) complain(line int, err error) {
	c.wrong++
	fmt.Fprintf(c.complaints, "rate: line %d: %v\n", line, err)
}
