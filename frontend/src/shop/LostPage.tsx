import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { clock, dayOf, phone } from '../ui/format';
import { Empty, Panel } from '../ui/Panel';
import { useFormat, useNow, Zone } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { Num, StateTag } from '../ui/ui';
import { Due } from './Attention';
import { type LostCall, useLost, useShopName } from './data';
import { DayFilter } from './Filters';
import { type Days, readDays } from './filters';
import { More } from './More';
import css from './shop.module.css';

/** Calls that nobody took: why, who calls back, and until when. */
export function LostPage() {
  const { t } = useTranslation();
  const zone = useContext(Zone);
  const days = useSearch({ from: '/inside/s/$shop/lost' });
  const go = useNavigate({ from: '/s/$shop/lost' });
  const lost = useLost();
  const columns = useColumns();
  const within = (l: LostCall) => inDays(dayOf(l.lost_at, zone), days);
  return (
    <>
      <title>{t('lost.page')}</title>
      <div className={css.title}>
        <h1>{t('lost.title')}</h1>
      </div>
      <div className={css.bar}>
        <DayFilter days={days} change={(d) => go({ search: readDays(d) })} />
      </div>
      <section className={css.card} aria-label={t('lost.title')}>
        <Panel query={lost} rows={6}>
          {(data) => {
            const rows = data.pages.flatMap((p) => p.items ?? []).filter(within);
            return (
              <>
                {rows.length === 0 ? (
                  <Empty title={t('lost.none')}>{t('lost.noneText')}</Empty>
                ) : (
                  <Table label={t('lost.title')} columns={columns} rows={rows} rowKey={(l) => l.id} />
                )}
                {(rows.length > 0 || lost.hasNextPage) && <More shown={rows.length} query={lost} />}
              </>
            );
          }}
        </Panel>
      </section>
    </>
  );
}

const inDays = (day: string, { from, to }: Days) => (!from || day >= from) && (!to || day <= to);

function useColumns(): Column<LostCall>[] {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const shop = useShopName();
  return [
    {
      id: 'from',
      head: t('call.buyer'),
      place: 'tl',
      cell: (l) => (
        <Link to="/s/$shop/calls/$call" params={{ shop, call: l.call_id }}>
          {l.from ? phone(l.from) : t('call.withheld')}
        </Link>
      ),
    },
    {
      id: 'at',
      head: t('call.when'),
      place: 'bl',
      cell: (l) => (
        <time dateTime={l.lost_at} title={f.full(l.lost_at)}>
          <Num>{f.instant(l.lost_at, now)}</Num>
        </time>
      ),
    },
    { id: 'reason', head: t('lost.reason'), place: 'wide', cell: (l) => l.words },
    { id: 'waited', head: t('lost.waited'), right: true, cell: (l) => clock(l.waited_s) },
    { id: 'owner', head: t('lost.owner'), cell: (l) => <Owner lost={l} /> },
    { id: 'state', head: t('lost.callback'), place: 'tr', cell: (l) => <CallbackTag lost={l} /> },
    {
      id: 'due',
      head: t('lost.due'),
      right: true,
      place: 'br',
      cell: (l) =>
        l.callback && l.callback.state !== 'done' && l.callback.state !== 'cancelled' ? <Due due={l.callback.due_at} now={now} /> : '–',
    },
    { id: 'act', head: t('lost.act'), cell: (l) => <Act lost={l} /> },
  ];
}

const tones = { open: 'lost', claimed: 'offered', done: 'ready', cancelled: 'paused' } as const;

function CallbackTag({ lost }: { lost: LostCall }) {
  const { t } = useTranslation();
  const state = lost.callback?.state;
  if (!state) return <span className={css.quiet}>{t('lost.noNumber')}</span>;
  return <StateTag state={tones[state]}>{t(`task.${state}`)}</StateTag>;
}

/** Who answers for the call back: a person who took it, else the unit. */
function Owner({ lost }: { lost: LostCall }) {
  const { t } = useTranslation();
  const members = api.useQuery('get', '/members', { params: { query: { shop: useShopName() } } }, { staleTime: 300_000 }).data?.items ?? [];
  const by = lost.callback?.claimed_by;
  const [unit, name] = lost.owner.split(':');
  const member = members.find((m) => m.account_id === by || (unit === 'member' && m.id === name));
  if (member) return member.name;
  return unit === 'pool' ? t('lost.pool', { name: name ?? '' }) : t('lost.operator');
}

function Act({ lost }: { lost: LostCall }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const shop = useShopName();
  const { account } = useRouteContext({ from: '/inside' });
  const after = { onSettled: () => queries.invalidateQueries() };
  const claim = api.useMutation('post', '/tasks/{id}/claim', after);
  const done = api.useMutation('post', '/tasks/{id}/done', after);
  const params = { path: { id: lost.task_id ?? '' }, query: { shop } };
  if (!lost.task_id) return null;
  if (lost.callback?.state === 'open')
    return (
      <Button size="compact-xs" variant="default" loading={claim.isPending} onClick={() => claim.mutate({ params })}>
        {t('lost.claim')}
      </Button>
    );
  if (lost.callback?.state === 'claimed' && lost.callback.claimed_by === account.id)
    return (
      <Button size="compact-xs" variant="default" loading={done.isPending} onClick={() => done.mutate({ params, body: {} })}>
        {t('lost.done')}
      </Button>
    );
  return null;
}
