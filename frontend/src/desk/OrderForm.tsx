import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { phone as phoneText } from '../ui/format';
import { useFormat } from '../ui/person';
import { Key, Label, Num, StateTag } from '../ui/ui';
import { useInHand } from './call';
import css from './desk.module.css';
import type { Line, TextField } from './draft/fields';
import { useServerNow } from './house';
import { keys } from './keymap';
import { type Asked, quantityOf, totalOf } from './left';
import { SavedAt, Typed } from './Typed';
import { useOrder } from './useOrder';
import { useVerbs } from './verbs';

const goTo = (field: Asked): void => {
  const name = field === 'items' ? 'search' : field;
  document.querySelector<HTMLInputElement>(`[data-field="${name}"]`)?.focus();
};

/** The order as it is agreed: fed by the script and the catalogue, saved as it is typed. */
export function OrderForm() {
  const { t } = useTranslation();
  const { draft, over } = useInHand();
  const order = useOrder();
  const make = async () => {
    const missing = await order.make();
    if (missing) goTo(missing);
  };
  useVerbs({ order: make, form: () => goTo(order.left.find((l) => l !== 'items') ?? 'name') });
  return (
    <section className={css.order} aria-label={t('desk.order.title')}>
      <div className={css.row}>
        <Label>{order.made ? t('orders.name', { no: order.made.no }) : t('desk.order.title')}</Label>
        {order.made ? <StateTag state="ready">{t('desk.order.made')}</StateTag> : <Key>{keys.form}</Key>}
        <span className={css.grow} />
        {!order.made && <SavedAt />}
      </div>
      <Lines flaws={order.flaws} />
      {!order.made && <Contact order={order} />}
      <div className={css.total}>
        <div>
          <Label>{t('orders.total')}</Label>
          <Total made={order.made} mine={totalOf(draft.mine)} currency={draft.mine.items[0]?.currency} />
        </div>
        {!order.made && (
          <Button
            variant={over ? 'default' : 'filled'}
            size="md"
            onClick={make}
            loading={order.busy}
            aria-keyshortcuts="Control+Enter"
            rightSection={<Key>{keys.order}</Key>}
          >
            {t('desk.order.make')}
          </Button>
        )}
      </div>
      <Left order={order} />
    </section>
  );
}

function Total({
  made,
  mine,
  currency = 'RUB',
}: {
  made: { total_minor: number; currency: string } | undefined;
  mine: number;
  currency?: string | undefined;
}) {
  const f = useFormat();
  const money = made ? { amount: made.total_minor, scale: 2, currency: made.currency } : { amount: mine, scale: 2, currency };
  return (
    <strong>
      <Num>{f.money(money, true)}</Num>
    </strong>
  );
}

type Order = ReturnType<typeof useOrder>;

function Left({ order }: { order: Order }) {
  const { t } = useTranslation();
  if (order.trouble)
    return (
      <p className={css.error} role="alert">
        {t(`desk.order.trouble.${order.trouble}`)}
      </p>
    );
  const general = [...order.flaws].filter(([place]) => place === 'order' || place === 'items' || place === 'revision');
  if (general.length > 0)
    return (
      <p className={css.error} role="alert">
        {general.map(([, message]) => message).join('; ')}
      </p>
    );
  if (order.made || order.left.length === 0) return <p className={css.left} />;
  return (
    <p className={css.left}>
      {t('desk.order.left')}{' '}
      {order.left.map((l, i) => (
        <span key={l}>
          {i > 0 && ', '}
          <button type="button" onClick={() => goTo(l)}>
            {t(`desk.field.${l}`).toLowerCase()}
          </button>
        </span>
      ))}
    </p>
  );
}

function Lines({ flaws }: { flaws: Order['flaws'] }) {
  const { t } = useTranslation();
  const { draft, keeper } = useInHand();
  const [gone, setGone] = useState<{ line: Line; at: number }>();
  const { items } = draft.mine;
  const change = (at: number, line: Line) => keeper.type({ items: items.map((l, i) => (i === at ? line : l)) });
  const remove = (at: number) => {
    const line = items[at];
    if (!line) return;
    setGone({ line, at });
    setTimeout(() => setGone((g) => (g?.line === line ? undefined : g)), 10_000);
    keeper.type({ items: items.filter((_, i) => i !== at) });
  };
  const bring = () => {
    if (gone) keeper.type({ items: items.toSpliced(gone.at, 0, gone.line) });
    setGone(undefined);
  };
  return (
    <ul className={css.lines}>
      {items.map((l, i) => (
        <OrderLine key={l.item_id} line={l} flaw={flaws.get(`items.${i}`)} change={(to) => change(i, to)} remove={() => remove(i)} />
      ))}
      {items.length === 0 && !gone && (
        <li>
          <span className={css.small}>{t('desk.order.empty')}</span>
        </li>
      )}
      {gone && (
        <li style={{ gridTemplateColumns: 'minmax(0, 1fr) auto' }}>
          <span className={css.small}>{t('desk.order.removed', { name: gone.line.name ?? '' })}</span>
          <Button size="compact-xs" variant="subtle" onClick={bring}>
            {t('desk.order.bring')}
          </Button>
        </li>
      )}
    </ul>
  );
}

type LineProps = { line: Line; flaw: string | undefined; change: (to: Line) => void; remove: () => void };

function OrderLine({ line, flaw, change, remove }: LineProps) {
  const { t } = useTranslation();
  const f = useFormat();
  const sum = { amount: (line.price_minor ?? 0) * quantityOf(line.quantity), scale: 2, currency: line.currency ?? 'RUB' };
  const name = line.name ?? line.sku ?? '';
  const now = useServerNow();
  const stale = line.stale_at !== undefined && now >= Date.parse(line.stale_at);
  return (
    <li>
      <span title={flaw ?? name} style={flaw ? { color: 'var(--sb-lost-text)' } : undefined}>
        {flaw ? `${name}: ${flaw}` : name}
      </span>
      <TextInput
        size="xs"
        inputMode="numeric"
        aria-label={t('desk.order.quantity', { name })}
        value={line.quantity ?? ''}
        placeholder="1"
        error={flaw !== undefined}
        onChange={(e) => change({ ...line, quantity: e.currentTarget.value.slice(0, 100) })}
      />
      <span className={css.sum} data-stale={stale || undefined} title={stale ? t('fresh.stale') : undefined}>
        {stale ? t('fresh.was', { value: f.money(sum, true) }) : f.money(sum, true)}
      </span>
      <ActionIcon aria-label={t('desk.order.remove', { name })} onClick={remove} size={24}>
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </li>
  );
}

const contact: readonly Exclude<TextField, 'stepNode'>[] = ['name', 'deliver', 'address', 'entrance', 'phone', 'delivery'];

function Contact({ order }: { order: Order }) {
  const { t } = useTranslation();
  const { card } = useInHand();
  const missing = (field: string): string | undefined =>
    order.flaws.get(field) ?? (order.asked && order.left.some((l) => l === field) ? t('desk.order.missing') : undefined);
  const hints: Partial<Record<TextField, string>> = {
    deliver: t('desk.order.hint.deliver'),
    entrance: t('desk.order.hint.entrance'),
    phone: card?.from ? phoneText(card.from) : '',
    delivery: '0',
  };
  return (
    <div className={css.fields}>
      {contact.map((c) => (
        <Typed key={c} field={c} label={t(`desk.field.${c}`)} placeholder={hints[c] ?? ''} error={missing(c)} />
      ))}
      <div style={{ gridColumn: '1 / -1' }}>
        <Typed field="comment" label={t('desk.field.comment')} />
      </div>
    </div>
  );
}
