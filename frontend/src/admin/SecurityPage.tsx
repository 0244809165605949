import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, client, type Schemas } from '../api/client';
import { Empty, Panel } from '../ui/Panel';
import { useFormat, useNow } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { say } from '../ui/toast';
import { Num } from '../ui/ui';
import { Alerts } from './Alerts';
import css from './security.module.css';

type Security = Schemas['Security'];

/** Who is kept out of the telephones, and what was unusual. */
export function SecurityPage() {
  const { t } = useTranslation();
  const query = api.useQuery('get', '/security', {}, { refetchInterval: 5000 });
  return (
    <main className={css.page}>
      <title>{t('security.page')}</title>
      <p className={css.crumbs}>
        <Link to="/admin/shops">{t('shops.title')}</Link>
      </p>
      <h1>{t('security.title')}</h1>
      <Alerts />
      <Panel query={query} rows={8}>
        {(s) => (
          <>
            <Refused s={s} />
            <Bans s={s} />
            <Locks s={s} />
          </>
        )}
      </Panel>
    </main>
  );
}

function Refused({ s }: { s: Security }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const since = (s.nodes ?? []).map((n) => n.since).sort()[0];
  return (
    <section className={css.card}>
      <h2>{t('security.refused', { at: since ? f.instant(since, now) : '' })}</h2>
      <dl className={css.counts}>
        {(s.refused ?? []).map((r) => (
          <div key={r.why}>
            <dt>{t(`security.refusal.${r.why}`)}</dt>
            <dd>
              <Num>{f.number(r.times)}</Num>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

type Ban = NonNullable<Security['bans']>[number];
type Lock = NonNullable<Security['locks']>[number];

function Bans({ s }: { s: Security }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const columns: Column<Ban>[] = [
    { id: 'address', head: t('security.address'), place: 'tl', cell: (b) => <Num>{b.address}</Num> },
    { id: 'why', head: t('security.why'), place: 'bl', cell: (b) => t(`security.offence.${b.why}`) },
    { id: 'until', head: t('security.until'), place: 'tr', cell: (b) => <span title={f.full(b.until)}>{f.instant(b.until, now)}</span> },
    { id: 'offences', head: t('security.offences'), right: true, cell: (b) => <Num>{f.number(b.offences)}</Num> },
    { id: 'pardon', head: '', right: true, place: 'br', cell: (b) => <Pardon address={b.address} /> },
  ];
  return (
    <section className={css.card}>
      <h2>{t('security.bans')}</h2>
      {(s.bans ?? []).length === 0 ? (
        <Empty title={t('security.bansNone')}>{t('security.bansNoneText')}</Empty>
      ) : (
        <Table label={t('security.bans')} columns={columns} rows={s.bans ?? []} rowKey={(b) => `${b.node} ${b.address}`} keyed={false} />
      )}
    </section>
  );
}

function Locks({ s }: { s: Security }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const columns: Column<Lock>[] = [
    { id: 'address', head: t('security.address'), place: 'tl', cell: (l) => <Num>{l.address}</Num> },
    { id: 'user', head: t('security.user'), place: 'bl', cell: (l) => l.user || t('security.anyUser') },
    { id: 'until', head: t('security.until'), place: 'tr', cell: (l) => <span title={f.full(l.until)}>{f.instant(l.until, now)}</span> },
    { id: 'failures', head: t('security.failures'), right: true, cell: (l) => <Num>{f.number(l.failures)}</Num> },
    { id: 'pardon', head: '', right: true, place: 'br', cell: (l) => <Pardon address={l.address} /> },
  ];
  return (
    <section className={css.card}>
      <h2>{t('security.locks')}</h2>
      {(s.locks ?? []).length === 0 ? (
        <Empty title={t('security.locksNone')}>{t('security.locksNoneText')}</Empty>
      ) : (
        <Table
          label={t('security.locks')}
          columns={columns}
          rows={s.locks ?? []}
          rowKey={(l) => `${l.node} ${l.address} ${l.user}`}
          keyed={false}
        />
      )}
    </section>
  );
}

function Pardon({ address }: { address: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { account } = useRouteContext({ from: '/inside' });
  if (!account.staff.includes('admin')) return null;
  const pardon = async () => {
    const { response } = await client.POST('/security/pardon', { body: { address } }).catch(() => ({ response: undefined }));
    await queries.invalidateQueries({ queryKey: ['get', '/security'] });
    say(response?.ok ? t('security.pardoned', { address }) : t('security.unpardoned'));
  };
  return (
    <Button variant="default" size="compact-xs" onClick={pardon}>
      {t('security.pardon')}
    </Button>
  );
}
