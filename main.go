// Command switchboard is the whole service: each process, and the tools of
// whoever runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"switchboard/api"
	"switchboard/billing/rate"
	"switchboard/telephony/simulate"
)

// verb is one word after switchboard. It returns the exit code: 0, 1 with
// one line that says what to do, 2 for wrong usage.
type verb struct {
	name, what string
	run        func(ctx context.Context, args []string) int
}

func verbs() []verb {
	return []verb{
		{"demo", "everything on this machine: two shops, their operators, a played call", demoCommand},
		{"serve", "api, telephony and worker in one process", process(everything)},
		{"api", "HTTP for browsers and integrations", process(onlyAPI)},
		{"telephony", "SIP, media and the live room", process(onlyTelephony)},
		{"worker", "background work", process(onlyWorker)},
		{"drain", "have a telephony node finish its calls and end", drainCommand},
		{"migrate", "bring the database up to date", migrateCommand},
		{"seed", "make shops, people, numbers and plans from a YAML file", seedCommand},
		{"simulate", "play a scenario of calls through the room", func(_ context.Context, args []string) int {
			return simulate.Main(args, os.Stdout, os.Stderr)
		}},
		{"rate", "price calls by a tariff", func(_ context.Context, args []string) int {
			return rate.Main(args, os.Stdin, os.Stdout, os.Stderr)
		}},
		{"openapi", "print the contract of the API", openapiCommand},
	}
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) == 0 {
		usage(os.Stderr)
		return 2
	}
	switch args[0] {
	case "help", "-h", "--help":
		usage(os.Stdout)
		return 0
	}
	for _, c := range verbs() {
		if c.name == args[0] {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return c.run(ctx, args[1:])
		}
	}
	fmt.Fprintf(os.Stderr, "switchboard: there is no %q; see switchboard --help\n", args[0])
	return 2
}

func usage(w io.Writer) {
	fmt.Fprint(w, "switchboard COMMAND [--help]\n\n")
	for _, c := range verbs() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.what)
	}
	fmt.Fprint(w, "\nSettings come from the environment: deploy/ENVIRONMENT.md lists them.\n")
}

// fail prints the one line of an error and returns the exit code for it.
func fail(command string, err error) int {
	if err == nil || errors.Is(err, context.Canceled) {
		return 0
	}
	fmt.Fprintf(os.Stderr, "switchboard %s: %s\n", command, strings.ReplaceAll(err.Error(), "\n", "; "))
	return 1
}

func openapiCommand(_ context.Context, args []string) int {
	asJSON := false
	flags := newFlags("openapi", "prints the contract of the API as YAML")
	flags.BoolVar(&asJSON, "json", false, "as JSON")
	if code, done := flags.parse(args, 0); done {
		return code
	}
	contract := api.Contract()
	form := contract.YAML
	if asJSON {
		form = contract.MarshalJSON
	}
	doc, err := form()
	if err != nil {
		return fail("openapi", err)
	}
	_, err = os.Stdout.Write(doc)
	return fail("openapi", err)
}
