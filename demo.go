package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"switchboard/demo"
	"switchboard/demo/data"
	"switchboard/seed"
)

// demoFlags are those of switchboard demo.
type demoFlags struct {
	once, fresh                 bool
	data, http, sip, seed, info string
}

func demoCommand(ctx context.Context, args []string) int {
	var d demoFlags
	f := newFlags("demo", "starts everything on this machine with two shops, and plays a call")
	f.BoolVar(&d.once, "once", false, "play the call without waiting for a person, then exit: 0 if its story is complete")
	f.BoolVar(&d.fresh, "fresh", false, "throw away the data of earlier runs")
	f.StringVar(&d.data, "data", ".switchboard", "directory for the database, recordings and mail")
	f.StringVar(&d.http, "http", "127.0.0.1:8080", "address of the pages and the API")
	f.StringVar(&d.sip, "sip", "127.0.0.1:5060", "address of SIP, over UDP and TCP")
	f.StringVar(&d.seed, "seed", "", "a seed file instead of the demo's two shops; no call is played then")
	f.StringVar(&d.info, "info", "", "write addresses and logins as JSON to this file when all is ready")
	if code, done := f.parse(args, 0); done {
		return code
	}
	if d.once && d.seed != "" {
		fmt.Fprintln(os.Stderr, "switchboard demo: --once plays the demo's own call, so it cannot have another --seed")
		return 2
	}
	return fail("demo", runDemo(ctx, d))
}

// source is the seed of the demo.
func (d demoFlags) source() seed.Source {
	if d.seed == "" {
		return seed.Source{Name: "demo.seed.yaml", Files: data.Files}
	}
	return seed.Source{Name: filepath.Base(d.seed), Files: os.DirFS(filepath.Dir(d.seed))}
}

func runDemo(ctx context.Context, d demoFlags) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	c.DataDir, c.API.Addr, c.Telephony.SIPAddr = d.data, d.http, d.sip
	if os.Getenv("SIP_PHONES_FROM") == "" {
		c.Telephony.PhonesFrom = append(c.Telephony.PhonesFrom, ownAddresses()...)
	}
	if os.Getenv("DRAIN_FOR") == "" {
		c.Telephony.DrainFor = 0 // Ctrl-C means now
	}
	if os.Getenv("LOG_LEVEL") == "" {
		c.LogLevel = "warn" // the story is the output
	}
	if d.info != "" { // of an earlier run: whoever waits for it must not read that
		if err := os.Remove(d.info); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("write --info: %w", err)
		}
	}
	plan, err := seed.Read(d.source())
	if err != nil {
		return describe(d.source().Name, err)
	}
	e, err := startEngines(ctx, &c, d.fresh)
	if err != nil {
		return err
	}
	defer e.stop()
	if e.Dir != absolute(d.data) {
		fmt.Printf("data is in %s: the database's user cannot reach %s\n", e.Dir, d.data)
	}
	c.feeds = d.source().Files
	s, err := build(ctx, c, everything)
	if err != nil {
		return err
	}
	defer s.close()
	if err := seed.New(s.db, c.Telephony.Realm).Seal(s.rtpConfig.Box).Apply(ctx, plan); err != nil {
		return describe(d.source().Name, err)
	}
	return play(ctx, d, s, e, plan)
}

// play runs the processes and, on the demo's own data, the call.
func play(ctx context.Context, d demoFlags, s *service, e *engines, plan *seed.Plan) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.run(ctx) })
	g.Go(func() error {
		err := tell(ctx, d, s, e, plan)
		if d.once || err != nil {
			stop()
			return err
		}
		return nil
	})
	err := g.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// tell waits until all is ready, writes who is who, and plays the call.
func tell(ctx context.Context, d demoFlags, s *service, e *engines, plan *seed.Plan) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	info, err := s.info(ctx, e, plan)
	if err != nil {
		return err
	}
	if d.info != "" {
		if err := info.write(d.info); err != nil {
			return err
		}
	}
	if d.seed != "" {
		fmt.Printf("ready: %s, SIP %s\n", info.HTTP, info.SIP.UDP)
		return nil
	}
	cast := demo.Cast{
		API: info.API, SIP: netip.MustParseAddrPort(info.SIP.UDP),
		Owner: demo.Login{Email: info.Shops[0].Owner.Email, Password: info.Shops[0].Owner.Password}, Number: info.Shops[0].Numbers[0], Shop: info.Shops[0].Slug,
		Finance: demo.Login{Email: info.Staff["finance"].Email, Password: info.Staff["finance"].Password},
	}
	last := info.Operators[len(info.Operators)-1]
	cast.Operator = demo.Operator{
		Login: demo.Login{Email: last.Email, Password: last.Password}, User: last.SIP.User, Secret: last.SIP.Password,
	}
	if !d.once {
		demo.Table(os.Stdout, info.lines())
		cast.Patience = demo.ForAPerson
	}
	return demo.Play(ctx, cast, os.Stdout)
}

// ownAddresses are this machine's: a softphone on it may show any of them.
func ownAddresses() []netip.Prefix {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil // then from loopback only
	}
	var own []netip.Prefix
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			own = append(own, netip.PrefixFrom(p.Addr(), p.Addr().BitLen()))
		}
	}
	return own
}

func absolute(dir string) string {
	full, err := filepath.Abs(dir)
	if err != nil {
		return dir
	}
	return full
}

// describe puts the name of the file before each of its mistakes.
func describe(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: is the path right?", err)
	}
	return problems(name, err)
}
