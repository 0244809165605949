import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { wordedAt } from '../ui/fresh';
import { localeOf, useFormat } from '../ui/person';
import { Fresh, Key, Label } from '../ui/ui';
import { type Item, useInHand } from './call';
import css from './desk.module.css';
import { useJudge, useServerNow } from './house';
import { partsOf, quoted } from './sentence';
import type { Walk } from './useWalk';

/** The largest thing on the desk: the next sentence, or the answer to a frequent question. */
export function Sentence({ walk, picked }: { walk: Walk; picked: Item | undefined }) {
  const { t } = useTranslation();
  const { cards } = useInHand();
  const { view } = walk;
  const open = cards.open;
  const sentence = wordedAt(view, useServerNow());
  return (
    <div className={css.say} aria-live="polite">
      <div className={css.row}>
        <Label>{open ? open.question : t('desk.script.say')}</Label>
        <span className={css.grow} />
        {open ? (
          <Button variant="subtle" size="compact-xs" onClick={cards.close} rightSection={<Key>Esc</Key>}>
            {t('desk.cards.back')}
          </Button>
        ) : (
          <span className={css.small}>{view.title}</span>
        )}
      </div>
      <Spoken text={open ? open.answer : sentence} names={picked ? [picked.name] : []} />
      {!open && <Facts view={view} />}
    </div>
  );
}

function Spoken({ text, names }: { text: string; names: readonly string[] }) {
  const { i18n } = useTranslation();
  const parts = partsOf(quoted(text, localeOf(i18n.language) === 'ru'), names);
  return (
    <p>
      {parts.map((p, i) =>
        p.exact ? (
          <mark key={i} data-short={p.text.length < 20 || undefined}>
            {p.text}
          </mark>
        ) : (
          p.text
        ),
      )}
    </p>
  );
}

/** How old is what the sentence promises; what the shop forbids. */
function Facts({ view }: { view: Walk['view'] }) {
  const { t } = useTranslation();
  const f = useFormat();
  const judge = useJudge();
  const told = view.facts.map((fact) => ({ fact, ...judge(fact) }));
  const oldest = told.filter((one) => one.stale).sort((a, b) => b.seconds - a.seconds)[0];
  return (
    <div className={css.row} style={{ flexWrap: 'wrap' }}>
      {told.map(({ fact, seconds, stale }) => (
        <span key={`${fact.sku} ${fact.field}`} className={css.fact} data-fact={fact.field}>
          {t(`desk.script.${fact.field}`)} <Fresh seconds={seconds} stale={stale} source={fact.source} />
        </span>
      ))}
      {oldest && <span className={css.fact}>{t(`desk.script.staleIs.${oldest.fact.field}`, { age: f.age(oldest.seconds) })}</span>}
      {view.barred && (
        <span className={css.fact}>{t(view.email ? 'desk.script.barredMail' : 'desk.script.barred', { email: view.email })}</span>
      )}
      {!view.barred && view.kind === 'transfer' && <span className={css.fact}>{t('desk.script.transfer', { to: view.to })}</span>}
    </div>
  );
}
