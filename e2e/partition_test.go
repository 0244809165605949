package e2e

import (
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/bench/gen"
)

// strait is a way to the database that can be shut.
type strait struct {
	l    net.Listener
	to   string
	mu   sync.Mutex
	shut bool
	ends []net.Conn // at the database
	busy sync.WaitGroup
}

// dig opens a way to where a URL points, and returns the URL for those who go it.
func dig(t *testing.T, database string) (*strait, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	s := &strait{to: u.Host}
	if s.l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	u.Host = s.l.Addr().String()
	go func() {
		for {
			c, err := s.l.Accept()
			if err != nil {
				return
			}
			s.busy.Go(func() { s.carry(c) })
		}
	}()
	t.Cleanup(func() {
		s.l.Close()
		s.cut()
	})
	return s, u.String()
}

// carry joins a connection to the database. When the way is shut the database
// finds it closed, and who goes it finds nothing at all.
func (s *strait) carry(c net.Conn) {
	s.mu.Lock()
	var far net.Conn
	err := io.EOF
	if !s.shut {
		far, err = net.Dial("tcp", s.to)
	}
	if err == nil {
		s.ends = append(s.ends, far)
	}
	s.mu.Unlock()
	if err != nil {
		_ = c.Close()
		return
	}
	go func() { _, _ = io.Copy(far, c) }()
	_, _ = io.Copy(c, far)
}

func (s *strait) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = true
	for _, c := range s.ends {
		_ = c.Close()
	}
}

// TestTheLeaderIsCutOff from the database, and not from its calls: another leads
// and takes the calls that come, each is led once, and the one that was cut off
// takes none.
func TestTheLeaderIsCutOff(t *testing.T) {
	t.Parallel()
	var way *strait
	s := openSite(t, inPool, [2]string{"main", "main"}, func(s *site) {
		var app string
		way, app = dig(t, s.engines.App)
		across := strings.Replace(s.engines.Across, hostOf(s.engines.Across), hostOf(app), 1)
		s.nodes[0].env = append(s.nodes[0].env, "DATABASE_URL="+app, "DATABASE_ACROSS_URL="+across)
	})
	counts := &counter{has: map[string]int{}}
	s.operators(counts.once)
	up := s.dial(buyer(1), tyres, deaf)
	s.within("answer", up.Answered())
	s.await("its rows are written", patience, func() bool { return s.count("select count(*) from shop.call where state = 'talking'") == 1 })
	way.cut()
	cut := time.Now()
	s.leads(1)
	answered := 0
	for i := 0; answered < 3; i++ {
		c := s.dial(buyer(10+i), tyres, deaf)
		select {
		case <-c.Answered():
			answered++
			c.Hangup()
			<-c.Ended()
		case <-c.Ended(): // turned away: a carrier tries again
		case <-time.After(patience):
			t.Fatal("a call is neither taken nor turned away")
		}
		if time.Since(cut) > 2*patience {
			t.Fatalf("%d calls are answered within %s", answered, 2*patience)
		}
	}
	t.Logf("three calls were answered %s after the cut", time.Since(cut).Round(time.Millisecond))
	s.outcome(up, 200, gen.Them)
	s.await("every call is closed, with one record", closedWithin, func() bool {
		return s.count("select count(*) from shop.call where state <> 'ended'") == 0 &&
			s.count("select count(*) from shop.call c where (select count(*) from shop.call_leg l where l.call_id = c.id) <> 1") == 0
	})
	if counts.most > 1 {
		t.Errorf("an operator's telephone had %d calls at once", counts.most)
	}
}

func hostOf(database string) string {
	u, err := url.Parse(database)
	if err != nil {
		return database
	}
	return u.Host
}
