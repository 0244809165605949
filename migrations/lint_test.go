package migrations_test

import (
	"testing"

	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// rules each select what breaks them, as one text column. All answer nothing.
var rules = map[string]string{
	"a table lives in shop or house": `
		select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		 where c.relkind in ('r', 'p', 'm', 'f') and n.nspname not in ('shop', 'house', 'pg_catalog', 'information_schema')
		   and n.nspname not like 'pg_toast%' and n.nspname not like 'pg_temp%'`,
	"a table of shop has shop_id, not null, by default the transaction's": `
		select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		 where n.nspname = 'shop' and c.relkind in ('r', 'p') and not exists (
		   select 1 from pg_attribute a join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
		    where a.attrelid = c.oid and a.attname = 'shop_id' and a.attnotnull and a.atttypid = 'uuid'::regtype
		      and pg_get_expr(d.adbin, d.adrelid) = 'house.app_shop()')`,
	"what has a shop_id has row security, forced": `
		select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'shop_id' and not a.attisdropped
		 where c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)`,
	"house.shop has row security, forced": `
		select oid::regclass::text from pg_class where oid = 'house.shop'::regclass and not (relrowsecurity and relforcerowsecurity)`,
	"the application's policy is the shop's, in both directions": `
		select p.polrelid::regclass || ' ' || p.polname from pg_policy p
		 where 'switchboard_app'::regrole = any (p.polroles)
		   and (pg_get_expr(p.polqual, p.polrelid) not in ('(shop_id = house.app_shop())', '(id = house.app_shop())')
		     or pg_get_expr(p.polwithcheck, p.polrelid) is distinct from pg_get_expr(p.polqual, p.polrelid)
		     or (pg_get_expr(p.polqual, p.polrelid) like '(id%' and p.polrelid <> 'house.shop'::regclass))`,
	"no policy is for everyone": `
		select polrelid::regclass || ' ' || polname from pg_policy where 0 = any (polroles)`,
	"what the application may touch in house without a shop is read-only plans": `
		select c.oid::regclass || ' ' || p from pg_class c join pg_namespace n on n.oid = c.relnamespace,
		  unnest(array['select', 'insert', 'update', 'delete', 'truncate']) p
		 where n.nspname = 'house' and c.relkind in ('r', 'p') and has_table_privilege('switchboard_app', c.oid, p)
		   and not c.relrowsecurity and not (p = 'select' and c.relname in ('plan', 'tariff_version'))`,
	"nobody of ours may truncate": `
		select c.oid::regclass || ' ' || r from pg_class c join pg_namespace n on n.oid = c.relnamespace,
		  unnest(array['switchboard_app', 'switchboard_across', 'switchboard_definer']) r
		 where n.nspname in ('shop', 'house') and c.relkind in ('r', 'p') and has_table_privilege(r, c.oid, 'truncate')`,
	"a primary key of shop begins with shop_id": `
		select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		 where n.nspname = 'shop' and c.relkind in ('r', 'p') and not exists (
		   select 1 from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
		    where i.indrelid = c.oid and i.indisprimary and a.attname = 'shop_id')`,
	"a unique key of shop has shop_id": `
		select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
		 where n.nspname = 'shop' and i.indisunique and not exists (
		   select 1 from pg_attribute a where a.attrelid = c.oid and a.attnum = any (i.indkey) and a.attname = 'shop_id')`,
	"a foreign key between tables of shop has shop_id on both sides": `
		select k.conname || ' of ' || k.conrelid::regclass from pg_constraint k
		  join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
		  join pg_class f on f.oid = k.confrelid join pg_namespace fn on fn.oid = f.relnamespace
		 where k.contype = 'f' and n.nspname = 'shop' and fn.nspname = 'shop' and not exists (
		   select 1 from generate_subscripts(k.conkey, 1) i
		     join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[i] and a.attname = 'shop_id'
		     join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[i] and b.attname = 'shop_id')`,
	"nothing belongs to a superuser or to a login of the server": `
		select c.oid::regclass || ' of ' || r.rolname from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
		 where n.nspname in ('shop', 'house') and r.rolname <> 'switchboard_owner'`,
	"a function that runs as its owner has a fixed path and a powerless owner": `
		select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner
		 where n.nspname in ('shop', 'house') and p.prosecdef
		   and (r.rolname <> 'switchboard_definer' or r.rolsuper or r.rolbypassrls or not exists (
		     select 1 from unnest(p.proconfig) s where s like 'search_path=%'))`,
	"a function that runs as its owner is not for everyone": `
		select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		 where n.nspname in ('shop', 'house') and p.prosecdef and has_function_privilege('public', p.oid, 'execute')`,
	"a view asks as its reader": `
		select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		 where n.nspname in ('shop', 'house') and (c.relkind = 'm' or c.relkind = 'v' and not coalesce(c.reloptions, '{}') @> '{security_invoker=true}')`,
	"no role of ours is above the walls": `
		select rolname::text from pg_roles where rolname like 'switchboard%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`,
	"the application cannot become another": `
		select r.rolname::text from pg_roles r where r.rolname <> 'switchboard_app' and r.rolname not like 'pg\_%'
		   and pg_has_role('switchboard_app', r.oid, 'member')`,
	"a partition is reached through its parent only": `
		select c.oid::regclass || ' ' || r from pg_class c, unnest(array['switchboard_app', 'switchboard_across']) r
		 where c.relispartition and c.relkind = 'r' and has_table_privilege(r, c.oid, 'select, insert, update, delete')`,
	"what is journalled, charged or audited is append-only": `
		select t from unnest(array['house.event', 'house.audit', 'house.tariff_version', 'shop.call_event', 'shop.call_leg', 'shop.charge',
		  'shop.transfer', 'shop.bundle_use', 'shop.script_version', 'shop.menu_version']) t
		 where not exists (select 1 from pg_trigger g where g.tgrelid = t::regclass and g.tgname = 'append_only')`,
}

func TestTheCatalogueKeepsItsRules(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	for rule, query := range rules {
		broken := tenanttest.One[[]string](t, w, "select coalesce(array_agg(x), '{}') from ("+query+") as q(x)")
		for _, b := range broken {
			t.Errorf("%s, but not %s", rule, b)
		}
	}
}

// Each rule must be able to find something: here is a schema that breaks many.
func TestTheRulesFindWhatBreaksThem(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	for _, tc := range []struct{ rule, harm string }{
		{"a table lives in shop or house", "create table public.stray (id int)"},
		{"a table of shop has shop_id, not null, by default the transaction's", "create table shop.stray (shop_id uuid)"},
		{"what has a shop_id has row security, forced", "create table house.stray (shop_id uuid)"},
		{"a primary key of shop begins with shop_id", "create table shop.keyless (id uuid primary key)"},
		{"a unique key of shop has shop_id", "create unique index stray_key on shop.buyer (phone)"},
		{"a foreign key between tables of shop has shop_id on both sides", "create table shop.loose (call_id uuid); alter table shop.call add unique (id); alter table shop.loose add foreign key (call_id) references shop.call (id)"},
		{"a view asks as its reader", "create view shop.peek as select * from shop.call"},
		{"a function that runs as its owner has a fixed path and a powerless owner", "create function shop.peek() returns int language sql security definer as 'select 1'"},
		{"the application's policy is the shop's, in both directions", "create policy wide on shop.call to switchboard_app using (true)"},
		{"what the application may touch in house without a shop is read-only plans", "grant select on house.account to switchboard_app"},
	} {
		query, ok := rules[tc.rule]
		if !ok {
			t.Fatalf("no rule %q", tc.rule)
		}
		w.Admin(t, tc.harm)
		if n := tenanttest.One[int](t, w, "select count(*) from ("+query+") as q(x)"); n == 0 {
			t.Errorf("after %q the rule %q finds nothing", tc.harm, tc.rule)
		}
	}
}
