-- What a shop is made of: its people, numbers, queues, scripts and buyers.
-- +goose Up

create table shop.member (
  shop_id    uuid not null default house.app_shop() references house.shop,
  id         uuid not null,
  account_id uuid not null references house.account,
  role       text not null check (role in ('owner', 'manager', 'specialist')),
  created_at timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, account_id)
);
call house.confine('shop.member', 'select, insert, update, delete');
call house.open_to_definer('shop.member');
create index on shop.member (account_id);

create table shop.subscription (
  shop_id        uuid not null default house.app_shop() references house.shop,
  id             uuid not null,
  plan_id        uuid not null references house.plan,
  effective_from timestamptz not null,
  created_at     timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, effective_from)
);
call house.confine('shop.subscription', 'select, insert');

create table shop.script (
  shop_id    uuid not null default house.app_shop() references house.shop,
  id         uuid not null,
  name       text not null,
  draft      text not null default '',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, name)
);
call house.confine('shop.script', 'select, insert, update');

create table shop.script_version (
  shop_id      uuid not null default house.app_shop(),
  id           uuid not null,
  script_id    uuid not null,
  version      int not null check (version > 0),
  source       text not null,             -- the YAML, as written
  graph        jsonb not null,
  note         text not null default '',
  published_at timestamptz not null,
  published_by text not null,             -- actor
  primary key (shop_id, id),
  unique (shop_id, script_id, version),
  foreign key (shop_id, script_id) references shop.script
);
call house.confine('shop.script_version', 'select, insert');
call house.freeze('shop.script_version');

create table shop.queue (
  shop_id       uuid not null default house.app_shop() references house.shop,
  id            uuid not null,
  name          text not null,
  tier          text not null check (tier in ('order', 'consultant')),
  promise_share int not null check (promise_share between 1 and 1000), -- permille answered within promise_ms
  promise_ms    bigint not null check (promise_ms between 1000 and 600000),
  hours         jsonb not null default '"always"',
  script_id     uuid,
  created_at    timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, name),
  foreign key (shop_id, script_id) references shop.script
);
call house.confine('shop.queue', 'select, insert, update');
call house.announce('shop.queue');

create table shop.number (
  shop_id    uuid not null default house.app_shop() references house.shop,
  id         uuid not null,
  e164       text not null,
  source     text not null default '',    -- the advertising that shows it
  queue_id   uuid not null,
  created_at timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, e164),
  foreign key (shop_id, queue_id) references shop.queue
);
call house.confine('shop.number', 'select, insert, update');
call house.announce('shop.number');

create table shop.buyer (
  shop_id    uuid not null default house.app_shop() references house.shop,
  id         uuid not null,
  phone      text not null,               -- E.164
  name       text not null default '',
  address    text not null default '',
  note       text not null default '',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, phone)
);
call house.confine('shop.buyer', 'select, insert, update, delete');

-- Answers to requests that carry an Idempotency-Key, kept a day. Written in the
-- transaction that does what was asked: a request is done with its answer or not
-- at all.
create table shop.idempotency (
  shop_id      uuid not null default house.app_shop() references house.shop,
  actor        text not null,
  key          text not null,
  request_hash bytea not null,
  answer       jsonb not null,
  created_at   timestamptz not null,
  primary key (shop_id, actor, key)
);
call house.confine('shop.idempotency', 'select, insert, delete');

-- +goose StatementBegin
-- enter confines the transaction to a shop if the ticket still admits its holder:
-- a member's row, a pooled operator's grant, a staff account. It answers whether
-- it did. A Scope held in memory therefore outlives nothing.
create function house.enter(shop uuid, kind text, ticket uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare admitted boolean;
begin
  admitted := case kind
    when 'member' then exists (select 1 from shop.member m join house.account a on a.id = m.account_id
                                where m.shop_id = shop and m.id = ticket and a.disabled_at is null)
    when 'operator' then exists (select 1 from house.operator_grant g join house.account a on a.id = g.operator_id
                                  where g.id = ticket and g.shop_id = shop and g.lapses_at > now() and a.disabled_at is null)
    when 'staff' then exists (select 1 from house.account a where a.id = ticket and a.disabled_at is null)
    when 'job' then exists (select 1 from house.shop s where s.id = shop)
    else false end;
  if admitted then
    perform set_config('app.shop', shop::text, true);
  end if;
  return admitted;
end $$;
-- +goose StatementEnd
call house.open_to_definer('house.shop');
revoke all on function house.enter(uuid, text, uuid) from public;
grant execute on function house.enter(uuid, text, uuid) to switchboard_app;
grant create on schema house to switchboard_definer;
alter function house.enter(uuid, text, uuid) owner to switchboard_definer;
revoke create on schema house from switchboard_definer;

-- +goose Down
drop function house.enter(uuid, text, uuid);
drop table shop.idempotency, shop.buyer, shop.number, shop.queue, shop.script_version, shop.script, shop.subscription, shop.member;
