import { Link, useParams } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { Panel } from '../ui/Panel';
import { localeOf, useFormat } from '../ui/person';
import { Num } from '../ui/ui';
import { CallHead } from './CallHead';
import { Charge } from './Charge';
import css from './call.module.css';
import { type Story, useQueues, useShopName } from './data';
import { LostCard, Timeline, WhyCard } from './Evidence';
import { OrderLines } from './OrderLines';
import { Path } from './Path';
import { Player } from './Player';
import { SnapshotNote } from './SnapshotNote';
import { Sound } from './Sound';
import { readScript, type Script } from './script';
import { NoSound } from './Taped';
import { TraceCard } from './Trace';
import { TranscriptCard } from './Transcript';

/** One call, as the shop that pays for it may check it. */
export function CallPage() {
  const { call: id } = useParams({ from: '/inside/s/$shop/calls/$call' });
  const story = api.useQuery('get', '/calls/{id}', { params: { path: { id }, query: { shop: useShopName() } } });
  return (
    <Panel query={story} rows={12}>
      {(s) => <Body story={s} />}
    </Panel>
  );
}

function Body({ story }: { story: Story }) {
  const script = useScript(story);
  const shop = useShopName();
  const { t } = useTranslation();
  const f = useFormat();
  return (
    <>
      <title>{t('call.page', { no: story.no })}</title>
      <CallHead story={story} />
      <Figures story={story} />
      {story.recording_url && story.recording && <Player key={story.id} story={story} script={script} />}
      {!story.recording_url && story.recording && <NoSound recording={story.recording} />}
      <div className={css.evidence}>
        <div className={css.stack}>
          <Timeline story={story} />
          <WhyCard story={story} />
        </div>
        <div className={css.stack}>
          <LostCard story={story} />
          <TranscriptCard story={story} />
          <Path story={story} script={script} />
          {story.order && (
            <section className={css.card} aria-label={t('call.order')}>
              <h2>
                <Link to="/s/$shop/orders/$order" params={{ shop, order: story.order.id }}>
                  {t('orders.name', { no: f.number(story.order.no) })}
                </Link>{' '}
                <span>{t(`order.${story.order.status}`)}</span>
              </h2>
              <OrderLines order={story.order} />
            </section>
          )}
        </div>
        <div className={css.stack}>
          <Charge story={story} />
          <Sound story={story} />
          {story.catalogue_snapshot_id && (
            <section className={css.card}>
              <h2>{t('snapshot.title')}</h2>
              <SnapshotNote id={story.catalogue_snapshot_id} at={story.answered_at ?? story.started_at} />
            </section>
          )}
        </div>
      </div>
      <TraceCard story={story} />
    </>
  );
}

/** The script's published version that was walked, for the words of its steps. */
function useScript(story: Story): Script | undefined {
  const { i18n } = useTranslation();
  const walk = story.walk;
  const script = api.useQuery(
    'get',
    '/scripts/{id}',
    { params: { path: { id: walk?.script_id ?? '' }, query: { shop: useShopName() } } },
    { enabled: walk !== null, staleTime: 300_000 },
  );
  const source = script.data?.versions?.find((v) => v.id === walk?.script_version_id)?.source;
  return useMemo(() => (source === undefined ? undefined : readScript(source, localeOf(i18n.language))), [source, i18n.language]);
}

type Figure = { id: string; what: string; value: string; note: ReactNode; good?: boolean; href: string };

function Figures({ story }: { story: Story }) {
  const { t } = useTranslation();
  const f = useFormat();
  const shop = useShopName();
  const queue = useQueues().data?.items?.find((q) => q.id === story.queue_id);
  const kept = queue && story.queue_s * 1000 <= queue.promise_ms;
  const figures: Figure[] = [
    {
      id: 'wait',
      what: t('call.wait'),
      value: f.span(story.queue_s),
      note: queue && t('call.promised', { span: f.span(queue.promise_ms / 1000) }),
      good: kept === true && story.answered_at !== null,
      href: '#timeline',
    },
  ];
  if (story.answered_at)
    figures.push(
      { id: 'talk', what: t('call.talk'), value: f.span(story.talk_s), note: t('call.withoutHold'), href: '#timeline' },
      ...(story.hold_s > 0
        ? [{ id: 'hold', what: t('call.hold'), value: f.span(story.hold_s), note: t('call.holdNote'), href: '#timeline' }]
        : []),
      { id: 'wrap', what: t('call.wrap'), value: f.span(story.wrap_up_s), note: t('call.wrapNote'), href: '#timeline' },
    );
  if (story.walk)
    figures.push({
      id: 'script',
      what: t('call.script'),
      value: story.walk.adherence === null ? '–' : f.percent(story.walk.adherence / 1000),
      note: t('call.scriptNote'),
      href: '#path',
    });
  if (story.order)
    figures.push({
      id: 'order',
      what: t('call.order'),
      value: f.money({ amount: story.order.total_minor, scale: 2, currency: story.order.currency }, true),
      note: t('orders.name', { no: f.number(story.order.no) }),
      href: `/s/${shop}/orders/${story.order.id}`,
    });
  if (story.charge)
    figures.push({ id: 'charge', what: t('call.charge'), value: f.money(story.charge), note: t('call.chargeNote'), href: '#charge' });
  return (
    <nav className={css.figures} aria-label={t('call.figures')}>
      {figures.map((g) => (
        <a key={g.id} href={g.href}>
          <span>{g.what}</span>
          <b>
            <Num>{g.value}</Num>
          </b>
          <small data-good={g.good || undefined}>{g.note}</small>
        </a>
      ))}
    </nav>
  );
}
