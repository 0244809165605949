package tenant

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"
)

// across is the login that sees every shop, and its own pool. The
// application's login cannot become it.
type across struct {
	pool *pgxpool.Pool
	gorm *gorm.DB
}

// AcrossTx is a transaction that can see every shop. It is another type than
// Tx on purpose: what was written for one shop cannot be called with it.
type AcrossTx struct {
	g   *gorm.DB
	why string
}

// Query returns the unconfined handle.
func (tx AcrossTx) Query() *gorm.DB { return tx.g }

// Exec runs one statement with arguments as they are: slices are arrays of the
// database, where gorm would spread them. It returns the rows affected.
func (tx AcrossTx) Exec(query string, args ...any) (int64, error) {
	res, err := tx.g.Statement.ConnPool.ExecContext(tx.g.Statement.Context, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Exec runs one statement within the shop with arguments as they are: slices
// are arrays of the database, where gorm would spread them.
func (tx Tx) Exec(query string, args ...any) (int64, error) {
	res, err := tx.g.Statement.ConnPool.ExecContext(tx.g.Statement.Context, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Rows runs one query within the shop, to be read row by row: exports must not
// hold a month in memory. The caller closes it.
func (tx Tx) Rows(query string, args ...any) (*sql.Rows, error) {
	return tx.g.Statement.ConnPool.QueryContext(tx.g.Statement.Context, query, args...)
}

// Rows is Tx.Rows over all shops.
func (tx AcrossTx) Rows(query string, args ...any) (*sql.Rows, error) {
	return tx.g.Statement.ConnPool.QueryContext(tx.g.Statement.Context, query, args...)
}

// Across runs fn over all shops. Routing, sign-in, billing runs and audits need
// it; why says which, and is in the error.
func (db *DB) Across(ctx context.Context, why string, fn func(AcrossTx) error) error {
	err := db.across.gorm.WithContext(ctx).Transaction(func(g *gorm.DB) error { return fn(AcrossTx{g, why}) })
	if err != nil {
		return fmt.Errorf("%s: %w", why, err)
	}
	return nil
}

// AcrossBatch sends b over all shops as one transaction in one round trip. The
// switch commits its journal so.
func (db *DB) AcrossBatch(ctx context.Context, why string, b *pgx.Batch) error {
	if err := db.across.pool.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("%s: %w", why, err)
	}
	return nil
}

// AcrossConn lends a connection of the cross-shop login for what a transaction
// cannot hold: session locks, LISTEN. The caller releases it.
func (db *DB) AcrossConn(ctx context.Context, why string) (*pgxpool.Conn, error) {
	c, err := db.across.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", why, err)
	}
	return c, nil
}
