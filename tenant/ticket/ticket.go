// Package ticket is the leave to open the socket of an operator's or a
// supervisor's browser: good once, for half a minute. The process that gives it and the one that takes it
// are two, so it is a row.
package ticket

import (
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Good is how long a ticket is.
const Good = 30 * time.Second

// Issue gives an operator or a supervisor a ticket. Those of anybody's that have lapsed go. The
// database's clock counts, for two processes have two of their own.
func Issue(tx tenant.AcrossTx, operator uuid.UUID) (secret string, err error) {
	if _, err := tx.Exec("delete from house.desk_ticket where lapses_at <= now()"); err != nil {
		return "", fmt.Errorf("clear tickets away: %w", err)
	}
	secret = rand.Text()
	sum := sha256.Sum256([]byte(secret))
	if _, err := tx.Exec("insert into house.desk_ticket (secret_hash, operator_id, lapses_at) values ($1, $2, now() + $3 * interval '1 millisecond')",
		sum[:], operator, Good.Milliseconds()); err != nil {
		return "", fmt.Errorf("give operator %s a ticket: %w", operator, err)
	}
	who := "operator:" + operator.String()
	return secret, tenant.AuditAcross(tx, who, "ticket.issue", who, nil)
}

// Redeem takes a ticket, and returns whose it was. One that is unknown, used or
// too old is fault.NotFound, and so is one whose owner is neither operator nor
// supervisor any more.
func Redeem(tx tenant.AcrossTx, secret string) (operator uuid.UUID, err error) {
	sum := sha256.Sum256([]byte(secret))
	err = tx.Query().Raw(`
		with taken as (delete from house.desk_ticket where secret_hash = ? returning operator_id, lapses_at)
		select t.operator_id from taken t join house.account a on a.id = t.operator_id
		 where t.lapses_at > now() and a.disabled_at is null
		   and (exists (select from house.operator o where o.id = a.id)
		     or exists (select from house.staff s where s.account_id = a.id and s.role in ('supervisor', 'admin')))`, sum[:]).Row().Scan(&operator)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, fmt.Errorf("redeem a ticket: %w", fault.NotFound)
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("redeem a ticket: %w", err)
	}
	return operator, nil
}
