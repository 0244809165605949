-- A day of calls for the demo's first shop, so that pages are seen as they are
-- lived with: long names, lost calls, late answers, a page and a half of rows.
-- Run as the owner of the schema; forced row security is lifted for this
-- transaction only.
begin;
alter table shop.call no force row level security;
alter table shop.call_party no force row level security;
alter table shop.lost_call no force row level security;
alter table shop.task no force row level security;
alter table shop.call_comment no force row level security;
alter table shop.number no force row level security;
alter table house.shop no force row level security;
alter table shop.buyer no force row level security;
alter table shop.buyer_phone no force row level security;
alter table shop.recording no force row level security;
alter table shop.member no force row level security;
alter table shop.call_event no force row level security;
alter table shop.news no force row level security;
alter table shop.delivery no force row level security;
alter table shop.receiver no force row level security;

create temporary table made on commit drop as
select s.id as shop_id, gen_random_uuid() as id, i, n.id as number_id, n.queue_id, n.e164,
       case when i % 11 = 3 then 'abandoned' when i % 23 = 7 then 'failed' else 'answered' end as outcome,
       now() - (i * 97 + (i * i) % 61) * interval '13 seconds' - interval '2 minutes' as at,
       case when i % 9 = 4 then 14000 + i * 100 else 1000 + (i * 731) % 8500 end as queue_ms,
       20000 + (i * 7919) % 340000 as talk_ms,
       (select array_agg(o.id order by o.id) from house.operator o) as operators
  from house.shop s join shop.number n on n.shop_id = s.id, generate_series(1, 70) as i
 where s.slug = 'tyres';

insert into shop.call (shop_id, id, no, direction, state, outcome, ended_by, reason, pool, epoch, node, number_id, queue_id, operator_id,
  started_at, answered_at, ended_at, finished_at, queue_ms, talk_ms, hold_ms, wrap_up_ms, explanation)
select shop_id, id, 48100 - i, 'inbound', 'ended', outcome, 'caller', case outcome when 'failed' then 'the carrier let go' else '' end, 'main', 1, 'demo', number_id, queue_id,
       case outcome when 'answered' then operators[1 + i % array_length(operators, 1)] end,
       at, case outcome when 'answered' then at + queue_ms * interval '1 ms' end, at + (queue_ms + talk_ms) * interval '1 ms', at + (queue_ms + talk_ms + 30000) * interval '1 ms',
       queue_ms, case outcome when 'answered' then talk_ms else 0 end, case when i % 5 = 0 and outcome = 'answered' then 25000 else 0 end, case outcome when 'answered' then 30000 else 0 end,
       jsonb_build_object('waited_ms', queue_ms, 'why', jsonb_build_object('rule', 'promise', 'position', 1 + i % 3, 'waiting', i % 4, 'on_duty', i % 2, 'able', i % 2, 'idle', 0, 'came', 1 - i % 2, 'ahead', i % 3, 'offers', 1 + i % 2))
  from made;
insert into shop.call_party (shop_id, call_id, phone_raw, phone)
select shop_id, id, '', '+7921555' || lpad((i * 137 % 10000)::text, 4, '0') from made where i % 13 <> 5;
insert into shop.call_event (shop_id, call_id, seq, at_ms, at, kind, body)
select m.shop_id, m.id, e.seq, (extract(epoch from m.at) * 1000)::bigint + e.ms, m.at + e.ms * interval '1 ms', e.kind, e.body
  from made m, lateral (values (1, 0, 'arrived', '{"trunk": "demo-carrier"}'::jsonb), (2, 4460, 'enqueue', jsonb_build_object('queue', m.queue_id)),
    (3, 4460 + m.queue_ms, case m.outcome when 'answered' then 'connect' else 'hung-up' end, '{"by": "caller"}')) as e(seq, ms, kind, body);
insert into shop.task (shop_id, id, kind, state, call_id, queue_id, owner, due_at, created_at)
select shop_id, gen_random_uuid(), 'callback', 'open', id, queue_id, 'pool:main', at + interval '15 minutes', at from made where outcome <> 'answered' and i % 13 <> 5;
insert into shop.lost_call (shop_id, id, call_id, reason, words, waited_ms, owner, task_id, lost_at)
select m.shop_id, gen_random_uuid(), m.id, m.outcome, case m.outcome when 'failed' then 'Связь оборвалась через 9 с ожидания.' else 'Повесил трубку через 14 с: все 42 оператора были заняты.' end,
       m.queue_ms, 'pool:main', t.id, m.at + m.queue_ms * interval '1 ms'
  from made m left join shop.task t on t.call_id = m.id where m.outcome <> 'answered';
insert into shop.buyer (shop_id, id, phone, name, created_at, updated_at)
select distinct on (p.phone) m.shop_id, gen_random_uuid(), p.phone, 'Константин Константинопольский-Преображенский Младший', now(), now()
  from made m join shop.call_party p on p.call_id = m.id where m.i = 14 on conflict do nothing;
insert into shop.call_comment (shop_id, id, call_id, author_id, at_ms, text, created_at)
select c.shop_id, gen_random_uuid(), c.id, m.account_id, 2000, 'Здесь хорошо уточнила размер и сразу назвала срок доставки.', now()
  from shop.call c join shop.recording r on r.call_id = c.id join shop.member m on m.shop_id = c.shop_id and m.role = 'owner' where r.state = 'ready';

update shop.recording set gaps = jsonb_build_array(jsonb_build_object('from_ms', duration_ms / 3, 'to_ms', duration_ms / 2, 'why', 'payment')) where state = 'ready';
insert into shop.recording (shop_id, id, call_id, state, path, started_at, offset_ms, duration_ms, bytes, sha256, place, deleted_at, deleted_by, deleted_rule)
select shop_id, gen_random_uuid(), id, 'erased', 'gone.tape', at, 0, talk_ms, talk_ms * 16, sha256(id::text::bytea), 'none', now(), 'job:keep', 'retention' from made where i = 2;
-- Calls out that went and that did not, and what a supervisor is told.
alter table shop.outgoing_call no force row level security;
alter table house.alert no force row level security;
insert into shop.outgoing_call (shop_id, id, asked_at, path, country, price, paid_ms, cost, lapses_at, ended_at, refused)
select (select id from house.shop order by created_at, id limit 1), gen_random_uuid(), now() - i * interval '7 minutes', p.path, 'RU', 3000000,
       case p.refused when '' then 140000 else 0 end, case p.refused when '' then 9000000 else 0 end, now() - i * interval '7 minutes', now() - i * interval '6 minutes', p.refused
  from generate_series(1, 12) i cross join (values ('callback', ''), ('transfer', 'country'), ('refer', 'premium')) as p(path, refused) where p.refused = '' or i < 4;
insert into house.alert (id, at, last_at, times, kind, shop_id, subject, detail)
select gen_random_uuid(), now() - m * interval '1 minute', now() - m * interval '1 minute', n, kind,
       case when shop then (select id from house.shop order by created_at, id limit 1) end, subject, detail::jsonb
  from (values (3, 4, 'banned', false, '203.0.113.66', '{"why": "scanner"}'), (12, 1, 'country', true, 'CU', '{"calls": 2}'),
    (14, 2, 'outbound', true, 'x', '{"calls": 41, "usual_most": 15}'), (95, 9, 'trunk_malformed', false, 'demo-carrier', '{"why": "malformed"}')) as a(m, n, kind, shop, subject, detail);
alter table shop.outgoing_call force row level security;
alter table house.alert force row level security;

alter table shop.call force row level security;
alter table shop.call_party force row level security;
alter table shop.lost_call force row level security;
alter table shop.task force row level security;
alter table shop.call_comment force row level security;
alter table shop.number force row level security;
alter table house.shop force row level security;
alter table shop.buyer force row level security;
alter table shop.buyer_phone force row level security;
alter table shop.recording force row level security;
alter table shop.member force row level security;
alter table shop.call_event force row level security;
alter table shop.news force row level security;
alter table shop.delivery force row level security;
alter table shop.receiver force row level security;
commit;
