package media

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// newTransport returns the transport that costs least on this system.
func newTransport() (transport, error) { return newShards(runtime.GOMAXPROCS(0)) }

// tick is how often a shard looks at its sockets. What came in meanwhile is
// read in one go, which saves a wake-up of a thread for each packet and costs a
// packet half a tick on average.
const tick = 5 * time.Millisecond

// shards is a transport of a few goroutines, each of which reads many sockets.
type shards struct {
	all     []*shard
	next    atomic.Uint32
	stopped chan struct{}
	readers sync.WaitGroup
}

func newShards(n int) (*shards, error) {
	t := &shards{stopped: make(chan struct{})}
	for range n {
		s, err := newShard()
		if err != nil {
			t.stop()
			return nil, err
		}
		t.all = append(t.all, s)
		t.readers.Go(func() { s.run(t.stopped) })
	}
	return t, nil
}

func (t *shards) stop() {
	close(t.stopped)
	t.readers.Wait()
}

func (t *shards) open(at netip.AddrPort, leg receiver, released func()) (socket, netip.AddrPort, error) {
	fd, err := bind(at)
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	local, err := boundTo(fd)
	if err != nil {
		unix.Close(fd)
		return nil, netip.AddrPort{}, err
	}
	s := t.all[t.next.Add(1)%uint32(len(t.all))]
	k := &shardSocket{fd: fd, inet6: local.Addr().Is6(), shard: s, leg: leg, released: released}
	if err := s.join(k); err != nil {
		unix.Close(fd)
		return nil, netip.AddrPort{}, err
	}
	return k, local, nil
}

// shard reads the sockets of its legs.
type shard struct {
	epoll  int
	ticker *time.Ticker // stands still while there is no socket

	mu      sync.Mutex
	sockets map[int32]*shardSocket // by descriptor
	leaving []*shardSocket         // closed by their legs, not by us yet
	ended   bool

	// what run uses alone
	ready  [256]unix.EpollEvent
	buffer [maxDatagram + 1]byte // one more, to see what was cut off
}

type shardSocket struct {
	fd       int
	inet6    bool
	shard    *shard
	leg      receiver
	released func()
}

func newShard() (*shard, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	s := &shard{epoll: fd, ticker: time.NewTicker(tick), sockets: map[int32]*shardSocket{}}
	s.ticker.Stop()
	return s, nil
}

func (s *shard) join(k *shardSocket) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return net.ErrClosed
	}
	err := unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, k.fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(k.fd)})
	if err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	if len(s.sockets) == 0 {
		s.ticker.Reset(tick)
	}
	s.sockets[int32(k.fd)] = k
	return nil
}

func (k *shardSocket) send(datagram []byte, to netip.AddrPort) error {
	return sendTo(k, datagram, to)
}

// close leaves the descriptor to the reader, who may be reading it right now:
// closed here, its number might be another socket's before the read.
func (k *shardSocket) close() {
	k.shard.mu.Lock()
	defer k.shard.mu.Unlock()
	k.shard.leaving = append(k.shard.leaving, k)
}

func (s *shard) run(stopped <-chan struct{}) {
	defer s.end()
	for {
		select {
		case <-stopped:
			return
		case <-s.ticker.C:
			s.bury()
			s.drain()
		}
	}
}

// bury closes the sockets that their legs have closed.
func (s *shard) bury() {
	s.mu.Lock()
	gone := s.leaving
	s.leaving = nil
	for _, k := range gone {
		delete(s.sockets, int32(k.fd))
		unix.Close(k.fd) // leaves the epoll set by itself
	}
	if len(s.sockets) == 0 {
		s.ticker.Stop()
	}
	s.mu.Unlock()
	for _, k := range gone {
		k.released()
	}
}

// end closes everything when reading ends: the legs first, so that none of them
// sends to a descriptor that is another's by then.
func (s *shard) end() {
	s.ticker.Stop()
	s.mu.Lock()
	s.ended = true
	left := slices.Collect(maps.Values(s.sockets))
	s.mu.Unlock()
	for _, k := range left {
		k.leg.Close()
	}
	s.bury()
	unix.Close(s.epoll)
}

// drain reads what has come in: in each round a packet from each socket that
// has one, so that a flood at one doesn't hold up the others. What is left after
// the last round waits for the next tick, in the kernel.
func (s *shard) drain() {
	const rounds = 64
	for range rounds {
		n, err := unix.EpollWait(s.epoll, s.ready[:], 0)
		if err != nil || n == 0 {
			return
		}
		now := time.Now()
		for i := range s.ready[:n] {
			s.read(s.ready[i].Fd, now)
		}
	}
}

func (s *shard) read(fd int32, now time.Time) {
	s.mu.Lock()
	k := s.sockets[fd]
	s.mu.Unlock()
	n, from, err := receiveFrom(k, s.buffer[:])
	if err != nil || n > maxDatagram {
		return // an error of one datagram, such as a peer's closed port
	}
	k.leg.receive(s.buffer[:n], from, now)
}

// bind returns a UDP socket at an address. Its packets are marked as voice
// (DSCP EF, RFC 3246), for the networks that look at it.
func bind(at netip.AddrPort) (int, error) {
	const expedited = 46 << 2
	family, level, class := unix.AF_INET, unix.IPPROTO_IP, unix.IP_TOS
	if at.Addr().Is6() {
		family, level, class = unix.AF_INET6, unix.IPPROTO_IPV6, unix.IPV6_TCLASS
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	for _, o := range []struct{ level, option, value int }{
		{unix.SOL_SOCKET, unix.SO_RCVBUF, bufferSize},
		{unix.SOL_SOCKET, unix.SO_SNDBUF, bufferSize},
		{level, class, expedited},
	} {
		if err := unix.SetsockoptInt(fd, o.level, o.option, o.value); err != nil {
			unix.Close(fd)
			return 0, os.NewSyscallError("setsockopt", err)
		}
	}
	if err := unix.Bind(fd, sockaddr(at)); err != nil {
		unix.Close(fd)
		return 0, os.NewSyscallError("bind", err)
	}
	return fd, nil
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

func boundTo(fd int) (netip.AddrPort, error) {
	name, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}, os.NewSyscallError("getsockname", err)
	}
	switch a := name.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port)), nil
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port)), nil
	}
	return netip.AddrPort{}, fmt.Errorf("socket of a strange family: %T", name)
}
