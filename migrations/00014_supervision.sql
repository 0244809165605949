-- +goose Up
-- Whether those in a call are told that a supervisor listens: by a tone, and on
-- the operator's screen. A whisper tells of itself either way.
alter table house.shop add supervision text not null default 'announced' check (supervision in ('announced', 'silent'));

-- The telephone of a supervisor who does not listen in the browser.
create table house.supervisor_phone (
  account_id uuid primary key references house.account,
  sip_user   text unique,                 -- of a phone that registers
  sip_ha1    text,                        -- MD5(user:realm:password), RFC 7616
  sip_uri    text,                        -- a fixed address, called instead of a registration
  check ((sip_user is null) = (sip_ha1 is null)),
  check (sip_user is not null or sip_uri is not null)
);
call house.announce('house.supervisor_phone');
call house.announce('house.staff');
grant select, insert, update, delete on house.supervisor_phone to switchboard_across;

alter table house.dialog drop constraint dialog_side_check;
alter table house.dialog add constraint dialog_side_check check (side in ('buyer', 'operator', 'third', 'supervisor'));

-- +goose Down
delete from house.dialog where side = 'supervisor'; -- the constraint stays as wide as it is
drop trigger announce on house.staff;
drop table house.supervisor_phone;
alter table house.shop drop supervision;
