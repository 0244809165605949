package hook

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/hook/body"
	"switchboard/tenant/seal"
)

// Taken is a delivery that is under way.
type Taken struct {
	ShopID uuid.UUID
	ID     uuid.UUID
	Sick   bool // its receiver failed the last time
}

// Room is how much may be under way.
type Room struct {
	Each int           // for one receiver; for one that failed, 1
	Well int           // for all that did not fail the last time
	Sick int           // for all that did
	For  time.Duration // after which what was taken counts as lost
}

// claim finds the receivers for which something is owed, in as many steps as there
// are, and of each the deliveries that are due: the first for its object alone, so
// that what happened to one object is told in its order.
const claim = `
with recursive line as (
  (select shop_id, receiver_id from shop.delivery where state = 'owed' order by shop_id, receiver_id limit 1)
  union all
  select n.shop_id, n.receiver_id from line l cross join lateral (
    select d.shop_id, d.receiver_id from shop.delivery d
     where d.state = 'owed' and (d.shop_id, d.receiver_id) > (l.shop_id, l.receiver_id) order by d.shop_id, d.receiver_id limit 1) n
), due as (
  select d.shop_id, d.id, r.streak > 0 as sick, row_number() over (partition by r.streak > 0 order by d.due_at, d.id) as place
    from line l
    join shop.receiver r on r.shop_id = l.shop_id and r.id = l.receiver_id and r.state = 'on' and r.rest_until <= @now
   cross join lateral (
    select count(*) as n from shop.delivery f
     where f.shop_id = r.shop_id and f.receiver_id = r.id and f.state = 'owed' and f.taken_at is not null and f.due_at > @now) busy
   cross join lateral (
    select d.shop_id, d.id, d.due_at from shop.delivery d
     where d.shop_id = r.shop_id and d.receiver_id = r.id and d.state = 'owed' and d.due_at <= @now
       and not exists (select 1 from shop.delivery e
         where e.shop_id = d.shop_id and e.receiver_id = d.receiver_id and e.object_id = d.object_id and e.state = 'owed' and e.seq < d.seq)
     order by d.due_at, d.seq limit greatest(0, case when r.streak > 0 then 1 else cast(@each as bigint) end - busy.n)) d
)
update shop.delivery d set taken_at = @now, due_at = @until from due
 where d.shop_id = due.shop_id and d.id = due.id and due.place <= case when due.sick then cast(@sick as bigint) else cast(@well as bigint) end
returning d.shop_id, d.id, due.sick`

// Claim takes what is due, as far as there is room. Of several workers one looks
// at a time; the others find nothing.
func Claim(tx tenant.AcrossTx, now time.Time, r Room) ([]Taken, error) {
	var mine bool
	if err := tx.Query().Raw("select pg_try_advisory_xact_lock(hashtextextended('take deliveries', 0))").Scan(&mine).Error; err != nil {
		return nil, fmt.Errorf("ask whether another takes deliveries: %w", err)
	}
	if !mine {
		return nil, nil
	}
	var taken []Taken
	err := tx.Query().Raw(claim, map[string]any{"now": now.UTC(), "until": now.UTC().Add(r.For), "each": r.Each, "well": r.Well, "sick": r.Sick}).Scan(&taken).Error
	if err != nil {
		return nil, fmt.Errorf("take deliveries: %w", err)
	}
	return taken, nil
}

// Release gives back what was taken and not sent.
func Release(tx tenant.Tx, id uuid.UUID, now time.Time) error {
	if _, err := tx.Exec("update shop.delivery set taken_at = null, due_at = $2 where id = $1 and state = 'owed'", id, now.UTC()); err != nil {
		return fmt.Errorf("give back delivery %s: %w", id, err)
	}
	return nil
}

// Parcel is a delivery with all that sending it takes.
type Parcel struct {
	Address
	News    body.News
	Message body.Message // as the receiver may read it
	Secrets []string     // the newest first
	private []string     // what a log leaves out of an answer
}

// Address is which delivery it is, and where it goes.
type Address struct {
	ID         uuid.UUID
	ReceiverID uuid.UUID
	Form       Form
	URL        string
	Personal   bool
}

// Open reads a delivery that is owed, with the state of things as they are now.
func Open(tx tenant.Tx, id uuid.UUID, c Change) (Parcel, error) {
	var r struct {
		Address           `gorm:"embedded"`
		NewsID            uuid.UUID
		Event             body.Event
		ObjectID          uuid.UUID
		SubjectID         uuid.UUID
		Facts             []byte
		At                time.Time
		Secret, OldSecret []byte
		OldUntil          *time.Time
	}
	res := tx.Query().Raw(`
		select d.id, d.receiver_id, r.form, r.url, r.personal, r.secret, r.old_secret, r.old_until, n.id as news_id, n.event, n.object_id, n.subject_id, n.facts, n.at
		  from shop.delivery d join shop.receiver r on r.id = d.receiver_id join shop.news n on n.id = d.news_id
		 where d.id = ? and d.state = 'owed'`, id).Scan(&r)
	if res.Error != nil {
		return Parcel{}, fmt.Errorf("read delivery %s: %w", id, res.Error)
	}
	if res.RowsAffected == 0 {
		return Parcel{}, fmt.Errorf("delivery %s: %w", id, fault.NotFound)
	}
	p := Parcel{Address: r.Address}
	p.News = body.News{ID: r.NewsID, Event: r.Event, ObjectID: r.ObjectID, SubjectID: r.SubjectID, Facts: r.Facts, At: r.At}
	sealed := [][]byte{r.Secret}
	if r.OldUntil != nil && r.OldUntil.After(c.At) {
		sealed = append(sealed, r.OldSecret)
	}
	return p, errors.Join(p.unseal(sealed, c.Box), p.write(tx))
}

func (p *Parcel) unseal(sealed [][]byte, box seal.Box) error {
	for _, s := range sealed {
		text, err := box.Open(s, context(p.ReceiverID))
		if err != nil {
			return fmt.Errorf("open the secret of receiver %s: %w", p.ReceiverID, err)
		}
		p.Secrets = append(p.Secrets, text)
	}
	return nil
}

func (p *Parcel) write(tx tenant.Tx) error {
	m, err := body.Write(tx, p.News)
	if err != nil {
		return err
	}
	p.private = m.Personal()
	if !p.Personal {
		m = m.Masked()
	}
	p.Message = m
	return nil
}
