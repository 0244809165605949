package media_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/recording"
	"switchboard/telephony/sdp"
)

const (
	benchCalls = 200
	benchTime  = 5 * time.Second
)

// BenchmarkCalls bridges calls whose phones are another process, and tells what
// they cost this one: CPU time per received packet and per call-minute, of which
// a call has 6,000. It runs once, for a fixed time, whatever b.N is.
func BenchmarkCalls(b *testing.B) {
	for _, transport := range []string{"goroutines", "best"} {
		for _, recorded := range []string{"plain", "recorded"} {
			b.Run(transport+"/"+recorded, func(b *testing.B) {
				ports, err := media.Transports()[transport]()
				if err != nil {
					b.Fatal(err)
				}
				defer ports.Close()
				measureCalls(b, ports, recorded == "recorded")
			})
		}
	}
}

func measureCalls(b *testing.B, ports *media.Ports, recorded bool) {
	phones := startPhones(b)
	legs := make([]*media.RTPLeg, 2*benchCalls)
	for i := range legs {
		var err error
		if legs[i], err = ports.Open(); err != nil {
			b.Fatal(err)
		}
		legs[i].SetRemote(sdp.Chosen{Remote: phones.next(b), Law: g711.ALaw, PayloadType: 8, Direction: sdp.SendRecv})
	}
	for i := 0; i < len(legs); i += 2 {
		if !recorded {
			media.Connect(legs[i], legs[i+1], nil)
			continue
		}
		r, err := recording.Start(filepath.Join(b.TempDir(), strconv.Itoa(i)+".wav"))
		if err != nil {
			b.Fatal(err)
		}
		defer r.Close()
		media.Connect(legs[i], legs[i+1], r)
	}
	for _, l := range legs {
		phones.dial(b, l.LocalAddr())
	}
	time.Sleep(time.Second) // until all of them talk
	before := measure(legs)
	time.Sleep(benchTime)
	spent := measure(legs).since(before)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(spent.cpu.Microseconds())/float64(spent.packets), "cpu-us/packet")
	b.ReportMetric(spent.cpu.Seconds()/(benchTime.Minutes()*benchCalls), "cpu-s/call-minute")
	b.ReportMetric(float64(spent.mallocs)/float64(spent.packets), "allocs/packet")
	b.ReportMetric(float64(spent.packets)/benchTime.Seconds(), "packets/s")
	lost, p99 := phones.hangUp(b)
	b.ReportMetric(lost, "lost-%")
	b.ReportMetric(p99, "p99-ms")
}

// cost is what was spent so far.
type cost struct {
	cpu     time.Duration
	mallocs uint64
	packets int64
}

func measure(legs []*media.RTPLeg) cost {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		panic(err)
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	c := cost{cpu: time.Duration(use.Utime.Nano() + use.Stime.Nano()), mallocs: mem.Mallocs}
	for _, l := range legs {
		c.packets += l.Stats().Received
	}
	return c
}

func (c cost) since(before cost) cost {
	return cost{c.cpu - before.cpu, c.mallocs - before.mallocs, c.packets - before.packets}
}

// phones is the process that has all telephones.
type phones struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

func startPhones(b *testing.B) *phones {
	p := &phones{process: exec.Command(os.Args[0])}
	p.process.Env = append(os.Environ(), "BENCH_PHONES="+strconv.Itoa(2*benchCalls))
	p.process.Stderr = os.Stderr
	out, err := p.process.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if p.in, err = p.process.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	p.out = bufio.NewScanner(out)
	if err := p.process.Start(); err != nil {
		b.Fatal(err)
	}
	return p
}

func (p *phones) line(b *testing.B) string {
	if !p.out.Scan() {
		b.Fatal("the phones' process ended")
	}
	return p.out.Text()
}

// next returns the address of the next phone.
func (p *phones) next(b *testing.B) netip.AddrPort {
	a, err := netip.ParseAddrPort(p.line(b))
	if err != nil {
		b.Fatal(err)
	}
	return a
}

// dial has the next phone send to a leg.
func (p *phones) dial(b *testing.B, leg netip.AddrPort) {
	if _, err := fmt.Fprintln(p.in, leg); err != nil {
		b.Fatal(err)
	}
}

// hangUp ends the process and returns the percentage of packets that did not
// arrive at the other phone, and what 99 of 100 took at most to get there.
func (p *phones) hangUp(b *testing.B) (lost, p99 float64) {
	p.in.Close()
	_, err := fmt.Sscan(p.line(b), &lost, &p99)
	if err := errors.Join(err, p.process.Wait()); err != nil {
		b.Fatal(err)
	}
	return lost, p99
}

// TestMain is also the phones' process.
func TestMain(m *testing.M) {
	n, err := strconv.Atoi(os.Getenv("BENCH_PHONES"))
	if err != nil {
		os.Exit(m.Run())
	}
	if err := talkAll(n); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// tally is what all phones sent and heard.
type tally struct {
	sent, heard atomic.Int64
	delays      [1000]atomic.Int64 // packets by delay in tenths of a millisecond
}

var born = time.Now()

// talkAll prints the addresses of n phones, reads where each of them sends to,
// and has them talk until its input ends. Then it prints the losses and delays.
func talkAll(n int) error {
	conns := make([]*net.UDPConn, n)
	for i := range conns {
		var err error
		if conns[i], err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			return err
		}
		fmt.Println(conns[i].LocalAddr())
	}
	var all tally
	var talkers sync.WaitGroup
	stop := make(chan struct{})
	in := bufio.NewScanner(os.Stdin)
	for i, conn := range conns {
		if !in.Scan() {
			return errors.New("fewer legs than phones")
		}
		to, err := netip.ParseAddrPort(strings.TrimSpace(in.Text()))
		if err != nil {
			return err
		}
		go all.listen(conn)
		talkers.Go(func() { all.talk(conn, to, i, stop) })
	}
	in.Scan()
	close(stop)
	talkers.Wait()
	time.Sleep(200 * time.Millisecond)
	lost := 100 * float64(all.sent.Load()-all.heard.Load()) / float64(all.sent.Load())
	_, err := fmt.Println(lost, all.percentile(0.99))
	return err
}

// percentile returns the delay in ms that a share of the packets doesn't exceed.
func (a *tally) percentile(share float64) float64 {
	left := int64(share * float64(a.heard.Load()))
	for i := range a.delays {
		if left -= a.delays[i].Load(); left <= 0 {
			return float64(i+1) / 10
		}
	}
	return 100
}

func (a *tally) listen(conn *net.UDPConn) {
	b := make([]byte, 2000)
	for {
		n, _, err := conn.ReadFromUDPAddrPort(b)
		if err != nil || n < 20 {
			return
		}
		delay := time.Since(born) - time.Duration(binary.BigEndian.Uint64(b[12:]))
		a.delays[min(delay/(100*time.Microsecond), time.Duration(len(a.delays)-1))].Add(1)
		a.heard.Add(1)
	}
}

// talk sends a frame each 20 ms, at a moment within them that differs by phone.
// The frame begins with its instant.
func (a *tally) talk(conn *net.UDPConn, to netip.AddrPort, i int, stop <-chan struct{}) {
	time.Sleep(time.Duration(i*7919%20000) * time.Microsecond)
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	b := make([]byte, 172)
	b[0], b[1] = 0x80, 8
	binary.BigEndian.PutUint32(b[8:], uint32(i))
	for n := uint32(0); ; n++ {
		select {
		case <-stop:
			return
		case <-pace.C:
			binary.BigEndian.PutUint16(b[2:], uint16(n))
			binary.BigEndian.PutUint32(b[4:], n*160)
			binary.BigEndian.PutUint64(b[12:], uint64(time.Since(born)))
			if _, err := conn.WriteToUDPAddrPort(b, to); err == nil {
				a.sent.Add(1)
			}
		}
	}
}
