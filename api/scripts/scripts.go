// Package scripts serves /scripts: what a shop's operators say.
package scripts

import (
	"time"

	"switchboard/api/editions"
	"switchboard/api/session"
	"switchboard/tenant/script"
)

// New returns what serves the scripts of shops.
func New(g *session.Guard, now func() time.Time) *editions.Handler {
	return editions.New(g, now, editions.Kind{
		Shelf:     script.Shelf,
		Readers:   []session.Role{session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Admin},
		Sound:     true,
		Published: "Operators follow it in calls that begin from now on; those that have begun stay on their version.",
	})
}
