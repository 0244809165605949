-- The platform's own rooms: who may log in, which shops there are, what reaches them.
-- +goose Up

create schema shop; -- house is made before the first migration: it holds the list of them
grant usage on schema house, shop to switchboard_app, switchboard_across, switchboard_definer;

-- app_shop is the shop that the transaction is confined to; null if it is to none.
create function house.app_shop() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.shop', true), '')::uuid $$;

-- +goose StatementBegin
-- confine gives a table its rules: the application sees one shop, the cross-shop
-- role sees all, the owner nothing. rights are the application's ('' for none).
create procedure house.confine(tab regclass, rights text, shop_column text default 'shop_id') language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tab);
  execute format('alter table %s force row level security', tab);
  execute format('create policy across on %s to switchboard_across using (true) with check (true)', tab);
  execute format('grant select, insert, update, delete on %s to switchboard_across', tab);
  if rights <> '' then
    execute format('create policy one_shop on %s to switchboard_app using (%I = house.app_shop()) with check (%I = house.app_shop())', tab, shop_column, shop_column);
    execute format('grant %s on %s to switchboard_app', rights, tab);
  end if;
end $$;

-- open_to_definer lets the fixed functions that look past the policies read a table.
create procedure house.open_to_definer(tab regclass) language plpgsql as $$
begin
  execute format('create policy definer on %s to switchboard_definer using (true)', tab);
  execute format('grant select on %s to switchboard_definer', tab);
end $$;

-- append_only refuses every update and delete, whoever asks.
create function house.append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create procedure house.freeze(tab regclass) language plpgsql as $$
begin
  execute format('create trigger append_only before update or delete on %s for each statement execute function house.append_only()', tab);
  execute format('revoke update, delete on %s from switchboard_app, switchboard_across', tab);
end $$;

-- directory_changed rings the telephony nodes: what they route by is not what it was.
create function house.directory_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('directory', tg_table_name);
  return null;
end $$;
create procedure house.announce(tab regclass) language plpgsql as $$
begin
  execute format('create trigger announce after insert or update or delete on %s for each statement execute function house.directory_changed()', tab);
end $$;
-- +goose StatementEnd

create table house.plan (
  id         uuid primary key,
  name       text not null unique,
  currency   text not null check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null
);
create table house.tariff_version (
  id             uuid primary key,
  plan_id        uuid not null references house.plan,
  version        int  not null check (version > 0),
  effective_from timestamptz not null,
  locked_until   timestamptz,
  body           jsonb not null,          -- the plan object, as published
  published_at   timestamptz not null,
  unique (plan_id, version)
);
call house.freeze('house.tariff_version');

create table house.shop (
  id         uuid primary key,
  slug       text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name_ru    text not null,
  name_en    text not null,
  spoken_ru  text not null default '',    -- the name as the operator says it
  spoken_en  text not null default '',
  timezone   text not null,               -- IANA name
  language   text not null check (language in ('ru', 'en')),
  colour     text not null default 'iris',
  status     text not null default 'open' check (status in ('open', 'suspended', 'closed')),
  greeting   text not null default 'standard' check (greeting in ('standard', 'none')),
  recording  boolean not null default true,
  away_seconds int not null default 60 check (away_seconds between 5 and 600), -- how long a buyer hears music while the operator's browser is gone
  created_at timestamptz not null
);
call house.confine('house.shop', 'select, update', 'id');
call house.announce('house.shop');

-- A login of a person: a member of shops, platform staff, or both.
create table house.account (
  id            uuid primary key,
  email         text not null unique check (email = lower(email)),
  name          text not null,
  locale        text not null default 'ru' check (locale in ('ru', 'en')),
  password_hash text not null,
  disabled_at   timestamptz,
  created_at    timestamptz not null
);
create table house.staff (
  account_id uuid not null references house.account,
  role       text not null check (role in ('operator', 'supervisor', 'finance', 'admin')),
  created_at timestamptz not null,
  primary key (account_id, role)
);
create table house.session (
  id           uuid primary key,
  account_id   uuid not null references house.account,
  client       text not null check (client in ('browser', 'api')),
  secret_hash  bytea not null unique,     -- SHA-256 of the cookie or of the refresh token
  created_at   timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at   timestamptz not null,
  revoked_at   timestamptz
);
create index on house.session (account_id) where revoked_at is null;
-- What opens the socket of an operator's browser, once.
create table house.desk_ticket (
  secret_hash bytea primary key,          -- SHA-256
  operator_id uuid not null references house.account,
  lapses_at   timestamptz not null
);
-- Attempts that are counted: sign-ins by address and by account.
create table house.throttle (
  key       text primary key,             -- a keyed hash: tells nobody who tried
  window_at timestamptz not null,
  hits      int not null
);

create table house.operator (
  id          uuid primary key references house.account,
  tier        text not null check (tier in ('order', 'consultant')),
  sip_user    text unique,                -- of a phone that registers
  sip_ha1     text,                       -- MD5(user:realm:password), RFC 7616
  sip_uri     text,                       -- a fixed address, called instead of a registration
  always_on   boolean not null default false, -- on duty without a desk
  wrap_up_ms  bigint not null check (wrap_up_ms between 0 and 3600000),
  check ((sip_user is null) = (sip_ha1 is null))
);
call house.announce('house.operator');
create table house.operator_shop (
  operator_id uuid not null references house.operator,
  shop_id     uuid not null references house.shop,
  primary key (operator_id, shop_id)
);
call house.confine('house.operator_shop', 'select');
call house.announce('house.operator_shop');
create index on house.operator_shop (shop_id);

-- Why a pooled operator may enter a shop now, and until when.
create table house.operator_grant (
  id          uuid primary key,
  operator_id uuid not null references house.operator,
  shop_id     uuid not null references house.shop,
  reason      text not null check (reason in ('offer', 'call', 'task', 'briefing')),
  subject     uuid not null,              -- the call, the task
  granted_at  timestamptz not null,
  lapses_at   timestamptz not null,
  unique (operator_id, shop_id, reason, subject)
);
call house.confine('house.operator_grant', '');
call house.open_to_definer('house.operator_grant');
create index on house.operator_grant (subject);

create table house.trunk (
  id         uuid primary key,
  name       text not null unique,
  sources    cidr[] not null,             -- from where its requests come
  outbound   text not null,               -- SIP URI that takes our calls
  transport  text not null check (transport in ('udp', 'tcp')),
  codecs     text[] not null check (codecs <@ array['pcma', 'pcmu'] and cardinality(codecs) > 0),
  enabled    boolean not null default true,
  created_at timestamptz not null
);
call house.announce('house.trunk');

-- Whose a dialled number is. E.164 numbers are unique on Earth, so here and not per shop.
create table house.did (
  e164      text primary key check (e164 ~ '^\+[1-9][0-9]{3,14}$'),
  shop_id   uuid not null references house.shop,
  number_id uuid not null
);
call house.confine('house.did', 'select');
call house.announce('house.did');

-- Where a registered phone is now.
create table house.registration (
  sip_user   text primary key,
  contact    text not null,
  source     text not null,               -- host:port the request came from: where to call back
  transport  text not null,
  expires_at timestamptz not null
);

-- One leader to a pool: a winner takes epoch + 1, and every commit checks it.
create table house.lease (
  pool       text primary key,
  epoch      bigint not null,
  node       text not null,
  renewed_at timestamptz not null
);
-- +goose StatementBegin
-- check_epoch refuses the commit of a leader that has been succeeded. It holds
-- the row, so that a successor waits for the commit under way.
create function house.check_epoch(of_pool text, its_epoch bigint) returns void language plpgsql as $$
begin
  perform 1 from house.lease where pool = of_pool and epoch = its_epoch for share;
  if not found then
    raise exception 'pool % is led by another than epoch %', of_pool, its_epoch using errcode = 'object_not_in_prerequisite_state';
  end if;
end $$;
-- +goose StatementEnd
create table house.event (
  pool    text not null,
  epoch   bigint not null,
  seq     bigint not null,
  at_ms   bigint not null,                -- the leader's instant: the truth for replay
  at      timestamptz not null,
  shop_id uuid,
  call_id uuid,
  kind    text not null,
  body    jsonb not null,                 -- ids and numbers only
  primary key (pool, epoch, seq, at)
) partition by range (at);
create table house.event_default partition of house.event default;
call house.confine('house.event', '');
call house.confine('house.event_default', '');
revoke all on house.event_default from switchboard_across;
create trigger append_only before update or delete on house.event for each row execute function house.append_only();

-- The dialogs that are up, so that a successor can end what it cannot carry on.
create table house.dialog (
  id         uuid primary key,            -- the leg
  pool       text not null,
  epoch      bigint not null,
  node       text not null,
  shop_id    uuid references house.shop,
  call_id    uuid not null,
  side       text not null check (side in ('buyer', 'operator')),
  state      jsonb not null,              -- ids, tags, CSeq, route set, remote target
  media_at   timestamptz not null,        -- last packet heard, or the start
  created_at timestamptz not null
);
call house.confine('house.dialog', '');
create index on house.dialog (call_id);

-- Work that is owed. The row is the truth; Redis only rings the bell.
create table house.outbox (
  id         uuid primary key,
  shop_id    uuid references house.shop,
  kind       text not null,
  queue      text not null,
  payload    jsonb not null,              -- ids, never copies
  dedupe_key text unique,
  created_at timestamptz not null,
  due_at     timestamptz not null,
  sent_at    timestamptz,
  done_at    timestamptz,
  failed_at  timestamptz,                 -- given up; a person must look
  attempts   int not null default 0,
  last_error text not null default ''
);
call house.confine('house.outbox', 'select, insert');
create index outbox_owed on house.outbox (due_at) where done_at is null and failed_at is null;

create table house.audit (
  id      uuid primary key,
  at      timestamptz not null,
  shop_id uuid,
  actor   text not null,                  -- member:ID, operator:ID, staff:ID, job:NAME
  action  text not null,
  subject text not null,
  detail  jsonb not null default '{}'     -- ids and numbers only
);
call house.confine('house.audit', 'select, insert');
call house.freeze('house.audit');
create index on house.audit (shop_id, at);

grant select, insert, update, delete on
  house.plan, house.account, house.staff, house.session, house.desk_ticket, house.throttle, house.operator, house.trunk,
  house.registration, house.lease to switchboard_across;
grant select, insert on house.tariff_version to switchboard_across;
grant select on house.plan, house.tariff_version to switchboard_app;
grant select on house.account to switchboard_definer;

-- +goose Down
drop schema shop cascade;
drop table house.audit, house.outbox, house.dialog, house.event, house.lease, house.registration, house.did,
  house.trunk, house.operator_grant, house.operator_shop, house.operator, house.throttle, house.desk_ticket, house.session, house.staff, house.account,
  house.shop, house.tariff_version, house.plan cascade;
drop procedure house.confine(regclass, text, text), house.open_to_definer(regclass), house.freeze(regclass), house.announce(regclass);
drop function house.append_only(), house.directory_changed(), house.check_epoch(text, bigint);
drop function house.app_shop();
