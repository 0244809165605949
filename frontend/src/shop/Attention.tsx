import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { phone } from '../ui/format';
import { useFormat, useNow } from '../ui/person';
import { StateGlyph } from '../ui/ui';
import { type LostCall, useShopName, useSnapshots } from './data';
import css from './shop.module.css';

const most = 5;
const dayMs = 86_400_000;

/** What waits for the shop: buyers to call back, feeds that are held or old. */
export function Attention({ lost }: { lost: readonly LostCall[] }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const shop = useShopName();
  const snapshots = useSnapshots().data?.items ?? [];
  const sources = api.useQuery('get', '/catalogue/sources', { params: { query: { shop } } }).data?.items ?? [];
  const open = lost.filter((l) => l.callback?.state === 'open' || l.callback?.state === 'claimed');
  const held = snapshots.filter((s) => s.state === 'held');
  const broken = sources.filter((s) => s.error !== '' || (s.checked_at && now - Date.parse(s.checked_at) > dayMs));
  if (open.length + held.length + broken.length === 0) return <Quiet />;
  return (
    <section className={css.card} aria-label={t('attention.title')}>
      <h2>
        {t('attention.title')}
        <Link to="/s/$shop/lost" params={{ shop }} search={{ callback: 'owed' }}>
          {t('attention.all')}
        </Link>
      </h2>
      <ul className={css.list}>
        {open.slice(0, most).map((l) => (
          <li key={l.id}>
            <StateGlyph state="lost" />
            <span>
              <b>
                <Link to="/s/$shop/calls/$call" params={{ shop, call: String(l.call_no) }}>
                  {l.from ? phone(l.from) : t('call.withheld')}
                </Link>
              </b>
              <p>{l.words}</p>
            </span>
            <Due due={l.callback?.due_at ?? null} now={now} />
          </li>
        ))}
        {held.map((s) => (
          <li key={s.id}>
            <StateGlyph state="offered" />
            <span>
              <b>{t('attention.held')}</b>
              <p>{s.reason}</p>
            </span>
            <Link to="/s/$shop/catalogue" params={{ shop }}>
              {t('attention.look')}
            </Link>
          </li>
        ))}
        {broken.map((s) => (
          <li key={s.id}>
            <StateGlyph state="offered" />
            <span>
              <b>{t(s.error ? 'attention.feed' : 'attention.old')}</b>
              <p>{s.error || (s.checked_at && f.full(s.checked_at))}</p>
            </span>
            <Link to="/s/$shop/catalogue" params={{ shop }}>
              {t('attention.look')}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Quiet() {
  const { t } = useTranslation();
  return (
    <section className={css.card} aria-label={t('attention.title')}>
      <h2>{t('attention.title')}</h2>
      <p className={css.pad}>{t('attention.none')}</p>
    </section>
  );
}

/** The clock of a promise to call back: what is left, or how long it is over. */
export function Due({ due, now }: { due: string | null; now: number }) {
  const { t } = useTranslation();
  const f = useFormat();
  if (!due) return <span className={css.quiet}>–</span>;
  const left = Math.round((Date.parse(due) - now) / 1000);
  return (
    <span className={left < 0 ? css.overdue : undefined} title={f.full(due)} role="timer" aria-live="off">
      {left < 0 ? t('lost.over', { span: f.span(-left) }) : t('lost.left', { span: f.span(left) })}
    </span>
  );
}
