package media

import (
	"sync"
	"time"

	"switchboard/telephony/media/g711"
)

// listener is a leg without a network, for tests in which time is virtual.
type listener struct {
	law g711.Law

	mu     sync.Mutex
	frames []heardFrame
	last   time.Time
	stall  time.Duration // how long the next frame takes to send
}

type heardFrame struct {
	at      time.Time
	payload []byte
}

func (l *listener) SendFrame(payload []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.frames = append(l.frames, heardFrame{time.Now(), payload})
	time.Sleep(l.stall)
	l.stall = 0
}

func (l *listener) heard() []heardFrame {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.frames
}

func (l *listener) LastPacket() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// speak has the party be heard now.
func (l *listener) speak() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = time.Now()
}

func (l *listener) Law() g711.Law                { return l.law }
func (l *listener) PayloadType() uint8           { return l.law.PayloadType() }
func (l *listener) EventType() uint8             { return testEvent }
func (l *listener) Send(*Packet)                 {}
func (l *listener) SendEvent(Event)              {}
func (l *listener) SetSink(func(*Packet)) func() { return func() {} }
func (l *listener) OnDigit(func(Digit))          {}
func (l *listener) Stats() Stats                 { return Stats{} }
func (l *listener) Close()                       {}
