import { Link, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { phone } from '../ui/format';
import { Panel } from '../ui/Panel';
import { useFormat, useNow } from '../ui/person';
import { Num } from '../ui/ui';
import call from './call.module.css';
import { type Order, useShopName } from './data';
import { OrderLines } from './OrderLines';
import { SnapshotNote } from './SnapshotNote';
import css from './shop.module.css';
import { OrderTag } from './states';

export function OrderPage() {
  const { order: id } = useParams({ from: '/inside/s/$shop/orders/$order' });
  const order = api.useQuery('get', '/orders/{id}', { params: { path: { id }, query: { shop: useShopName() } } });
  return (
    <Panel query={order} rows={8}>
      {(o) => <Body order={o} />}
    </Panel>
  );
}

function Body({ order }: { order: Order }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const shop = useShopName();
  const name = t('orders.name', { no: f.number(order.no) });
  return (
    <>
      <title>{t('orders.onePage', { no: order.no })}</title>
      <header>
        <p className={call.crumbs}>
          <Link to="/s/$shop/orders" params={{ shop }}>
            {t('orders.title')}
          </Link>{' '}
          / {name}
        </p>
        <div className={call.title}>
          <h1>{name}</h1>
        </div>
        <div className={call.tags}>
          <OrderTag status={order.status} />
          <time dateTime={order.created_at} title={f.full(order.created_at)}>
            {f.instant(order.created_at, now)}
          </time>
          {order.call_id && (
            <Link to="/s/$shop/calls/$call" params={{ shop, call: order.call_id }}>
              {t('orders.ofCall')}
            </Link>
          )}
        </div>
      </header>
      <div className={css.two}>
        <section className={call.card}>
          <h2>{t('orders.items')}</h2>
          <OrderLines order={order} />
          <SnapshotNote id={order.snapshot_id} at={order.created_at} />
        </section>
        <section className={call.card}>
          <h2>{t('orders.contact')}</h2>
          {order.contact ? <Contact contact={order.contact} /> : <p className={call.said}>{t('orders.contactHidden')}</p>}
        </section>
      </div>
    </>
  );
}

function Contact({ contact }: { contact: NonNullable<Order['contact']> }) {
  const { t } = useTranslation();
  const rows = [
    { id: 'name', value: contact.name },
    { id: 'phone', value: contact.phone && <Num>{phone(contact.phone)}</Num> },
    { id: 'address', value: contact.address },
    { id: 'entrance', value: contact.entrance },
    { id: 'deliver', value: contact.deliver },
    { id: 'comment', value: contact.comment },
  ] as const;
  return (
    <dl className={css.facts}>
      {rows.filter((r) => r.value).map((r) => [<dt key={r.id}>{t(`contact.${r.id}`)}</dt>, <dd key={`${r.id}-value`}>{r.value}</dd>])}
    </dl>
  );
}
