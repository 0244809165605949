package tenant

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"switchboard/tenant/fault"
)

// EnterAsMember admits an account to a shop that it is a member of. To anyone
// else the shop is fault.NotFound, whether it exists or not.
func (db *DB) EnterAsMember(ctx context.Context, account uuid.UUID, shop ID) (Scope, error) {
	var member uuid.UUID
	var role string
	err := db.across.pool.QueryRow(ctx, `
		select m.id, m.role from shop.member m join house.account a on a.id = m.account_id
		 where m.account_id = $1 and m.shop_id = $2 and a.disabled_at is null`, account, shop.UUID()).Scan(&member, &role)
	if err != nil {
		return Scope{}, refused(shop, "member:"+account.String(), err)
	}
	return Scope{shop, asMember, member, "member:" + account.String(), role}, nil
}

// EnterForCall admits a pooled operator to the shop whose call they have in
// hand, for as long as they have it: the grant is made by the switch when it
// joins them, and ends with wrap-up.
func (db *DB) EnterForCall(ctx context.Context, operator uuid.UUID, shop ID, call uuid.UUID) (Scope, error) {
	var grant uuid.UUID
	err := db.across.pool.QueryRow(ctx, `
		select id from house.operator_grant
		 where operator_id = $1 and shop_id = $2 and subject = $3 and reason = 'call' and lapses_at > now()`,
		operator, shop.UUID(), call).Scan(&grant)
	if err != nil {
		return Scope{}, refused(shop, "operator:"+operator.String(), err)
	}
	return Scope{shop, asOperator, grant, "operator:" + operator.String(), "operator"}, nil
}

// EnterAsStaff admits an account of the platform that has one of the roles
// (supervisor, finance, admin) to a shop, and writes in the audit log that it
// entered and why.
func (db *DB) EnterAsStaff(ctx context.Context, account uuid.UUID, shop ID, why string) (Scope, error) {
	var role string
	err := db.across.pool.QueryRow(ctx, `
		select s.role from house.staff s join house.account a on a.id = s.account_id
		 where s.account_id = $1 and s.role <> 'operator' and a.disabled_at is null
		   and exists (select 1 from house.shop where id = $2)
		 order by s.role limit 1`, account, shop.UUID()).Scan(&role)
	if err != nil {
		return Scope{}, refused(shop, "staff:"+account.String(), err)
	}
	s := Scope{shop, asStaff, account, "staff:" + account.String(), role}
	err = db.Within(ctx, s, func(tx Tx) error { return Audit(tx, "shop.enter", shop.String(), map[string]any{"why": why}) })
	return s, err
}

// EnterAsJob admits background work of the name to a shop.
func (db *DB) EnterAsJob(ctx context.Context, job string, shop ID) (Scope, error) {
	var id uuid.UUID
	err := db.across.pool.QueryRow(ctx, "select id from house.shop where id = $1", shop.UUID()).Scan(&id)
	if err != nil {
		return Scope{}, refused(shop, "job:"+job, err)
	}
	return Scope{shop, asJob, uuid.Nil, "job:" + job, "job"}, nil
}

// EnterByKey admits a program of the shop's that showed the API key, as long as the
// key is good. personal is whether it may see buyers' numbers, names and addresses.
func (db *DB) EnterByKey(shop ID, key uuid.UUID, personal bool) Scope {
	role := "key"
	if personal {
		role = "key-personal"
	}
	return Scope{shop, asKey, key, "key:" + key.String(), role} // house.enter looks at the key
}

// refused words why a door stayed shut. A stranger cannot tell a shop that is
// not theirs from one that is not there.
func refused(shop ID, actor string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.NotFound
	}
	return fmt.Errorf("enter shop %s as %s: %w", shop, actor, err)
}
