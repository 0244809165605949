package catalogue

import (
	"context"
	"crypto/subtle"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/feed"
	"switchboard/tenant/fault"
	"switchboard/tenant/seal"
)

// Quiet is how long we wait, after a file of an exchange, for the next of its
// files: they are read together.
const Quiet = 20 * time.Second

// Admit lets a shop's system in that knows login and password of a source that is
// sent. To anyone else there is no such source.
func Admit(ctx context.Context, db *tenant.DB, source uuid.UUID, login, password string, box seal.Box) (tenant.ID, error) {
	var found struct {
		Source
		ShopID uuid.UUID
	}
	err := db.Across(ctx, "find the source of an exchange", func(tx tenant.AcrossTx) error {
		return tx.Query().Raw("select * from shop.catalogue_source where id = ? and location like 'sent:%' and format = 'commerceml'", source).Scan(&found).Error
	})
	if err != nil {
		return tenant.ID{}, err
	}
	known, err := found.Password(box)
	if err != nil {
		return tenant.ID{}, err
	}
	same := subtle.ConstantTimeCompare([]byte(known), []byte(password)) & subtle.ConstantTimeCompare([]byte(found.Login), []byte(login))
	if known == "" || same != 1 {
		return tenant.ID{}, fmt.Errorf("exchange with source %s: %w", source, fault.Unauthorized)
	}
	return tenant.ID(found.ShopID), nil
}

// FileName is the name under which a file of an exchange is kept, or
// fault.Invalid: names are of 1C, and its pictures lie in folders.
func FileName(name string) (string, error) {
	name = path.Clean("/" + strings.ReplaceAll(name, `\`, "/"))[1:]
	if name == "" || len(name) > 300 {
		return "", fault.Invalid{Field: "filename", Problem: "is no name of a file"}
	}
	return name, nil
}

// Readable tells whether a file of an exchange is read: pictures are not.
func Readable(name string) bool {
	low := strings.ToLower(name)
	return strings.HasSuffix(low, ".xml") || strings.HasSuffix(low, ".zip")
}

// Take takes what was sent of an exchange so far as whole, and has it read when
// nothing has come for a while. It returns how many files that were.
func (e Exchange) Take(ctx context.Context, due time.Time) (int, error) {
	var files []SentFile
	err := e.DB.Within(ctx, e.Scope, func(tx tenant.Tx) error {
		return tx.Query().Where("source_id = ? and state = 'open'", e.Source).Order("seq").Find(&files).Error
	})
	if err != nil {
		return 0, fmt.Errorf("list what was sent to %s: %w", e.Source, err)
	}
	for _, f := range files {
		all, err := feed.Whole(&chunks{ctx: ctx, db: e.DB, scope: e.Scope, file: f})
		if err != nil {
			return 0, err
		}
		err = e.DB.Within(ctx, e.Scope, func(tx tenant.Tx) error {
			if err := lock(tx, e.Source); err != nil {
				return err
			}
			if err := Finish(tx, f, all, due); err != nil {
				return err
			}
			return tenant.Audit(tx, "catalogue.send", e.Source.String(), map[string]any{"bytes": f.Size})
		})
		if err != nil {
			return 0, err
		}
	}
	return len(files), nil
}

// Exchange is the door through which a shop's system came.
type Exchange struct {
	DB     *tenant.DB
	Scope  tenant.Scope
	Source uuid.UUID
}
