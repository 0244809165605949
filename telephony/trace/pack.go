package trace

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
)

// Call is the messages of all legs of a call.
type Call struct {
	Ours netip.AddrPort `json:"ours"` // where we are reached
	Legs []Leg          `json:"legs"`
}

// Leg is one dialog of a call.
type Leg struct {
	Party    string    `json:"party"` // buyer, operator, third, supervisor
	Name     string    `json:"name"`  // of the trunk that it is on; empty: none
	CallID   string    `json:"call_id"`
	Lost     int       `json:"lost"` // messages in the middle that were not kept
	Messages []Message `json:"messages"`
}

// Pack makes bytes to be kept of a call. Its secrets are struck out.
func Pack(c Call) ([]byte, error) {
	c.Legs = append([]Leg(nil), c.Legs...)
	for i, l := range c.Legs {
		messages := append([]Message(nil), l.Messages...)
		for j := range messages {
			messages[j].Raw = Struck(messages[j].Raw)
		}
		c.Legs[i].Messages = messages
	}
	var out bytes.Buffer
	z, err := flate.NewWriter(&out, flate.BestSpeed)
	if err == nil {
		err = json.NewEncoder(z).Encode(c)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("pack a trace: %w", err)
	}
	return out.Bytes(), nil
}

// mostPacked bounds what is unpacked: four legs of the largest messages.
const mostPacked = 8 << 20

// Unpack reads what Pack wrote.
func Unpack(b []byte) (Call, error) {
	var c Call
	if err := json.NewDecoder(io.LimitReader(flate.NewReader(bytes.NewReader(b)), mostPacked)).Decode(&c); err != nil {
		return Call{}, fmt.Errorf("unpack a trace: %w", err)
	}
	return c, nil
}

// InOrder returns the messages of all legs by time.
func (c Call) InOrder() []Message {
	var all []Message
	for _, l := range c.Legs {
		all = append(all, l.Messages...)
	}
	sortByTime(all)
	return all
}

func sortByTime(ms []Message) {
	slices.SortStableFunc(ms, func(a, b Message) int { return a.At.Compare(b.At) })
}
