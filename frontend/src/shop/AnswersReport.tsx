import { Button, NativeSelect } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { keepPreviousData } from '@tanstack/react-query';
import { useContext, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { addDays, dayStart } from '../ui/format';
import { Empty, Panel } from '../ui/Panel';
import { useFormat, Zone } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { useShopName, useToday } from './data';
import css from './shop.module.css';

type Day = Schemas['AnswersDay'];

const bounds = [15, 60, 180, 1440] as const;
const spans = [7, 30, 90] as const;

/** The share of prices and stocks that operators gave on old data. */
export function AnswersReport() {
  const { t } = useTranslation();
  const shop = useShopName();
  const [today, zone] = [useToday(), useContext(Zone)];
  const [older, setOlder] = useState('60');
  const [span, setSpan] = useState('30');
  const at = (day: string) => dayStart(day, zone)?.toISOString() ?? '';
  const query = { shop, from: at(addDays(today, 1 - Number(span))), to: at(addDays(today, 1)), older_minutes: Number(older) };
  const answers = api.useQuery('get', '/catalogue/answers', { params: { query } }, { placeholderData: keepPreviousData });
  const file = `/api/v1/catalogue/answers.csv?${new URLSearchParams({ ...query, older_minutes: older })}`;
  return (
    <section className={css.card} aria-label={t('answers.title')}>
      <h2>{t('answers.title')}</h2>
      <div className={css.pad} style={{ display: 'flex', gap: 14, flexWrap: 'wrap', alignItems: 'end' }}>
        <NativeSelect
          label={t('answers.older')}
          value={older}
          onChange={(e) => setOlder(e.currentTarget.value)}
          data={bounds.map((n) => ({ value: String(n), label: t('answers.minutes', { count: n }) }))}
        />
        <NativeSelect
          label={t('answers.span')}
          value={span}
          onChange={(e) => setSpan(e.currentTarget.value)}
          data={spans.map((n) => ({ value: String(n), label: t('answers.days', { count: n }) }))}
        />
        <Button
          component="a"
          variant="default"
          href={file}
          download={`answers-${shop}.csv`}
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('answers.file')}
        </Button>
      </div>
      <Panel query={answers} rows={3}>
        {(a) => <Days a={a} />}
      </Panel>
    </section>
  );
}

function Days({ a }: { a: Schemas['Answers'] }) {
  const { t } = useTranslation();
  const f = useFormat();
  const zone = useContext(Zone);
  const percent = (permille: number) => f.percent(permille / 1000, 1);
  if (a.days.length === 0) return <Empty title={t('answers.none')}>{t('answers.noneText')}</Empty>;
  const columns: Column<Day>[] = [
    { id: 'day', head: t('answers.day'), place: 'tl', cell: (d) => f.day(dayStart(d.day, zone)?.getTime() ?? 0) },
    { id: 'share', head: t('answers.share'), right: true, place: 'tr', cell: (d) => <b>{percent(d.share_permille)}</b> },
    {
      id: 'old',
      head: t('answers.old'),
      right: true,
      place: 'br',
      cell: (d) => t('answers.oldOf', { old: f.number(d.old), all: f.number(d.answers) }),
    },
    { id: 'withheld', head: t('answers.withheld'), right: true, cell: (d) => f.number(d.withheld) },
    { id: 'oldest', head: t('answers.oldest'), right: true, place: 'bl', cell: (d) => (d.answers > 0 ? f.age(d.oldest_s) : '–') },
  ];
  return (
    <>
      <p className={css.pad} style={{ margin: 0 }}>
        {t('answers.sum', {
          share: percent(a.share_permille),
          old: f.number(a.old),
          all: f.number(a.answers),
          withheld: f.number(a.withheld),
        })}
      </p>
      <Table label={t('answers.title')} columns={columns} rows={a.days} rowKey={(d) => d.day} keyed={false} />
    </>
  );
}
