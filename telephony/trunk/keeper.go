package trunk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"sync"
	"time"

	"switchboard/telephony/directory"
	"switchboard/telephony/trunk/locate"
	"switchboard/telephony/trunk/pick"
)

// Periods of keeping.
const (
	look       = 200 * time.Millisecond // how soon a change of the directory is seen
	pingWait   = 2 * time.Second
	locateWait = 5 * time.Second
	locateSoon = 10 * time.Second // after a name that could not be found
)

// Run keeps an eye on all trunks until ctx ends: finds their machines, pings
// them, and registers where that is wanted. Registrations are taken back at the
// end.
func (d *Dialler) Run(ctx context.Context) {
	kept := map[string]*keeper{}
	tick := time.NewTicker(look)
	defer tick.Stop()
	var seen *directory.Directory
	for {
		if now := d.cfg.Book(); now != seen {
			seen = now
			d.keep(ctx, kept, now.Trunks())
		}
		select {
		case <-ctx.Done():
			d.keep(ctx, kept, nil)
			return
		case <-tick.C:
		}
	}
}

// keeper looks after one trunk as long as it stays as it is.
type keeper struct {
	trunk *directory.Trunk
	stop  context.CancelFunc
	work  sync.WaitGroup
}

// keep ends the keepers of trunks that are gone or have changed, and starts
// those that are new.
func (d *Dialler) keep(ctx context.Context, kept map[string]*keeper, trunks []*directory.Trunk) {
	want := map[string]*directory.Trunk{}
	for _, t := range trunks {
		want[t.Name] = t
	}
	var leaving sync.WaitGroup
	for name, k := range kept {
		if t := want[name]; t == nil || !reflect.DeepEqual(t, k.trunk) {
			k.stop()
			leaving.Go(k.work.Wait)
			delete(kept, name)
		}
	}
	leaving.Wait()
	d.board.keep(want)
	for name, t := range want {
		if kept[name] == nil {
			kept[name] = d.start(ctx, t)
		}
	}
}

// start has a trunk looked after.
func (d *Dialler) start(ctx context.Context, t *directory.Trunk) *keeper {
	ctx, stop := context.WithCancel(ctx)
	k := &keeper{trunk: t, stop: stop}
	found := make(chan struct{}) // closed when its machines were looked for once
	k.work.Go(func() { d.watch(ctx, t, found) })
	if t.Auth == "register" && !t.Draining {
		k.work.Go(func() { d.register(ctx, t, found) })
	}
	return k
}

// watch finds a trunk's machines and pings them.
func (d *Dialler) watch(ctx context.Context, t *directory.Trunk, found chan struct{}) {
	once := sync.OnceFunc(func() { close(found) })
	var until time.Time
	for {
		if !time.Now().Before(until) {
			until = time.Now().Add(d.locate(ctx, t))
			once()
		}
		wait := time.Until(until)
		if t.Ping {
			wait = min(wait, d.pingAll(ctx, t))
		}
		if !sleep(ctx, wait) {
			return
		}
	}
}

// locate finds a trunk's machines and returns how long that holds. What is not
// found leaves those that were known.
func (d *Dialler) locate(ctx context.Context, t *directory.Trunk) time.Duration {
	out, err := parseOutbound(t.Outbound)
	transport := t.Transport
	if err == nil && d.cfg.Proxy != "" { // it finds the carrier's machines itself
		out, err = parseOutbound("sip:" + d.cfg.Proxy)
		transport = "udp"
	}
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, locateWait)
		defer cancel()
		var f locate.Found
		if f, err = d.cfg.Resolver.Locate(ctx, out.host, out.port, transport); err == nil {
			d.board.locate(t.Name, f.Places)
			return f.For
		}
	}
	if ctx.Err() == nil {
		d.cfg.Log.Warn("trunk cannot be found", "trunk", t.Name, "err", err)
		d.board.trouble(t.Name, fmt.Sprintf("the address cannot be found: %v", err))
	}
	return locateSoon
}

// pingAll pings all machines of a trunk at once, and returns when to do so
// again.
func (d *Dialler) pingAll(ctx context.Context, t *directory.Trunk) time.Duration {
	var pings sync.WaitGroup
	for _, p := range d.board.all(t.Name) {
		pings.Go(func() { d.ping(ctx, t, p) })
	}
	pings.Wait()
	return time.Duration(d.board.nextPing(t.Name, rand.IntN(1000))) * time.Millisecond //nolint:gosec // so that pings do not go out together
}

// ping pings one machine.
func (d *Dialler) ping(ctx context.Context, t *directory.Trunk, at place) {
	out, err := parseOutbound(t.Outbound)
	if err != nil {
		return // said where it was located
	}
	timed, cancel := context.WithTimeout(ctx, pingWait)
	defer cancel()
	code, took, err := d.ua.Ping(timed, out.uri("", at.transport), at.addr.String())
	if ctx.Err() != nil {
		return
	}
	d.board.pinged(t.Name, at, func(p pick.Pulse) pick.Pulse {
		if err != nil {
			return p.Missed()
		}
		return p.Heard(took.Milliseconds(), code)
	})
}

// sleep waits, and reports false if ctx ended meanwhile.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// From returns the trunk whose registrar is at src, or "": where we registered,
// calls come from.
func (d *Dialler) From(src netip.Addr) string { return d.board.from(src.Unmap()) }
