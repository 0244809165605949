package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

// flags is a command's, with the exit codes of all commands.
type flags struct {
	*flag.FlagSet
	bare []string // what stood without a flag: files
}

// newFlags returns the flags of a command; usage says what it does.
func newFlags(name, usage string) *flags {
	f := &flags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError)}
	f.SetOutput(os.Stderr)
	f.Usage = func() {
		fmt.Fprintf(f.Output(), "switchboard %s: %s\n\n", name, usage)
		f.PrintDefaults()
	}
	return f
}

// parse reads args, of which at most files may stand without a flag. It
// answers the exit code if the command is over with that.
func (f *flags) parse(args []string, files int) (code int, done bool) {
	for {
		if len(args) > 0 && (args[0] == "-h" || args[0] == "--help") {
			f.SetOutput(os.Stdout)
		}
		err := f.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			return 0, true
		case err != nil:
			return 2, true
		}
		if args = f.Args(); len(args) == 0 {
			break
		}
		f.bare = append(f.bare, args[0]) // flags may follow a file
		args = args[1:]
	}
	if len(f.bare) > files {
		fmt.Fprintf(os.Stderr, "switchboard %s: %q is too much; see switchboard %s --help\n", f.Name(), f.bare[files], f.Name())
		return 2, true
	}
	return 0, false
}
