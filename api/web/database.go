package web

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// databaseProblem is for an error of no kind: the database being away is 503,
// all else is 500 and its text is ours alone.
func databaseProblem(err error) *Problem {
	if away(err) || collided(err) {
		p := plain(http.StatusServiceUnavailable, "The database is away for the moment. Try again.")
		p.retryAfter = 1
		return p
	}
	return plain(http.StatusInternalServerError, "Something broke on our side. We were told; quote the request id if you ask.")
}

// away reports whether err says that the database cannot be reached, or
// stopped while it was asked.
func away(err error) bool {
	var connect *pgconn.ConnectError
	var network *net.OpError
	if errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return true
	}
	code := sqlState(err)
	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P") || code == "53300" || strings.Contains(err.Error(), "conn closed")
}

// collided reports whether err is a race that a second try wins: serialization
// failure, deadlock, lock timeout.
func collided(err error) bool {
	switch sqlState(err) {
	case "40001", "40P01", "55P03":
		return true
	}
	return false
}

func sqlState(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
