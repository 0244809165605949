package journal

import (
	"time"

	"github.com/google/uuid"
)

// Quality is the row of how a leg's sound came through.
type Quality struct {
	ShopID       uuid.UUID  `json:"shop_id"`
	CallID       uuid.UUID  `json:"call_id"`
	LegID        uuid.UUID  `json:"leg_id"`
	Party        string     `json:"party"`  // buyer, operator, third, supervisor
	Device       string     `json:"device"` // telephone, browser
	OperatorID   *uuid.UUID `json:"operator_id"`
	Trunk        string     `json:"trunk"`
	Node         string     `json:"node"`
	Codec        string     `json:"codec"`
	Encrypted    bool       `json:"encrypted"`
	StartedAt    time.Time  `json:"started_at"`
	DurationMS   int64      `json:"duration_ms"`
	HeardPackets int64      `json:"heard_packets"`
	HeardLost    int64      `json:"heard_lost"`
	HeardJitter  int64      `json:"heard_jitter_us"`
	HeardWorst   *int       `json:"heard_worst"` // MOS, hundredths
	HeardMean    *int       `json:"heard_mean"`
	ToldPackets  *int64     `json:"told_packets"`
	ToldLost     *int64     `json:"told_lost"`
	ToldJitter   *int64     `json:"told_jitter_us"`
	ToldWorst    *int       `json:"told_worst"`
	ToldMean     *int       `json:"told_mean"`
	RTT          *int64     `json:"rtt_us"`
}

const insertQualities = `
insert into shop.leg_quality (shop_id, call_id, leg_id, party, device, operator_id, trunk, node, codec, encrypted, started_at, duration_ms,
  heard_packets, heard_lost, heard_jitter_us, heard_worst, heard_mean, told_packets, told_lost, told_jitter_us, told_worst, told_mean, rtt_us)
select shop_id, call_id, leg_id, party, device, operator_id, trunk, node, codec, encrypted, started_at, duration_ms,
  heard_packets, heard_lost, heard_jitter_us, heard_worst, heard_mean, told_packets, told_lost, told_jitter_us, told_worst, told_mean, rtt_us
from json_populate_recordset(null::shop.leg_quality, $1)
on conflict (shop_id, call_id, leg_id) do nothing`
