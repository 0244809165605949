import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/person';
import { Num } from '../ui/ui';
import css from './call.module.css';
import type { Order } from './data';

/** What was bought: the lines add up to the total. */
export function OrderLines({ order }: { order: Order }) {
  const { t } = useTranslation();
  const f = useFormat();
  const money = (amount: number) => <Num>{f.money({ amount, scale: 2, currency: order.currency })}</Num>;
  return (
    <table className={css.charge}>
      <caption className={css.hidden}>{t('orders.items')}</caption>
      <tbody>
        {(order.items ?? []).map((i) => (
          <tr key={i.item_id}>
            <td>
              {i.name}
              <small>
                {t('orders.each', {
                  count: i.quantity,
                  price: f.money({ amount: i.price_minor, scale: 2, currency: order.currency }),
                  sku: i.sku,
                })}
              </small>
            </td>
            <td>{money(i.sum_minor)}</td>
          </tr>
        ))}
        <tr>
          <td>{t('orders.delivery')}</td>
          <td>{money(order.delivery_minor)}</td>
        </tr>
      </tbody>
      <tfoot>
        <tr>
          <td>{t('orders.total')}</td>
          <td>{money(order.total_minor)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
