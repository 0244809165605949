-- +goose Up
-- What a leader has committed and not yet spread into the tables of calls. One
-- short row a commit is all that a caller waits for; the rest follows within
-- milliseconds, many commits at once, and after a crash from here.
create table house.journal (
  pool      text not null,
  epoch     bigint not null,
  seq       bigint not null,              -- of the batch's first event
  node      text not null,
  doc       bytea not null,               -- the batch as JSON; holds personal data, so it is deleted once spread
  failed_at timestamptz,                  -- the tables refused it: kept for a person to look at
  error     text,
  primary key (pool, epoch, seq)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
alter table house.journal alter column doc set storage external;
call house.confine('house.journal', '');

-- +goose StatementBegin
-- lead_pool makes a node the leader of a pool, with a new epoch. It waits for
-- the commit under way of the one before.
create function house.lead_pool(of_pool text, its_node text) returns bigint language plpgsql as $$
declare
  new_epoch bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('write ahead of pool ' || of_pool, 0));
  insert into house.lease (pool, epoch, node, renewed_at) values (of_pool, 1, its_node, now())
    on conflict (pool) do update set epoch = house.lease.epoch + 1, node = excluded.node, renewed_at = now()
    returning epoch into new_epoch;
  return new_epoch;
end $$;
-- write_ahead commits a batch for the leader of that epoch. A second try whose
-- first was committed, though nobody heard, changes nothing. It shares the lock
-- of lead_pool instead of the row of the lease, which every commit would write to.
create function house.write_ahead(of_pool text, its_epoch bigint, its_seq bigint, its_node text, its_doc bytea) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('write ahead of pool ' || of_pool, 0));
  if not exists (select from house.lease where pool = of_pool and epoch = its_epoch) then
    perform house.check_epoch(of_pool, its_epoch); -- says so
  end if;
  insert into house.journal (pool, epoch, seq, node, doc) values (of_pool, its_epoch, its_seq, its_node, its_doc) on conflict do nothing;
end $$;
-- take_ahead deletes batches in the transaction that spreads them. It fails if
-- somebody else has spread one of them.
create function house.take_ahead(of_pool text, its_epoch bigint, its_seqs bigint[]) returns void language plpgsql as $$
declare
  taken bigint;
begin
  delete from house.journal where pool = of_pool and epoch = its_epoch and seq = any (its_seqs);
  get diagnostics taken = row_count;
  if taken <> cardinality(its_seqs) then
    raise exception 'of % batches of pool % only % are here', cardinality(its_seqs), of_pool, taken using errcode = 'object_not_in_prerequisite_state';
  end if;
end $$;
-- +goose StatementEnd
revoke all on function house.lead_pool(text, text), house.write_ahead(text, bigint, bigint, text, bytea), house.take_ahead(text, bigint, bigint[]) from public;
grant execute on function house.lead_pool(text, text), house.write_ahead(text, bigint, bigint, text, bytea), house.take_ahead(text, bigint, bigint[]) to switchboard_across;

-- +goose Down
drop function house.lead_pool(text, text), house.write_ahead(text, bigint, bigint, text, bytea), house.take_ahead(text, bigint, bigint[]);
drop table house.journal;
