import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useFormat, useNow } from '../ui/person';
import { Num, StateGlyph } from '../ui/ui';
import { Due } from './Attention';
import { Act, CallbackTag, Owner } from './Callback';
import css from './call.module.css';
import { type Story, useOperatorName, useQueues, useShopName } from './data';
import { type Moment, moments, why } from './timeline';

const told = [
  'arrived',
  'greeted',
  'enqueue',
  'offer',
  'rung',
  'accepted',
  'declined',
  'withdraw',
  'connect',
  'held',
  'resumed',
  'muted',
  'cut',
  'back',
  'gone',
  'return',
  'hung-up',
  'wrap',
  'release',
  'objected',
  'hunt',
  'calling',
  'reached',
  'unreached',
  'recorded',
  'measured',
  'extended',
  'finished',
  'lost',
  'supervised',
  'watching',
  'unwatched',
  'dismissed',
  'seized',
] as const;

/** From the first event to the end of the work after the call, with the switch's own milliseconds. */
export function Timeline({ story }: { story: Story }) {
  const { t } = useTranslation();
  const f = useFormat();
  return (
    <section className={css.card} id="timeline" aria-label={t('timeline.title')}>
      <h2>
        {t('timeline.title')} <span>{f.zone}</span>
      </h2>
      {(story.events ?? []).length === 0 && <p className={css.said}>{t('timeline.none')}</p>}
      <ol className={css.moments}>
        {moments(story.events ?? []).map((m, _, all) => (
          <li key={m.seq}>
            <time
              dateTime={new Date(m.at).toISOString()}
              title={t('timeline.since', { ms: f.number(m.at - (all[0]?.at ?? m.at)), at: f.full(m.at) })}
            >
              <Num>{f.exact(m.at)}</Num>
            </time>
            <span className={css.dot}>{m.state && <StateGlyph state={m.state} />}</span>
            <div>
              <What moment={m} />
            </div>
            {m.tookMs !== undefined && (
              <span className={css.took}>
                <Num title={t('timeline.ms', { ms: f.number(m.tookMs) })}>{f.span(m.tookMs / 1000)}</Num>
              </span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function What({ moment }: { moment: Moment }) {
  const { t } = useTranslation();
  const queues = useQueues().data?.items ?? [];
  const nameOf = useOperatorName();
  const kind = told.find((k) => k === moment.kind);
  const text = (name: string) => {
    const v = moment.body.get(name);
    return typeof v === 'string' ? v : '';
  };
  if (!kind) return <b className={css.mono}>{moment.kind}</b>;
  const queue = queues.find((q) => q.id === text('queue'))?.name;
  const by = (['caller', 'operator', 'system'] as const).find((b) => b === text('by'));
  const mode = (['listen', 'whisper', 'barge'] as const).find((m) => m === text('mode'));
  return (
    <>
      <b>
        {kind === 'hung-up' && by
          ? t(`hungUp.${by}`)
          : kind === 'enqueue' && queue
            ? t('timeline.inQueue', { queue })
            : kind === 'offer' && text('operator')
              ? t('timeline.offered', { operator: nameOf(text('operator')) })
              : kind === 'supervised' && mode
                ? t(`timeline.supervised.${mode}`)
                : kind === 'muted' && moment.body.get('muted') === false
                  ? t('moment.unmuted')
                  : t(kind === 'objected' && by === 'caller' ? 'moment.objectedBuyer' : `moment.${kind}`)}
      </b>
      {kind === 'arrived' && <p>{t('timeline.by', { trunk: text('trunk') })}</p>}
      {kind === 'hung-up' && text('reason') && <p className={css.mono}>{text('reason')}</p>}
    </>
  );
}

/** Why this operator, and why so late, in words. */
export function WhyCard({ story }: { story: Story }) {
  const { t } = useTranslation();
  const f = useFormat();
  const w = why(story.explanation);
  if (!w) return null;
  return (
    <section className={css.card} aria-label={t('why.label')}>
      <h2>{t('why.title', { span: f.span(w.waitedMs / 1000) })}</h2>
      <ul className={css.said}>
        {w.able === 0 && w.came > 0 ? (
          <li>{t('why.cameLater', { count: w.came })}</li>
        ) : w.onDuty === 0 ? (
          <li>{t('why.nobody')}</li>
        ) : w.able === 0 ? (
          <li>{t('why.unable', { count: w.onDuty })}</li>
        ) : w.idle === 0 ? (
          <li>{t('why.busy', { count: w.able })}</li>
        ) : (
          <li>{t('why.idle', { idle: w.idle, count: w.able })}</li>
        )}
        {w.able > 0 && w.came > 0 && <li>{t('why.came', { count: w.came })}</li>}
        {w.position > 0 && <li>{t('why.position', { position: w.position })}</li>}
        {w.ahead > 0 && <li>{t('why.ahead', { count: w.ahead })}</li>}
        {w.offers > 1 && <li>{t('why.offers', { count: w.offers })}</li>}
      </ul>
      <p className={css.aside}>{t('why.when')}</p>
    </section>
  );
}

/** A lost call: the reason in words, who calls back, and until when. */
export function LostCard({ story }: { story: Story }) {
  const { t } = useTranslation();
  const now = useNow();
  const shop = useShopName();
  const gone = story.state === 'ended' && story.outcome !== 'answered';
  const lost = api.useQuery('get', '/lost-calls', { params: { query: { shop, call_id: story.id } } }, { enabled: gone }).data?.items?.at(0);
  if (!gone) return null;
  return (
    <section className={css.card} aria-label={t('lost.one')}>
      <h2>
        {t('lost.one')} {lost && <CallbackTag lost={lost} />}
      </h2>
      <p className={css.big}>{lost?.words ?? story.reason}</p>
      {lost && (
        <div className={css.owed}>
          <span>
            {t('lost.owner')}: <Owner lost={lost} />
          </span>
          {lost.callback && !lost.callback.closed_at && <Due due={lost.callback.due_at} now={now} />}
          <Act lost={lost} />
        </div>
      )}
      {lost?.callback?.closed_reason && <p className={css.said}>{lost.callback.closed_reason}</p>}
    </section>
  );
}
