-- +goose Up
-- What a carrier wants of us and we of it. What an older process does not know
-- of has the value that it lives by.
alter table house.trunk
  add shop_id       uuid references house.shop,        -- whose own carrier it is; null: everybody's
  add srtp          text not null default 'off' check (srtp in ('off', 'optional', 'required')),
  add auth          text not null default 'ip' check (auth in ('ip', 'digest', 'register')), -- ip: by its sources alone
  add auth_user     text not null default '',
  add auth_secret   bytea,                              -- sealed (tenant/seal)
  add domain        text not null default '',           -- of From and of the registration; empty: the outbound URI's host
  add expires_s     integer not null default 300 check (expires_s between 30 and 86400), -- asked of its registrar
  add priority      integer not null default 0 check (priority between -1000 and 1000), -- lower goes first
  add rates         jsonb not null default '[]' check (jsonb_typeof(rates) = 'array'), -- [{"prefix": "+7", "cost": 12}]; none: goes everywhere
  add max_calls     integer not null default 0 check (max_calls between 0 and 100000), -- 0: no cap
  add max_cps       integer not null default 0 check (max_cps between 0 and 10000),
  add number_in     jsonb not null default '{}' check (jsonb_typeof(number_in) = 'object'), -- how it writes numbers (telephony/trunk/form)
  add number_out    jsonb not null default '{}' check (jsonb_typeof(number_out) = 'object'),
  add caller_in     text not null default 'from' check (caller_in in ('from', 'asserted', 'remote_party')), -- where the caller's number stands
  add caller_out    text not null default 'from' check (caller_out in ('from', 'asserted', 'remote_party')),
  add reliable      boolean not null default true,      -- its 100rel works
  add challenge     boolean not null default false,     -- its calls have to show the password, too
  add ping          boolean not null default true,      -- it answers OPTIONS
  add draining_at   timestamptz,                        -- no new calls since; those that are up go on
  add changed_at    timestamptz,
  add constraint trunk_login check (auth = 'ip' or auth_user <> '' and auth_secret is not null),
  add constraint trunk_challenge check (auth <> 'ip' or not challenge),
  drop constraint trunk_transport_check,
  add constraint trunk_transport_check check (transport in ('udp', 'tcp', 'tls', 'any')); -- any: as the domain's NAPTR says
call house.confine('house.trunk', 'select'); -- a shop sees its own
create index trunk_shop on house.trunk (shop_id) where shop_id is not null;

-- What each telephony process sees of each trunk; written every few seconds, and
-- read by people. A row that has grown old is of a process that is gone.
create table house.trunk_state (
  trunk_id         uuid not null references house.trunk on delete cascade,
  node             text not null,
  health           text not null check (health in ('unknown', 'up', 'degraded', 'down')),
  rtt_ms           integer not null,
  calls            integer not null,
  cps              integer not null,
  registration     text not null check (registration in ('', 'trying', 'registered', 'refused')),
  registered_until timestamptz,
  trouble          text not null,                       -- the last failure, as the carrier or the system words it
  trouble_at       timestamptz,
  places           jsonb not null,                      -- its machines: [{"address", "transport", "health", "rtt_ms"}]
  at               timestamptz not null,
  primary key (trunk_id, node)
);
grant select, insert, update, delete on house.trunk_state to switchboard_across;

-- +goose Down
drop table house.trunk_state;
drop policy across on house.trunk;
drop policy one_shop on house.trunk;
revoke select on house.trunk from switchboard_app;
alter table house.trunk no force row level security;
alter table house.trunk disable row level security;
alter table house.trunk
  drop shop_id, drop srtp, drop auth, drop auth_user, drop auth_secret, drop domain, drop expires_s, drop priority, drop rates, drop max_calls, drop max_cps,
  drop number_in, drop number_out, drop caller_in, drop caller_out, drop reliable, drop ping, drop challenge, drop draining_at, drop changed_at,
  drop constraint trunk_transport_check,
  add constraint trunk_transport_check check (transport in ('udp', 'tcp'));
