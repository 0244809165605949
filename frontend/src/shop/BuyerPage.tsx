import { Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { clock, phone } from '../ui/format';
import { Empty, Panel } from '../ui/Panel';
import { useFormat, useNow } from '../ui/person';
import { BuyerForm } from './BuyerForm';
import { BuyerTroubles } from './BuyerTroubles';
import type { BuyerWhole } from './buyers';
import { CautionTag, Share } from './Caution';
import { Consents } from './Consents';
import call from './call.module.css';
import { useShopName } from './data';
import css from './shop.module.css';

/** One buyer: the card, what there was, what they agreed to. */
export function BuyerPage() {
  const { buyer: id } = useParams({ from: '/inside/s/$shop/buyers/$buyer' });
  const buyer = api.useQuery('get', '/buyers/{id}', { params: { path: { id }, query: { shop: useShopName() } } });
  return (
    <Panel query={buyer} rows={8}>
      {(b) => <Body buyer={b} />}
    </Panel>
  );
}

function Body({ buyer }: { buyer: BuyerWhole }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const name = buyer.name || phone(buyer.phones[0] ?? '');
  return (
    <>
      <title>{t('buyers.onePage', { name })}</title>
      <header>
        <p className={call.crumbs}>
          <Link to="/s/$shop/buyers" params={{ shop }}>
            {t('buyers.title')}
          </Link>{' '}
          / {name}
        </p>
        <div className={call.title}>
          <h1>{name}</h1>
          <Button
            size="xs"
            variant="default"
            component="a"
            href={`/api/v1/buyers/${buyer.id}/export?shop=${shop}`}
            download={`buyer-${buyer.id}.json`}
          >
            {t('buyers.export')}
          </Button>
        </div>
        <div className={call.tags}>
          <CautionTag buyer={buyer} />
          {buyer.blocked_reason && <span>{buyer.blocked_reason}</span>}
          <span>
            {t('buyers.buyout')}: <Share buyer={buyer} />
          </span>
        </div>
      </header>
      <div className={css.two}>
        <div className={css.stack}>
          <BuyerForm key={buyer.updated_at} buyer={buyer} />
          <Past buyer={buyer} />
        </div>
        <div className={css.stack}>
          <Consents buyer={buyer} />
          <BuyerTroubles buyer={buyer} />
        </div>
      </div>
    </>
  );
}

function Past({ buyer }: { buyer: BuyerWhole }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const shop = useShopName();
  const orders = buyer.recent_orders.map((o) => ({
    at: o.created_at,
    id: o.id,
    what: (
      <Link to="/s/$shop/orders/$order" params={{ shop, order: o.id }}>
        {t('orders.name', { no: f.number(o.no) })}
      </Link>
    ),
    note: f.money({ amount: o.total_minor, scale: 2, currency: o.currency }),
  }));
  const calls = buyer.recent_calls.map((c) => ({
    at: c.started_at,
    id: c.id,
    what: (
      <Link to="/s/$shop/calls/$call" params={{ shop, call: String(c.no) }}>
        {t('call.no', { no: c.no })}
      </Link>
    ),
    note: clock(c.talk_s),
  }));
  const past = [...orders, ...calls].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return (
    <section className={css.card} aria-label={t('buyers.past')}>
      <h2>{t('buyers.past')}</h2>
      {past.length === 0 ? (
        <Empty title={t('buyers.pastNone')}>{t('buyers.pastNoneText')}</Empty>
      ) : (
        <ul className={css.list}>
          {past.map((p) => (
            <li key={p.id}>
              <time dateTime={p.at} title={f.full(p.at)} style={{ minWidth: 110 }}>
                {f.instant(p.at, now)}
              </time>
              <div>{p.what}</div>
              <span>{p.note}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
