import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { addDays } from '../ui/format';
import { Empty, Panel } from '../ui/Panel';
import { useFormat } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { Num } from '../ui/ui';
import { useShopName, useToday } from './data';
import { DayFilter } from './Filters';
import type { Days } from './filters';
import css from './shop.module.css';

type Topic = Schemas['Topic'];

/** Days that are shown if nobody chose others. */
const month = 29;

/** What buyers ask on the telephone again and again: what the site does not tell them. */
export function SitePage() {
  const { t } = useTranslation();
  const shop = useShopName();
  const today = useToday();
  const chosen = useSearch({ from: '/inside/s/$shop/site' });
  const go = useNavigate({ from: '/s/$shop/site' });
  const from = chosen.from ?? addDays(chosen.to ?? today, -month);
  const to = chosen.to ?? today;
  const query = api.useQuery('get', '/asked', { params: { query: { shop, from, to } } });
  const set = (days: Days) => void go({ search: days, replace: true });
  const address = `/api/v1/exports/asked.csv?${new URLSearchParams({ shop, from, to })}`;
  return (
    <>
      <title>{t('site.page')}</title>
      <div className={css.title}>
        <h1>{t('site.title')}</h1>
        <Button
          component="a"
          href={address}
          download={`asked-${shop}-${from}-${to}.csv`}
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('site.export')}
        </Button>
      </div>
      <p style={{ margin: 0, maxWidth: 760, color: 'var(--sb-ink-2)' }}>{t('site.what')}</p>
      <div className={css.bar}>
        <DayFilter
          days={{ from, to }}
          change={set}
          longest={{ name: t('site.month'), days: { from: addDays(today, -month), to: today } }}
        />
      </div>
      <Panel query={query} rows={8}>
        {(d) => {
          const topics = d.items ?? [];
          return (['nothing', 'card', 'search'] as const).map((kind) => (
            <Topics key={kind} kind={kind} topics={topics.filter((x) => x.kind === kind)} />
          ));
        }}
      </Panel>
    </>
  );
}

function Topics({ kind, topics }: { kind: Topic['kind']; topics: Topic[] }) {
  const { t } = useTranslation();
  const f = useFormat();
  const columns: Column<Topic>[] = [
    { id: 'example', head: t(`site.${kind}.head`), place: 'tl', cell: (x) => x.example },
    { id: 'times', head: t('site.times'), right: true, place: 'tr', width: '9rem', cell: (x) => <Num>{f.number(x.times)}</Num> },
    { id: 'days', head: t('site.days'), right: true, place: 'br', width: '9rem', cell: (x) => <Num>{f.number(x.days)}</Num> },
    { id: 'last', head: t('site.last'), right: true, place: 'bl', width: '9rem', cell: (x) => <Num>{f.date(`${x.last}T12:00:00Z`)}</Num> },
  ];
  return (
    <section className={css.card} aria-label={t(`site.${kind}.title`)}>
      <h2>
        {t(`site.${kind}.title`)}
        <span>{t(`site.${kind}.do`)}</span>
      </h2>
      {topics.length === 0 ? (
        <div className={css.pad}>
          <Empty title={t(`site.${kind}.none`)}>{t('site.noneText')}</Empty>
        </div>
      ) : (
        <Table label={t(`site.${kind}.title`)} columns={columns} rows={topics} rowKey={(x) => x.example} keyed={false} />
      )}
    </section>
  );
}
