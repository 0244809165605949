package tenant

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Audit writes that the transaction's actor did action to subject, in the
// transaction that does it. detail holds ids and numbers only: the log is
// never erased.
func Audit(tx Tx, action, subject string, detail map[string]any) error {
	return audit(tx.g, tx.scope.shop.UUID(), tx.scope.actor, action, subject, detail)
}

// AuditAcross is Audit for what spans shops or belongs to none.
func AuditAcross(tx AcrossTx, actor, action, subject string, detail map[string]any) error {
	return audit(tx.g, nil, actor, action, subject, detail)
}

func audit(g *gorm.DB, shop any, actor, action, subject string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	body, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("audit %s of %s: %w", action, subject, err)
	}
	err = g.Exec("insert into house.audit (id, at, shop_id, actor, action, subject, detail) values (?, ?, ?, ?, ?, ?, ?)",
		uuid.Must(uuid.NewV7()), time.Now().UTC(), shop, actor, action, subject, string(body)).Error
	if err != nil {
		return fmt.Errorf("audit %s of %s: %w", action, subject, err)
	}
	return nil
}

// Entry is a line of the audit log for AuditIn.
type Entry struct {
	Actor, Action, Subject string
	Detail                 map[string]any // ids and numbers only
}

// AuditIn is AuditAcross for what the platform's people did to a thing of one
// shop, so that the shop finds it in its own log.
func AuditIn(tx AcrossTx, shop ID, e Entry) error {
	return audit(tx.g, shop.UUID(), e.Actor, e.Action, e.Subject, e.Detail)
}
