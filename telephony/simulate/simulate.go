// Package simulate runs a made-up or recorded month through the live routing
// code and says what the callers would have met.
package simulate

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"switchboard/telephony/acd"
)

const help = `Runs a month of calls through the live routing code and says what the callers would have met.

usage: switchboard simulate --scenario FILE.json [--trace FILE.csv.gz | --seeds N] [--spike RANK:FACTOR]
                            --policy promise|fifo --staffing NAME [--json]

  --scenario FILE   shops, days and staffings (acd-pooled-v1)
  --trace FILE      the calls, CSV with t_ms,shop,tier,service_ms,patience_ms; made up from the scenario if absent
  --seeds N         make up N months, seeds 1 to N (default 1); of several, means with 95 % confidence intervals
  --spike RANK:F    on every fifth day the shop of that rank gets F times its calls for half an hour, on top of a trace too
  --policy NAME     promise: nearest to breaking its promise first; fifo: first come, first served (default promise)
  --staffing NAME   of the scenario
  --json            print one JSON object

others_in_spike counts the calls of the other shops in the 40 minutes from the peak's start; without --spike, of all shops then.
Exit codes: 0 done, 1 it could not be done, 2 wrong usage.
`

// request is what the command line asks for.
type request struct {
	scenario string
	trace    string
	seeds    int // 0 is 1
	spike    Spike
	policy   string
	staffing string
	print    func(io.Writer, figures) error
}

// errUsage is a wrong command line.
var errUsage = errors.New("see switchboard simulate --help")

// Main runs the command with the arguments that follow its name and returns
// its exit code.
func Main(args []string, stdout, stderr io.Writer) int {
	req, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		_, err = io.WriteString(stdout, help)
	} else if err == nil {
		err = run(req, stdout)
	}
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "simulate:", strings.ReplaceAll(err.Error(), "\n", " "))
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

var queueings = map[string]acd.Queueing{"promise": acd.ByPromise, "fifo": acd.ByArrival}

func parse(args []string) (request, error) {
	req := request{print: table}
	f := flag.NewFlagSet("simulate", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&req.scenario, "scenario", "", "")
	f.StringVar(&req.trace, "trace", "", "")
	f.IntVar(&req.seeds, "seeds", 0, "")
	f.StringVar(&req.staffing, "staffing", "", "")
	f.StringVar(&req.policy, "policy", "promise", "")
	f.Func("spike", "", req.spike.read)
	asJSON := f.Bool("json", false, "")
	err := f.Parse(args)
	if *asJSON {
		req.print = object
	}
	if err == nil {
		err = req.check(f.Args())
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		err = fmt.Errorf("%w: %w", err, errUsage)
	}
	return req, err
}

func (req request) check(rest []string) error {
	_, known := queueings[req.policy]
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected %q", rest[0])
	case req.scenario == "":
		return errors.New("name a scenario with --scenario FILE.json")
	case req.staffing == "":
		return errors.New("name a staffing of the scenario with --staffing NAME")
	case !known:
		return fmt.Errorf("policy %q is unknown: choose promise or fifo", req.policy)
	case req.trace != "" && req.seeds != 0:
		return errors.New("choose between --trace and --seeds")
	case req.seeds < 0 || req.seeds > 10_000:
		return errors.New("--seeds: want 1 to 10000")
	}
	return nil
}

// read reads RANK:FACTOR.
func (sp *Spike) read(s string) error {
	rank, factor, _ := strings.Cut(s, ":")
	n, err1 := strconv.Atoi(rank)
	x, err2 := strconv.ParseFloat(factor, 64)
	if err1 != nil || err2 != nil || n < 1 || !(x >= 1 && x <= 1000) {
		return errors.New("want RANK:FACTOR such as 1:10, with a factor from 1 to 1000")
	}
	*sp = Spike{n, x}
	return nil
}

func run(req request, stdout io.Writer) error {
	s, err := ReadScenario(req.scenario)
	if err != nil {
		return err
	}
	st, err := s.staffed(req.staffing)
	if err != nil {
		return fmt.Errorf("%w: %w", err, errUsage)
	}
	if req.spike.Rank > s.Shops {
		return fmt.Errorf("--spike: the scenario has %d shops: %w", s.Shops, errUsage)
	}
	runs, err := req.runs(s, st)
	if err != nil {
		return err
	}
	var f figures = &runs[0]
	if len(runs) > 1 {
		estimates := Summarize(runs)
		f = &estimates
	}
	if err := req.print(stdout, f); err != nil {
		return fmt.Errorf("print figures: %w", err)
	}
	return nil
}

// runs plays the trace, or each seed.
func (req request) runs(s Scenario, st Staffing) ([]Figures[float64], error) {
	policy := acd.Policy{Queueing: queueings[req.policy]}
	play := func(callers []Caller, seed uint64) Figures[float64] {
		callers = req.spike.Add(callers, s, seed)
		return Count(s, callers, Play(Plan{s, st, policy}, callers), req.spike.Rank)
	}
	if req.trace != "" {
		callers, err := ReadTrace(req.trace, s)
		if err != nil {
			return nil, err
		}
		return []Figures[float64]{play(callers, 1)}, nil
	}
	var runs []Figures[float64]
	for seed := uint64(1); seed <= uint64(max(req.seeds, 1)); seed++ {
		runs = append(runs, play(Generate(s, seed), seed))
	}
	return runs, nil
}
