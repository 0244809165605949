-- The operator's desk: what is typed in a call, what came of it, what it earns.
-- +goose Up

-- What an operator has typed in a call: theirs to change, and personal. It goes
-- with the call to whoever takes it next, and is removed without touching it.
create table shop.call_draft (
  shop_id  uuid not null default house.app_shop() references house.shop,
  call_id  uuid not null,
  revision bigint not null check (revision > 0), -- rises with every save
  body     json not null,                 -- as it was sent: jsonb would refuse some of what people paste
  saved_by text not null,                 -- actor
  saved_at timestamptz not null,
  primary key (shop_id, call_id),
  foreign key (shop_id, call_id) references shop.call
);
call house.confine('shop.call_draft', 'select, insert, update, delete');

-- What came of a call, by its operator's word.
create table shop.disposition (
  shop_id     uuid not null default house.app_shop() references house.shop,
  call_id     uuid not null,
  outcome     text not null check (outcome in ('order', 'consultation', 'callback', 'claim', 'transferred', 'refused', 'wrong_number', 'other')),
  note        text not null default '',   -- free text: erasure empties it
  task_id     uuid,                       -- the callback that was promised
  said_by     text not null,              -- actor
  said_at     timestamptz not null,
  primary key (shop_id, call_id),
  foreign key (shop_id, call_id) references shop.call,
  foreign key (shop_id, task_id) references shop.task
);
call house.confine('shop.disposition', 'select, insert, update');

-- What a promised callback is about: free text, erasure empties it.
alter table shop.task add subject text not null default '';

-- What work is paid by. The newest of an operator counts, else the newest of
-- everybody (operator_id null).
create table house.pay_term (
  id             uuid primary key,
  operator_id    uuid references house.operator,
  effective_from timestamptz not null,
  currency       text not null check (currency ~ '^[A-Z]{3}$'),
  talk_rate      bigint not null check (talk_rate >= 0),    -- of a minute, in millionths of the currency's unit
  hold_rate      bigint not null check (hold_rate >= 0),
  wrap_up_rate   bigint not null check (wrap_up_rate >= 0),
  unique nulls not distinct (operator_id, effective_from)
);
grant select, insert on house.pay_term to switchboard_across;
call house.freeze('house.pay_term');

-- An operator's own day.
create index call_operator on shop.call (operator_id, answered_at desc, id) where answered_at is not null;
create index order_operator on shop."order" (operator_id, confirmed_at) where confirmed_at is not null;
create index audit_duty on house.audit (actor, at) where action in ('desk.ready', 'desk.pause');

-- +goose Down
drop index house.audit_duty, shop.order_operator, shop.call_operator;
drop table house.pay_term;
alter table shop.task drop column subject;
drop table shop.disposition, shop.call_draft;
