import { SegmentedControl } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Empty, Panel } from '../ui/Panel';
import { useFormat } from '../ui/person';
import { Score } from '../ui/Score';
import { type Column, Table } from '../ui/Table';
import { Num } from '../ui/ui';
import { type By, bys, type Days, days } from './quality';
import css from './quality.module.css';

type Line = Schemas['QualityLine'];

const spanWords = { 1: 'quality.day', 7: 'quality.week', 30: 'quality.month' } as const;

/** How calls sounded, so that a bad headset, carrier or hour is found before buyers complain. */
export function QualityPage() {
  const { t } = useTranslation();
  const { by = 'operator', days: long = 1 } = useSearch({ from: '/inside/floor/quality' });
  const navigate = useNavigate();
  const show = (to: { by?: By; days?: Days }) => navigate({ to: '/floor/quality', search: { by, days: long, ...to }, replace: true });
  const from = useMemo(() => new Date(Date.now() - long * 86_400_000).toISOString(), [long]);
  const report = api.useQuery('get', '/floor/quality', { params: { query: { by, from } } }, { refetchInterval: 60_000 });
  return (
    <main className={css.page}>
      <title>{t('quality.page')}</title>
      <div className={css.head}>
        <div>
          <h1>{t('quality.title')}</h1>
          <p>{t('quality.lead')}</p>
        </div>
        <div className={css.choices}>
          <SegmentedControl
            aria-label={t('quality.by')}
            value={by}
            onChange={(v) => show({ by: bys.find((b) => b === v) })}
            data={bys.map((b) => ({ value: b, label: t(`quality.${b}`) }))}
          />
          <SegmentedControl
            aria-label={t('quality.span')}
            value={String(long)}
            onChange={(v) => show({ days: days.find((d) => String(d) === v) })}
            data={days.map((d) => ({ value: String(d), label: t(spanWords[d]) }))}
          />
        </div>
      </div>
      <Panel query={report} rows={6}>
        {(d) =>
          (d.items ?? []).length === 0 ? (
            <Empty title={t('quality.empty')}>{t('quality.emptyText')}</Empty>
          ) : (
            <div className={css.wide}>
              <Lines by={by} lines={d.items ?? []} />
            </div>
          )
        }
      </Panel>
      <p className={css.back}>
        <Link to="/floor">{t('quality.back')}</Link>
      </p>
    </main>
  );
}

function Lines({ by, lines }: { by: By; lines: readonly Line[] }) {
  const { t } = useTranslation();
  const f = useFormat();
  const share = (v: number | null) => (v === null ? t('quality.none') : f.percent(v / 100, 1));
  const ms = (v: number | null) => (v === null ? t('quality.none') : t('quality.ms', { ms: f.number(v, v < 10 ? 1 : 0) }));
  const columns: Column<Line>[] = [
    {
      id: 'who',
      head: t(`quality.who.${by}`),
      place: 'tl',
      cell: (l) => (by === 'hour' ? <Num>{`${f.date(l.key)}, ${f.time(l.key)}`}</Num> : l.name || l.key),
    },
    { id: 'mos', head: t('quality.mos'), place: 'tr', cell: (l) => <Score word={l.word} mos={l.mos} /> },
    {
      id: 'worst',
      head: t('quality.worst'),
      right: true,
      cell: (l) => <Num>{l.worst_mos === null ? t('quality.none') : f.number(l.worst_mos, 1)}</Num>,
    },
    { id: 'share', head: t('quality.share'), place: 'wide', cell: (l) => <Share line={l} /> },
    { id: 'heard', head: t('quality.heard'), right: true, cell: (l) => <Num>{share(l.heard_loss_percent)}</Num> },
    { id: 'told', head: t('quality.told'), right: true, cell: (l) => <Num>{share(l.told_loss_percent)}</Num> },
    { id: 'jitter', head: t('quality.jitter'), right: true, cell: (l) => <Num>{ms(l.jitter_ms)}</Num> },
    { id: 'rtt', head: t('quality.rtt'), right: true, cell: (l) => <Num>{ms(l.rtt_ms)}</Num> },
    { id: 'calls', head: t('quality.calls'), right: true, cell: (l) => <Num>{f.number(l.calls)}</Num> },
  ];
  return <Table label={t('quality.title')} columns={columns} rows={lines} rowKey={(l) => l.key} keyed={false} />;
}

/** Of all legs, how many were good, fair and poor; the numbers are said, too. */
function Share({ line }: { line: Line }) {
  const { t } = useTranslation();
  const f = useFormat();
  const parts = (['good', 'fair', 'poor'] as const).filter((w) => line[w] > 0);
  return (
    <span
      className={css.share}
      role="img"
      aria-label={t('quality.counts', { good: f.number(line.good), fair: f.number(line.fair), poor: f.number(line.poor) })}
      title={t('quality.counts', { good: f.number(line.good), fair: f.number(line.fair), poor: f.number(line.poor) })}
    >
      {parts.map((w) => (
        <span key={w} data-word={w} style={{ flexGrow: line[w] }}>
          {f.number(line[w])}
        </span>
      ))}
    </span>
  );
}
