-- What lets a program of a shop's in, without a person.
-- +goose Up

create table shop.api_key (
  shop_id      uuid not null default house.app_shop() references house.shop,
  id           uuid not null,
  name         text not null,
  prefix       text not null,             -- its first characters, to know it by
  secret_hash  bytea not null,            -- SHA-256: it is 32 bytes of chance, which nobody tries through
  scopes       text[] not null check (cardinality(scopes) > 0),
  created_at   timestamptz not null,
  created_by   text not null,             -- actor
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,               -- to the minute
  primary key (shop_id, id)
);
call house.confine('shop.api_key', 'select, insert, update');
call house.open_to_definer('shop.api_key');
create index api_key_secret on shop.api_key (secret_hash);

grant create on schema house to switchboard_definer;
set role switchboard_definer;           -- whose function it is
-- +goose StatementBegin
-- enter admits a program's key too, as long as it is good.
create or replace function house.enter(shop uuid, kind text, ticket uuid) returns boolean
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
    when 'key' then exists (select 1 from shop.api_key k where k.shop_id = shop and k.id = ticket
                             and k.revoked_at is null and (k.expires_at is null or k.expires_at > now()))
    else false end;
  if admitted then
    perform set_config('app.shop', shop::text, true);
  end if;
  return admitted;
end $$;
-- +goose StatementEnd
reset role;
revoke create on schema house from switchboard_definer;

-- +goose Down
grant create on schema house to switchboard_definer;
set role switchboard_definer;
-- +goose StatementBegin
create or replace function house.enter(shop uuid, kind text, ticket uuid) returns boolean
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
reset role;
revoke create on schema house from switchboard_definer;
drop table shop.api_key;
