// Command load measures the whole Switchboard with telephones of its own, and
// beside it, in the same run and by the same telephones, Kamailio as a bare
// proxy and rtpengine as a bare relay. Both cores are shared by all, so only
// what one run prints can be compared.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// size is how much is measured.
type size struct {
	talks    int           // calls at once with audio
	window   time.Duration // that they are measured
	most     int           // calls at once in the last look at audio; 0: none
	coreFrom int           // calls at once on one core, in which the most is looked for
	coreTo   int
	coreStep int
	rates    []int         // calls a second through the queue
	rush     time.Duration // at each of them
	busy     time.Duration // that a few operators are kept busy
	from, to int           // calls a second, in which the limit is looked for
	step     int
	try      time.Duration // at each of them
	desks    int           // in browsers
	alone    string        // the only part to run; empty: all
}

var (
	full  = size{talks: 100, window: 15 * time.Second, most: 200, coreFrom: 200, coreTo: 600, coreStep: 100, rates: []int{100, 300}, rush: 10 * time.Second, busy: 15 * time.Second, from: 200, to: 1200, step: 100, try: 4 * time.Second, desks: 50}
	short = size{talks: 4, window: time.Second, coreFrom: 4, coreTo: 4, coreStep: 1, rates: []int{10}, rush: time.Second, busy: 2 * time.Second, from: 20, to: 20, step: 20, try: time.Second, desks: 2}
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	small := f.Bool("short", false, "a few calls only: shows that the measurement works, not what Switchboard does")
	binary := f.String("binary", "bin/switchboard", "what is measured")
	only := f.String("only", "", "a part alone: yardsticks, idle, audio, core, queue, free, desks, limit or apart")
	if err := f.Parse(args); err != nil {
		return 2
	}
	s := full
	if *small {
		s = short
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx, *binary, s.only(*only), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		return 1
	}
	return 0
}

// measure runs everything and prints the table.
func measure(ctx context.Context, binary string, s size, out io.Writer) error {
	start := time.Now()
	b, err := open(ctx, binary, out)
	if err != nil {
		return err
	}
	defer b.close()
	for _, part := range []struct {
		name string
		run  func(context.Context, size) error
	}{{"yardsticks", b.yardsticks}, {"idle", b.idle}, {"audio", b.audio}, {"core", b.core}, {"queue", b.queue}, {"free", b.free}, {"desks", b.browsers}, {"apart", b.apart}, {"limit", b.limit}} {
		if s.alone != "" && s.alone != part.name {
			continue
		}
		if err := b.catchUp(ctx, part.name); err != nil {
			return err
		}
		b.note("load average before %s: %s", part.name, loadAverage())
		if err := part.run(ctx, s); err != nil {
			return fmt.Errorf("%s: %w\nswitchboard said: %s", part.name, err, tail(b.sb.Log()))
		}
	}
	b.sheet.print(out)
	fmt.Fprintf(out, "\nmeasured in %s\n", time.Since(start).Round(time.Second))
	return nil
}

// only returns the size with all parts but one left out.
func (s size) only(part string) size {
	s.alone = part
	return s
}

// loadAverage is that of the last minute: what others do on the machine shows
// in every figure.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}

// tail is the end of a log, for people.
func tail(log string) string {
	const most = 2000
	return log[max(0, len(log)-most):]
}
