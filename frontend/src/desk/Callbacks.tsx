import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { phone as phoneText } from '../ui/format';
import { localeOf, useFormat } from '../ui/person';
import { Key, Num, ShopBadge } from '../ui/ui';
import { type Owed, useCallBack, useOwed } from './callbacks';
import css from './desk.module.css';
import { useServerNow } from './house';
import { useVerbs } from './verbs';

/** How many are shown: a person looks no further. */
const most = 9;

/** Buyers who were missed, the soonest due first; a digit calls one. */
export function Callbacks({ may }: { may: boolean }) {
  const { t } = useTranslation();
  const { data } = useOwed();
  const call = useCallBack();
  const all = (data?.items ?? []).slice(0, most);
  const begin = (o: Owed | undefined) => o && may && o.callable_in_s === 0 && !call.isPending && call.mutate(o.id);
  useVerbs(may ? { choose: (n) => begin(all[n - 1]) } : {});
  if (all.length === 0) return null;
  return (
    <section className={css.owed} aria-label={t('desk.back.title')}>
      <h2>
        {t('desk.back.title')}
        <span>{data?.items.length}</span>
      </h2>
      {!may && <p>{t('desk.back.ready')}</p>}
      {call.error && <p role="alert">{t(`desk.back.trouble.${call.error}`)}</p>}
      <ul>
        {all.map((o, i) => (
          <Row key={o.id} o={o} n={i + 1} may={may} calling={call.isPending && call.variables === o.id} begin={() => begin(o)} />
        ))}
      </ul>
    </section>
  );
}

type RowProps = { o: Owed; n: number; may: boolean; calling: boolean; begin: () => void };

function Row({ o, n, may, calling, begin }: RowProps) {
  const { t, i18n } = useTranslation();
  const name = localeOf(i18n.language) === 'ru' ? o.shop.name_ru : o.shop.name_en;
  return (
    <li>
      <ShopBadge shop={{ name, colour: o.shop.colour }} size={32} />
      <div>
        <b>
          <Num>{phoneText(o.phone)}</Num>
        </b>
        <p title={name}>{t('desk.back.shop', { shop: name, queue: o.queue })}</p>
      </div>
      <div>
        {o.subject || t(`desk.back.reason.${o.reason || 'promise'}`)}
        <When o={o} />
      </div>
      <Button
        size="compact-md"
        variant="default"
        loading={calling}
        disabled={!may || o.callable_in_s > 0}
        onClick={begin}
        aria-label={`${t('desk.back.call')} ${phoneText(o.phone)}`}
        aria-keyshortcuts={String(n)}
        rightSection={may && <Key>{n}</Key>}
      >
        {t('desk.back.call')}
      </Button>
    </li>
  );
}

/** By when, and what came of it so far. */
function When({ o }: { o: Owed }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useServerNow();
  const due = f.instant(o.due_at, now);
  const parts = [
    o.callable_in_s > 0
      ? t('desk.back.later', { at: f.instant(new Date(now + o.callable_in_s * 1000).toISOString(), now) })
      : t(o.overdue ? 'desk.back.late' : 'desk.back.due_at', { at: due }),
    o.attempts > 0 && t('desk.back.tried', { count: o.attempts, most: o.most_attempts }),
    o.last && t(`desk.back.last.${o.last}`),
  ];
  return <p data-state={o.overdue ? 'lost' : undefined}>{parts.filter(Boolean).join(' · ')}</p>;
}
