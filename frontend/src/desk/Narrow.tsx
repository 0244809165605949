import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, type Schemas } from '../api/client';
import { Key, Label } from '../ui/ui';
import { narrowed, type Within } from './call';
import css from './desk.module.css';
import { keys } from './keymap';
import { useVerbs, useVerbsAbove } from './verbs';

type Facet = Schemas['Facet'];
type Props = { q: string; within: Within; set: (w: Within) => void };

/** What the search is narrowed to, and by what it could be. */
export function Narrow({ q, within, set }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useVerbs({ narrow: () => setOpen(!open) });
  useVerbsAbove(open ? { leave: () => setOpen(false) } : {});
  const chosen = [
    ...(within.category ? [{ text: within.category, lift: { ...within, category: '' } }] : []),
    ...within.params.map((p) => ({ text: p.slice(p.indexOf('=') + 1), lift: { ...within, params: within.params.filter((o) => o !== p) } })),
  ];
  return (
    <>
      <div className={css.row} style={{ flexWrap: 'wrap', marginTop: 8 }}>
        <Button
          size="compact-xs"
          variant={within.inStock ? 'light' : 'default'}
          aria-pressed={within.inStock}
          onClick={() => set({ ...within, inStock: !within.inStock })}
        >
          {t('desk.item.inStock')}
        </Button>
        {chosen.map((c) => (
          <Button
            key={c.text}
            size="compact-xs"
            variant="light"
            aria-label={t('desk.item.lift', { filter: c.text })}
            onClick={() => set(c.lift)}
          >
            {c.text} ×
          </Button>
        ))}
        <span className={css.grow} />
        <Button
          size="compact-xs"
          variant="subtle"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          rightSection={<Key>{keys.narrow}</Key>}
        >
          {t('desk.item.narrow')}
        </Button>
      </div>
      {open && <Facets q={q} within={within} set={set} />}
    </>
  );
}

function Facets({ q, within, set }: Props) {
  const { t } = useTranslation();
  const { data } = useQuery<Facet[]>({
    queryKey: ['desk-facets', q, within],
    queryFn: async () => (await client.GET('/catalogue/facets', { params: { query: { q, ...narrowed(within) } } })).data?.items ?? [],
    placeholderData: (before) => before,
  });
  const names = [...new Set((data ?? []).map((f) => f.name))].slice(0, 6);
  const choose = (f: Facet) => {
    const param = `${f.name}=${f.value}`;
    if (f.name === '') set({ ...within, category: f.value });
    else if (!within.params.includes(param)) set({ ...within, params: [...within.params, param] });
  };
  if (data && names.length === 0) return <p className={css.hint}>{t('desk.item.noFacets')}</p>;
  return (
    <div className={css.facets}>
      {names.map((name) => (
        <fieldset key={name}>
          <legend>
            <Label>{name || t('desk.item.category')}</Label>
          </legend>
          {(data ?? [])
            .filter((f) => f.name === name)
            .slice(0, 8)
            .map((f) => (
              <Button
                key={f.value}
                size="compact-xs"
                variant="default"
                onClick={() => choose(f)}
                aria-label={t('desk.item.facet', { value: f.value, count: f.count })}
              >
                {f.value.split(' / ').at(-1)}
                <small>{f.count}</small>
              </Button>
            ))}
        </fieldset>
      ))}
    </div>
  );
}
