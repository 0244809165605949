import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { clock } from '../ui/format';
import { Panel } from '../ui/Panel';
import { useFormat } from '../ui/person';
import { Key, Label } from '../ui/ui';
import { useBuyer, useInHand } from './call';
import css from './desk.module.css';
import { keys } from './keymap';

type Buyer = Schemas['BuyerCard'];

/** Who speaks: what to be careful of, what is known, what was before; and the frequent questions. */
export function BuyerColumn() {
  const { t } = useTranslation();
  const { call } = useInHand();
  const buyer = useBuyer(call);
  return (
    <aside className={css.buyer} aria-label={t('desk.buyer.label')}>
      <Panel query={buyer} rows={5}>
        {(b) => (
          <>
            <Caution buyer={b} />
            <Warning buyer={b} />
            <Facts buyer={b} />
            <History buyer={b} />
          </>
        )}
      </Panel>
      <Cribs />
    </aside>
  );
}

/** The blacklist, or what was sent and not taken: it stands before all else. */
function Caution({ buyer }: { buyer: Buyer }) {
  const { t } = useTranslation();
  if (buyer.caution === '') return null;
  const taken = t('desk.buyer.refuses', { redeemed: buyer.redeemed, sent: buyer.redeemed + buyer.refused });
  return (
    <div className={css.warning} role="note">
      <IconAlertTriangle size={16} aria-hidden />
      <div>
        <b>{buyer.caution === 'blocked' ? t('desk.buyer.blocked') : taken}</b>
        <p>{buyer.caution === 'blocked' ? buyer.caution_reason : t('desk.buyer.refusesText')}</p>
      </div>
    </div>
  );
}

function Warning({ buyer }: { buyer: Buyer }) {
  const { t } = useTranslation();
  const f = useFormat();
  const task = buyer.open_tasks[0];
  if (!task && buyer.lost === 0) return null;
  return (
    <div className={css.warning} role="note">
      <IconAlertTriangle size={16} aria-hidden />
      <div>
        <b>{task ? t(task.overdue ? 'desk.buyer.owedLate' : 'desk.buyer.owed') : t('desk.buyer.lost', { count: buyer.lost })}</b>
        <p>{task ? [f.instant(task.due_at, Date.now()), task.subject].filter(Boolean).join(' · ') : t('desk.buyer.lostText')}</p>
      </div>
    </div>
  );
}

function Facts({ buyer }: { buyer: Buyer }) {
  const { t } = useTranslation();
  const rows = [
    [t('desk.buyer.calls'), t('desk.buyer.callsOf', { count: buyer.calls })],
    [t('desk.buyer.orders'), buyer.orders > 0 ? t('desk.buyer.ordersOf', { count: buyer.orders }) : t('desk.buyer.noOrders')],
    [t('contact.address'), buyer.buyer?.address],
    [t('buyers.segments'), buyer.buyer?.segments.join(', ')],
    [t('desk.buyer.note'), buyer.buyer?.note],
  ] as const;
  return (
    <dl className={css.facts}>
      {rows.map(
        ([what, value]) =>
          value && (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

type Past = { at: string; what: string; note: string; bad: boolean };

function usePast(buyer: Buyer): Past[] {
  const { t } = useTranslation();
  const f = useFormat();
  const calls = buyer.recent_calls.map((c): Past => {
    const said = c.disposition ? t(`desk.outcome.${c.disposition}`) : c.outcome ? t(`outcome.${c.outcome}`) : '';
    return {
      at: c.started_at,
      what: t('desk.buyer.call', { length: clock(c.talk_s) }),
      note: [said, c.mine && t('desk.buyer.mine')].filter(Boolean).join(' · '),
      bad: c.outcome === 'abandoned',
    };
  });
  const orders = buyer.recent_orders
    .filter((o) => !o.of_this_call)
    .map((o): Past => {
      const sum = f.money({ amount: o.total_minor, scale: 2, currency: o.currency }, true);
      return {
        at: o.created_at,
        what: t('orders.name', { no: o.no }),
        note: `${sum} · ${t(`order.${o.status}`).toLowerCase()}`,
        bad: o.status === 'cancelled',
      };
    });
  return [...calls, ...orders].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, 12);
}

function History({ buyer }: { buyer: Buyer }) {
  const { t } = useTranslation();
  const f = useFormat();
  const past = usePast(buyer);
  return (
    <>
      <Label>{t('desk.buyer.history')}</Label>
      {past.length === 0 ? (
        <p className={css.small}>{t('desk.buyer.first')}</p>
      ) : (
        <ol className={css.history}>
          {past.map((h) => (
            <li key={h.at + h.what} data-bad={h.bad || undefined}>
              <time dateTime={h.at} title={f.full(h.at)}>
                {f.date(h.at)}
              </time>
              <div>
                <b>{h.what}</b>
                <p>{h.note}</p>
              </div>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

/** Frequent questions, open at every step. */
function Cribs() {
  const { t } = useTranslation();
  const { walk, cards, over } = useInHand();
  if (!walk || walk.cards.length === 0) return null;
  return (
    <section className={css.cribs} aria-label={t('desk.cards.label')}>
      <div className={css.row}>
        <Label>{t(cards.choosing ? 'desk.cards.which' : 'desk.cards.label')}</Label>
        {!over && <Key>{keys.cards}</Key>}
      </div>
      {walk.cards.map((c, i) => (
        <button key={c.id} type="button" className={css.crib} aria-expanded={cards.open?.id === c.id} onClick={() => cards.toggle(c)}>
          {cards.choosing && <Key>{i + 1}</Key>}
          {c.question}
        </button>
      ))}
    </section>
  );
}
