import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPhoneOutgoing, IconPlus } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Broken } from '../ui/Panel';
import { useFormat } from '../ui/person';
import { Fresh, Key, Label, Num } from '../ui/ui';
import { Compare } from './Compare';
import { everything, type Item, useInHand, useItems } from './call';
import css from './desk.module.css';
import { lineOf } from './feed';
import { useJudge } from './house';
import { AlsoFrom, Instead } from './Instead';
import { keys } from './keymap';
import { Narrow } from './Narrow';
import { OrderForm } from './OrderForm';
import { Typed } from './Typed';
import { useAsked } from './useAsked';
import { useStock } from './useStock';
import { useVerbs, useVerbsAbove } from './verbs';

export function CatalogueColumn() {
  return (
    <div className={css.right}>
      <Catalogue />
      <OrderForm />
    </div>
  );
}

/** What an item is taken for: at a step that looks for one it is recommended first. */
function useTaking() {
  const { t } = useTranslation();
  const { walk, steps, keeper, over } = useInHand();
  const looking = !over && walk?.view.lookup === 'item';
  const add = (i: Item) => {
    const { items } = keeper.look().mine;
    if (!items.some((l) => l.item_id === i.id)) keeper.type({ items: [...items, lineOf(i, countOf(walk))] });
  };
  const clarify = (i: Item) => keeper.type({ subject: t('desk.item.clarifySubject', { name: i.name }), disposition: 'callback' });
  const recommend = (i: Item) => void steps.answer({ sku: i.sku });
  return { looking, add, clarify, recommend };
}

const countOf = (walk: ReturnType<typeof useInHand>['walk']): string =>
  walk?.path.findLast((s) => s.holds && /(^|_)(quantity|count)$/.test(s.node))?.answer.text ?? '';

/** Whether an item may be promised: there is some, and both facts are fresh. */
function useUsable(): (i: Item) => boolean {
  const judge = useJudge();
  return (i) => i.available && !judge(i.facts.price).stale && !judge(i.facts.stock).stale;
}

/** Search as the buyer speaks; arrows choose, Enter takes. */
function Catalogue() {
  const { t } = useTranslation();
  const f = useFormat();
  const { draft, keeper, walk, card, over } = useInHand();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const [q] = useDebouncedValue(draft.mine.search.trim(), 150);
  const [within, setWithin] = useState(everything);
  const found = useItems(q, card?.shop.id, within);
  const items = q ? (found.data ?? []) : [];
  useAsked(q, found.data && !found.isPlaceholderData ? found.data.length > 0 : undefined);
  const [at, setAt] = useState(0);
  const { looking, add, clarify, recommend } = useTaking();
  const usable = useUsable();
  const chosen = items[Math.min(at, items.length - 1)];
  const take = () => chosen && (looking ? recommend(chosen) : usable(chosen) ? add(chosen) : clarify(chosen));
  const marks = useMarks(chosen);

  const query = walk?.view.lookup === 'item' ? walk.view.query : undefined;
  const node = walk?.view.node;
  // A step that looks for an item begins its search once
  useEffect(() => {
    if (query === undefined || over) return;
    if (query && keeper.look().mine.search !== query) keeper.type({ search: query });
    field.current?.focus();
    field.current?.select();
  }, [node, query]);
  // Another search begins at its best
  useEffect(() => setAt(0), [q]);
  useVerbs({
    search: () => {
      field.current?.focus();
      field.current?.select();
    },
  });
  useArrows((by) => setAt((i) => Math.max(0, Math.min(items.length - 1, i + by))));
  const press = (e: KeyboardEvent<HTMLElement>) => {
    if (e.key !== 'Enter' || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    if (e.shiftKey) {
      if (chosen) add(chosen);
    } else take();
  };
  return (
    <section className={css.catalogue} aria-label={t('catalogue.title')}>
      <div className={css.row}>
        <Label>{t('catalogue.title')}</Label>
        <Key>{keys.search}</Key>
        <span className={css.grow} />
        {items[0] && <span className={css.small}>{t('desk.item.snapshot', { time: f.time(items[0].as_of) })}</span>}
      </div>
      <Typed
        field="search"
        label={t('desk.item.search')}
        hideLabel
        placeholder={t('catalogue.search')}
        size="sm"
        input={field}
        onKeyDown={press}
      />
      {marks.comparing ? (
        <Compare items={marks.marked} close={marks.close} />
      ) : found.error && q ? (
        <Broken trouble={found.error} retry={found.refetch} />
      ) : (
        <>
          {q && <Narrow q={q} within={within} set={setWithin} />}
          {marks.marked.length > 0 && (
            <div className={css.row}>
              <span className={css.small}>{t('desk.item.marked', { count: marks.marked.length })}</span>
              {marks.marked.length > 1 && (
                <Button size="compact-xs" variant="default" onClick={marks.open} rightSection={<Key>{keys.compare}</Key>}>
                  {t('desk.item.compare')}
                </Button>
              )}
            </div>
          )}
          {chosen && !chosen.available && <Instead of={chosen} take={looking ? recommend : add} />}
          {items.length > 0 ? (
            <ul className={css.items}>
              {items.map((i) => (
                <Row
                  key={i.id}
                  item={i}
                  chosen={i === chosen}
                  marked={marks.marked.some((m) => m.id === i.id)}
                  looking={looking}
                  take={() => (looking ? recommend(i) : usable(i) ? add(i) : clarify(i))}
                />
              ))}
            </ul>
          ) : (
            <p className={css.hint}>{t(q ? (found.isFetching ? 'desk.item.searching' : 'catalogue.noneFoundText') : 'desk.item.type')}</p>
          )}
        </>
      )}
    </section>
  );
}

/** C marks the chosen item; on one that is marked, with another beside it, C compares them. */
function useMarks(chosen: Item | undefined) {
  const [marked, setMarked] = useState<Item[]>([]);
  const [comparing, setComparing] = useState(false);
  const compare = () => {
    if (comparing) return setComparing(false);
    if (!chosen) return;
    if (!marked.some((m) => m.id === chosen.id)) setMarked([...marked, chosen].slice(-4));
    else if (marked.length > 1) setComparing(true);
    else setMarked([]);
  };
  const close = () => {
    setComparing(false);
    setMarked([]);
  };
  useVerbs({ compare });
  useVerbsAbove(comparing ? { leave: close } : {});
  return { marked, comparing, open: () => setComparing(true), close };
}

/** Arrows move the chosen row, in the search field and when nobody writes. */
function useArrows(move: (by: 1 | -1) => void): void {
  const latest = useRef(move);
  latest.current = move;
  useEffect(() => {
    const press = (e: globalThis.KeyboardEvent) => {
      if (e.code !== 'ArrowDown' && e.code !== 'ArrowUp') return;
      const target = e.target instanceof HTMLElement ? e.target : document.body;
      const writes = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
      if ((writes && target.dataset.field !== 'search') || document.querySelector('[role="dialog"], [role="menu"]')) return;
      e.preventDefault();
      latest.current(e.code === 'ArrowDown' ? 1 : -1);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

type RowProps = { item: Item; chosen: boolean; marked: boolean; looking: boolean; take: () => void };

function Row({ item, chosen, marked, looking, take }: RowProps) {
  const { t } = useTranslation();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) row.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const clear = !useUsable()(item) && !looking;
  return (
    <li ref={row} className={css.item} data-chosen={chosen || undefined} aria-current={chosen || undefined}>
      <div className={css.itemName}>
        <b title={item.name}>{item.name}</b>
        <span>{specOf(item)}</span>
        <AlsoFrom item={item} />
        {marked && <em>{t('desk.item.isMarked')}</em>}
      </div>
      <Price item={item} />
      <Button
        variant="default"
        size="compact-sm"
        onClick={take}
        leftSection={clear ? <IconPhoneOutgoing size={14} aria-hidden /> : <IconPlus size={14} aria-hidden />}
        aria-label={t(clear ? 'desk.item.clarifyOne' : looking ? 'desk.item.recommendOne' : 'desk.item.addOne', { name: item.name })}
      >
        {t(clear ? 'desk.item.clarify' : looking ? 'desk.item.recommend' : 'desk.item.add')}
      </Button>
    </li>
  );
}

const specOf = (i: Item): string =>
  i.params.length === 0
    ? i.category
    : i.params
        .slice(0, 5)
        .map((p) => [p.value, p.unit].filter(Boolean).join(' '))
        .join(' · ');

/** Price and stock, each with its age. */
function Price({ item }: { item: Item }) {
  const { t } = useTranslation();
  const stock = useStock();
  const judge = useJudge();
  const f = useFormat();
  const [priced, stocked] = [judge(item.facts.price), judge(item.facts.stock)];
  const price = f.money({ amount: item.price_minor, scale: 2, currency: item.currency }, true);
  const old = item.old_price_minor !== null && item.old_price_minor > item.price_minor ? item.old_price_minor : undefined;
  return (
    <div className={css.itemFact}>
      <span data-fact="price">
        <strong data-stale={priced.stale || undefined}>
          {old && !priced.stale && <s>{f.money({ amount: old, scale: 2, currency: item.currency }, true)}</s>}
          <Num>{priced.stale ? t('fresh.was', { value: price }) : price}</Num>
        </strong>
        <Fresh {...priced} source={item.facts.price.source} />
      </span>
      <span data-fact="stock">
        <i data-stale={stocked.stale || undefined}>{stocked.stale ? t('fresh.was', { value: stock(item) }) : stock(item)}</i>
        <Fresh {...stocked} source={item.facts.stock.source} />
      </span>
    </div>
  );
}
