-- +goose Up
-- How the sound of each leg came through: what came from its party (heard), and
-- what the party says that it heard of us (told), where it says so. Scores are
-- MOS of ITU-T G.107 in hundredths.
create table shop.leg_quality (
  shop_id        uuid not null default house.app_shop() references house.shop,
  call_id        uuid not null,
  leg_id         uuid not null,
  party          text not null check (party in ('buyer', 'operator', 'third', 'supervisor')),
  device         text not null check (device in ('telephone', 'browser')),
  operator_id    uuid,                    -- whose leg it is, where it is one of the pool's
  trunk          text not null default '', -- of a leg beyond one
  node           text not null,
  codec          text not null,
  encrypted      boolean not null,
  started_at     timestamptz not null,
  duration_ms    bigint not null check (duration_ms >= 0),
  heard_packets  bigint not null check (heard_packets >= 0), -- that there should have been
  heard_lost     bigint not null check (heard_lost >= 0),
  heard_jitter_us integer not null check (heard_jitter_us >= 0),
  heard_worst    smallint check (heard_worst between 100 and 450), -- null: too short to say
  heard_mean     smallint check (heard_mean between 100 and 450),
  told_packets   bigint check (told_packets >= 0),           -- null: the party reports nothing
  told_lost      bigint check (told_lost >= 0),
  told_jitter_us integer check (told_jitter_us >= 0),
  told_worst     smallint check (told_worst between 100 and 450),
  told_mean      smallint check (told_mean between 100 and 450),
  rtt_us         integer check (rtt_us >= 0),                -- there and back; null: not known
  primary key (shop_id, call_id, leg_id),
  foreign key (shop_id, call_id) references shop.call,
  check ((told_packets is null) = (told_lost is null) and (told_packets is null) = (told_jitter_us is null))
);
call house.confine('shop.leg_quality', 'select');
create index leg_quality_started on shop.leg_quality (started_at);

-- +goose Down
drop table shop.leg_quality;
