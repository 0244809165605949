-- Makes the logins and the empty database of Switchboard; run it with psql as a
-- superuser, before `switchboard migrate`. It is safe to repeat, and sets the
-- passwords each time. The passwords come from the environment:
--   OWNER_PASSWORD=... APP_PASSWORD=... ACROSS_PASSWORD=... psql -f deploy/postgres/roles.sql
-- The demo and the tests do the same by migrations.Provision.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
\getenv across_password ACROSS_PASSWORD

select format('create role %I', name)
  from (values ('switchboard_owner'), ('switchboard_app'), ('switchboard_across'), ('switchboard_definer')) wanted (name)
 where not exists (select from pg_roles where rolname = name)
\gexec

-- Owns the schema; `migrate` and `seed` use it (DATABASE_ADMIN_URL).
alter role switchboard_owner   nosuperuser nobypassrls nocreatedb nocreaterole login noinherit password :'owner_password';
-- Sees one shop at a time (DATABASE_URL).
alter role switchboard_app     nosuperuser nobypassrls nocreatedb nocreaterole login password :'app_password';
-- Sees all shops: the journal, sign-in, jobs (DATABASE_ACROSS_URL).
alter role switchboard_across  nosuperuser nobypassrls nocreatedb nocreaterole login password :'across_password';
-- Owns the fixed functions that look past the row policies; nobody logs in as it.
alter role switchboard_definer nosuperuser nobypassrls nocreatedb nocreaterole nologin;
grant switchboard_definer, switchboard_across, switchboard_app to switchboard_owner;

select 'create database switchboard owner switchboard_owner encoding ''UTF8'' template template0'
 where not exists (select from pg_database where datname = 'switchboard')
\gexec
