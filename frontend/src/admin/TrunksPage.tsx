import { Button, Modal } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX, IconDroplet } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, client } from '../api/client';
import { Empty, Panel } from '../ui/Panel';
import { localeOf, useFormat } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { say } from '../ui/toast';
import { Num } from '../ui/ui';
import { TrunkForm } from './TrunkForm';
import { type Look, look, type Shop, type Trunk } from './trunks';
import css from './trunks.module.css';

const every = 3000; // ms: as often as the telephony processes write down what they see

type Ask = { do: 'edit'; trunk: Trunk } | { do: 'drain' | 'delete'; trunk: Trunk } | { do: 'add' };

/** The platform's carriers: how they are, what is set about them. */
export function TrunksPage() {
  const { t, i18n } = useTranslation();
  const trunks = api.useQuery('get', '/trunks', {}, { refetchInterval: every });
  const shops = api.useQuery('get', '/shops', { params: { query: { limit: 200 } } });
  const [ask, setAsk] = useState<Ask>();
  const names: Shop[] = (shops.data?.items ?? []).map((s) => ({
    id: s.id,
    name: localeOf(i18n.language) === 'ru' ? s.name_ru : s.name_en,
  }));
  const done = (words: string) => {
    say(words);
    setAsk(undefined);
    void trunks.refetch();
  };
  const turn = async (trunk: Trunk, verb: 'drain' | 'resume' | 'delete') => {
    const params = { params: { path: { id: trunk.id } } };
    const answer = verb === 'delete' ? await client.DELETE('/trunks/{id}', params) : await client.POST(`/trunks/{id}/${verb}`, params);
    const words = { drain: 'trunks.drained', resume: 'trunks.resumed', delete: 'trunks.removed' } as const;
    done(answer.error ? t('trunks.failed') : t(words[verb], { name: trunk.name }));
  };
  return (
    <main className={css.page}>
      <title>{t('trunks.page')}</title>
      <div className={css.head}>
        <div>
          <h1>{t('trunks.title')}</h1>
          <p>{t('trunks.lead')}</p>
        </div>
        <Button onClick={() => setAsk({ do: 'add' })}>{t('trunks.add')}</Button>
      </div>
      <Panel query={trunks} rows={4}>
        {(d) =>
          (d.items ?? []).length === 0 ? (
            <Empty title={t('trunks.none')}>{t('trunks.noneText')}</Empty>
          ) : (
            <div className={css.wide}>
              <Rows trunks={d.items ?? []} shops={names} ask={setAsk} resume={(x) => void turn(x, 'resume')} />
            </div>
          )
        }
      </Panel>
      <p className={css.back}>
        <Link to="/admin/shops">{t('shops.title')}</Link>
      </p>
      {ask && (ask.do === 'add' || ask.do === 'edit') && (
        <TrunkForm
          trunk={ask.do === 'edit' ? ask.trunk : undefined}
          shops={names}
          close={() => setAsk(undefined)}
          saved={(name) => done(t('trunks.saved', { name }))}
        />
      )}
      {ask && (ask.do === 'drain' || ask.do === 'delete') && (
        <Sure ask={ask.do} name={ask.trunk.name} close={() => setAsk(undefined)} go={() => void turn(ask.trunk, ask.do)} />
      )}
    </main>
  );
}

function Sure({ ask, name, close, go }: { ask: 'drain' | 'delete'; name: string; close: () => void; go: () => void }) {
  const { t } = useTranslation();
  const draining = ask === 'drain';
  return (
    <Modal
      opened
      onClose={close}
      centered
      title={t(draining ? 'trunks.sureDrain' : 'trunks.sure', { name })}
      closeButtonProps={{ 'aria-label': t('frame.close') }}
    >
      <p className={css.sure}>{t(draining ? 'trunks.sureDrainText' : 'trunks.sureText')}</p>
      <div className={css.verbs}>
        <Button variant="default" onClick={close} data-autofocus>
          {t('trunks.keep')}
        </Button>
        <Button color={draining ? undefined : 'red'} onClick={go}>
          {t(draining ? 'trunks.drain' : 'trunks.remove')}
        </Button>
      </div>
    </Modal>
  );
}

type RowsProps = { trunks: readonly Trunk[]; shops: readonly Shop[]; ask: (a: Ask) => void; resume: (t: Trunk) => void };

function Rows({ trunks, shops, ask, resume }: RowsProps) {
  const { t } = useTranslation();
  const f = useFormat();
  const capped = (n: number, most: number | undefined) => <Num>{most ? t('trunks.of', { n, most }) : n}</Num>;
  const words = (trouble: string) => {
    if (trouble === 'no answer to pings') return t('trunks.said.pings');
    if (trouble === 'no answer to REGISTER') return t('trunks.said.register');
    return trouble || t('trunks.never');
  };
  const under = (x: Trunk) => {
    const shop = shops.find((s) => s.id === x.shop_id);
    return shop ? t('trunks.own', { shop: shop.name }) : x.outbound;
  };
  const columns: Column<Trunk>[] = [
    {
      id: 'name',
      head: t('trunks.head.name'),
      cell: (x) => (
        <span className={css.name}>
          <b>{x.name}</b>
          <small>{under(x)}</small>
        </span>
      ),
      place: 'tl',
    },
    { id: 'health', head: t('trunks.head.health'), cell: (x) => <Health look={look(x)} />, place: 'tr' },
    { id: 'registration', head: t('trunks.head.registration'), cell: (x) => <Registration look={look(x)} />, place: 'bl' },
    { id: 'calls', head: t('trunks.head.calls'), cell: (x) => capped(look(x).calls, x.max_calls), right: true, place: 'br' },
    { id: 'cps', head: t('trunks.head.cps'), cell: (x) => capped(look(x).cps, x.max_cps), right: true },
    {
      id: 'trouble',
      head: t('trunks.head.trouble'),
      cell: (x) => {
        const l = look(x);
        return (
          <span className={css.trouble}>
            {words(l.trouble)}
            {l.troubleAt && <small>{f.instant(l.troubleAt, Date.now())}</small>}
          </span>
        );
      },
    },
    {
      id: 'verbs',
      head: t('trunks.head.verbs'),
      right: true,
      cell: (x) => (
        <span className={css.verbs}>
          <Button variant="default" size="compact-sm" onClick={() => ask({ do: 'edit', trunk: x })}>
            {t('trunks.edit')}
          </Button>
          <Button variant="default" size="compact-sm" onClick={() => (x.state === 'open' ? ask({ do: 'drain', trunk: x }) : resume(x))}>
            {t(x.state === 'open' ? 'trunks.drain' : 'trunks.resume')}
          </Button>
          <Button variant="subtle" color="red" size="compact-sm" onClick={() => ask({ do: 'delete', trunk: x })}>
            {t('trunks.remove')}
          </Button>
        </span>
      ),
      place: 'wide',
    },
  ];
  return <Table label={t('trunks.title')} columns={columns} rows={trunks} rowKey={(x) => x.id} keyed={false} />;
}

const glyphs = {
  up: IconCircleCheck,
  degraded: IconAlertTriangle,
  down: IconCircleX,
  unknown: IconCircleDashed,
  off: IconCircleX,
  draining: IconDroplet,
  unseen: IconCircleDashed,
} as const;

function Health({ look: l }: { look: Look }) {
  const { t } = useTranslation();
  const Glyph = glyphs[l.health];
  return (
    <span className={css.health} data-health={l.health}>
      <Glyph size={16} aria-hidden />
      {t(`trunks.health.${l.health}`)}
      {l.rtt > 0 && <small>{t('trunks.ms', { ms: l.rtt })}</small>}
    </span>
  );
}

function Registration({ look: l }: { look: Look }) {
  const { t } = useTranslation();
  const as = { none: 'unknown', trying: 'degraded', registered: 'up', refused: 'down' } as const;
  const Glyph = glyphs[as[l.registration]];
  return (
    <span className={css.health} data-health={l.registration === 'none' ? undefined : as[l.registration]}>
      {l.registration !== 'none' && <Glyph size={16} aria-hidden />}
      {t(`trunks.registration.${l.registration}`)}
    </span>
  );
}
