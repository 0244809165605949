-- Calling a missed buyer back from its task: the shop's rule, each attempt, and
-- the script that such calls follow.
-- +goose Up

-- When and how often a buyer is called back who does not answer. Without a row
-- the platform's rule holds (tenant/task).
create table shop.callback_rule (
  shop_id    uuid primary key default house.app_shop() references house.shop,
  attempts   int not null check (attempts between 1 and 10),
  busy_s     int not null check (busy_s between 60 and 86400),    -- until the next attempt: their line was in use
  silent_s   int not null check (silent_s between 300 and 604800), -- until the next attempt: nobody answered
  ring_s     int not null check (ring_s between 15 and 60),       -- 15 s at least: TSR, 16 CFR 310.4(b)(4)(ii)
  hours      jsonb not null,           -- in which buyers are called, in the shop's zone
  changed_at timestamptz not null,
  changed_by text not null             -- actor
);
call house.confine('shop.callback_rule', 'select, insert, update');

-- One call to a buyer for a task, with the rule that allowed it: the proof of
-- whom we called, when and why.
create table shop.callback_attempt (
  shop_id     uuid not null default house.app_shop() references house.shop,
  call_id     uuid not null,
  task_id     uuid not null,
  no          int not null check (no > 0),   -- of the task's, refused and cut ones too
  operator_id uuid not null,
  rule        jsonb not null,                -- numbers only
  began_at    timestamptz not null,
  outcome     text not null default '' check (outcome in ('', 'answered', 'busy', 'silent', 'refused', 'failed', 'barred', 'dropped', 'rang', 'cut')),
  sip_code    int,
  ended_at    timestamptz,
  next_at     timestamptz,                   -- when the buyer may be called again
  primary key (shop_id, call_id),
  foreign key (shop_id, call_id) references shop.call,
  foreign key (shop_id, task_id) references shop.task,
  check ((ended_at is not null) = (outcome <> ''))
);
call house.confine('shop.callback_attempt', 'select');
create index on shop.callback_attempt (shop_id, task_id, began_at);

alter table shop.task add attempts int not null default 0 check (attempts >= 0); -- that count

-- A call to a buyer who was not reached.
alter table shop.call drop constraint call_outcome_check,
  add constraint call_outcome_check check (outcome in ('answered', 'abandoned', 'overflowed', 'voicemail', 'refused', 'failed', 'served', 'unreached'));

-- What operators follow in calls that we make; null: the queue's script.
alter table shop.queue add outgoing_script_id uuid, add foreign key (shop_id, outgoing_script_id) references shop.script;

-- +goose Down
alter table shop.queue drop outgoing_script_id;
alter table shop.call drop constraint call_outcome_check,
  add constraint call_outcome_check check (outcome in ('answered', 'abandoned', 'overflowed', 'voicemail', 'refused', 'failed', 'served'));
alter table shop.task drop attempts;
drop table shop.callback_attempt, shop.callback_rule;
