-- Several telephony nodes: a leader that is told to stop hands its pool on and
-- finishes its calls; what a successor must know of operators is kept.
-- +goose Up

-- A leader that has handed on its pool and still has calls. It may commit what
-- comes of them, and the operators that it keeps are nobody else's.
create table house.retired (
  pool       text not null,
  epoch      bigint not null,
  node       text not null,
  operators  uuid[] not null,             -- only ever fewer
  renewed_at timestamptz not null,
  primary key (pool, epoch)
);
call house.confine('house.retired', '');

-- What operators last said of themselves at a desk. No row: nothing.
create table house.duty (
  operator_id uuid primary key references house.operator,
  ready       boolean not null,
  reason      text not null default '',
  at          timestamptz not null
);
call house.confine('house.duty', '');

-- Which pool serves a shop, and an operator: each has one.
alter table house.shop add pool text not null default 'main';
alter table house.operator add pool text not null default 'main';

-- +goose StatementBegin
-- check_epoch refuses the commit of a leader that has been succeeded, unless it
-- has retired and was not given up since. It holds the row, so that whoever
-- gives it up waits for the commit under way.
create or replace function house.check_epoch(of_pool text, its_epoch bigint) returns void language plpgsql as $$
begin
  perform 1 from house.lease where pool = of_pool and epoch = its_epoch for share;
  if not found then
    perform 1 from house.retired where pool = of_pool and epoch = its_epoch for share;
  end if;
  if not found then
    raise exception 'pool % is led by another than epoch %', of_pool, its_epoch using errcode = 'object_not_in_prerequisite_state';
  end if;
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function house.check_epoch(of_pool text, its_epoch bigint) returns void language plpgsql as $$
begin
  perform 1 from house.lease where pool = of_pool and epoch = its_epoch for share;
  if not found then
    raise exception 'pool % is led by another than epoch %', of_pool, its_epoch using errcode = 'object_not_in_prerequisite_state';
  end if;
end $$;
-- +goose StatementEnd
alter table house.operator drop pool;
alter table house.shop drop pool;
drop table house.duty, house.retired;
