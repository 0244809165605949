package session

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// limit is a leaky bucket: burst tries at once, then one each interval. In any
// span of time d at most burst + d/interval tries pass, with no window to wait
// for the end of.
type limit struct {
	name     string
	burst    int
	interval time.Duration
}

// Sign-ins that fail: at most 50 in any ten minutes from one address and 30
// for one account, from wherever. One that succeeds is given back: floors of
// hundreds sit behind one address.
var (
	perAddress = limit{"address", 40, time.Minute}
	perAccount = limit{"account", 15, 40 * time.Second}
)

// throttle counts tries by keyed hashes of who tries, so that the table tells
// nobody. It counts for accounts that do not exist like for others.
type throttle struct {
	db  *tenant.DB
	key []byte
}

// try is one counted try.
type try struct {
	limit limit
	key   string
}

func (t throttle) tries(address, email string) []try {
	hash := func(l limit, text string) try {
		return try{l, l.name + ":" + hex.EncodeToString(keyed(t.key, l.name+" "+text))}
	}
	return []try{hash(perAddress, network(address)), hash(perAccount, email)}
}

// network is what one stranger has: an address, or in IPv6 a /64.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// take counts the tries, all or none. Where one is over its limit the answer is
// fault.TooMany with the seconds to wait.
func (t throttle) take(ctx context.Context, tries []try) error {
	return t.db.Across(ctx, "count sign-ins", func(tx tenant.AcrossTx) error {
		for _, y := range tries {
			if err := takeOne(tx, y); err != nil {
				return err // rolls back the count of the others
			}
		}
		return nil
	})
}

// takeOne keeps in window_at the instant when the bucket will be empty.
func takeOne(tx tenant.AcrossTx, y try) error {
	interval, full := y.limit.interval.Seconds(), (time.Duration(y.limit.burst) * y.limit.interval).Seconds()
	var empty time.Time
	err := tx.Query().Raw(`
		insert into house.throttle as t (key, window_at, hits) values (?, now() + make_interval(secs => ?), 1)
		on conflict (key) do update set window_at = greatest(t.window_at, now()) + make_interval(secs => ?), hits = t.hits + 1
		where greatest(t.window_at, now()) + make_interval(secs => ?) <= now() + make_interval(secs => ?)
		returning window_at`, y.key, interval, interval, interval, full).Row().Scan(&empty)
	if errors.Is(err, sql.ErrNoRows) {
		return refuse(tx, y, full)
	}
	if err != nil {
		return fmt.Errorf("count a try by %s: %w", y.limit.name, err)
	}
	return nil
}

func refuse(tx tenant.AcrossTx, y try, full float64) error {
	var wait float64
	err := tx.Query().Raw("select extract(epoch from window_at - now()) + ? - ? from house.throttle where key = ?",
		y.limit.interval.Seconds(), full, y.key).Row().Scan(&wait)
	if err != nil {
		return fmt.Errorf("look when to try again by %s: %w", y.limit.name, err)
	}
	return web.Later(max(int(wait)+1, 1), fmt.Errorf("sign-ins by %s: %w", y.limit.name, fault.TooMany))
}

// giveBack uncounts tries that were good.
func (t throttle) giveBack(tx tenant.AcrossTx, tries []try) error {
	for _, y := range tries {
		err := tx.Query().Exec("update house.throttle set window_at = window_at - make_interval(secs => ?) where key = ?", y.limit.interval.Seconds(), y.key).Error
		if err != nil {
			return fmt.Errorf("give back a try by %s: %w", y.limit.name, err)
		}
	}
	return nil
}
