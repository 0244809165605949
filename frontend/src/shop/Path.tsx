import { IconCheck, IconPlayerPlay } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { clock } from '../ui/format';
import { useFormat } from '../ui/person';
import { Num } from '../ui/ui';
import css from './call.module.css';
import { type Story, useShopName } from './data';
import { type Answer, answerOf, type Node, type Script } from './script';

/** A step as it was taken: where it lies in the recording, and what was answered. */
export type Taken = { seq: number; at: string; second: number | undefined; node: Node | undefined; name: string; answer: Answer };

/** The steps that somebody said or asked; branches are the script's own and are left out. */
export function taken(story: Story, script: Script | undefined): Taken[] {
  const nodes = new Map(script?.nodes.map((n) => [n.id, n]));
  const zero = Date.parse(story.started_at) + (story.recording?.offset_s ?? 0) * 1000;
  return (story.script_path ?? []).flatMap((s) => {
    const node = nodes.get(s.node);
    if (node?.kind === 'branch') return [];
    const second = story.recording ? Math.max(0, (Date.parse(s.at) - zero) / 1000) : undefined;
    return [{ seq: s.seq, at: s.at, second, node, name: node?.title ?? s.node, answer: answerOf(s.answer, node) }];
  });
}

export function Path({ story, script }: { story: Story; script: Script | undefined }) {
  const { t } = useTranslation();
  const f = useFormat();
  const shop = useShopName();
  const listen = useNavigate({ from: '/s/$shop/calls/$call' });
  const { walk } = story;
  if (!walk)
    return story.answered_at ? (
      <section className={css.card} id="path">
        <h2>{t('path.title')}</h2>
        <p className={css.said}>{t('path.none')}</p>
      </section>
    ) : null;
  return (
    <section className={css.card} id="path" aria-label={t('path.title')}>
      <h2>
        {t('path.title')}{' '}
        <Link to="/s/$shop/scripts/$script" params={{ shop, script: walk.script_id }} search={{ v: walk.version }}>
          {t('path.version', { name: walk.script_name, version: walk.version })}
        </Link>
      </h2>
      <table className={css.path}>
        <caption className={css.hidden}>{t('path.title')}</caption>
        <tbody>
          {taken(story, script).map((s) => (
            <tr key={s.seq}>
              <td>
                {s.second !== undefined && story.recording_url ? (
                  <button
                    type="button"
                    title={f.exact(s.at)}
                    aria-label={t('path.listen', { at: clock(s.second), step: s.name })}
                    onClick={() => listen({ search: { t: Math.floor(s.second ?? 0) }, resetScroll: false, replace: true })}
                  >
                    <IconPlayerPlay size={12} aria-hidden />
                    <Num>{clock(s.second)}</Num>
                  </button>
                ) : (
                  <Num>{f.exact(s.at).slice(0, 8)}</Num>
                )}
              </td>
              <td>{s.name}</td>
              <td>
                <Said answer={s.answer} />
              </td>
              <td>{s.answer.kind !== 'passed' && <IconCheck size={15} role="img" aria-label={t('path.taken')} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Said({ answer }: { answer: Answer }) {
  const { t } = useTranslation();
  const f = useFormat();
  switch (answer.kind) {
    case 'none':
      return t('path.said');
    case 'passed':
      return <span className={css.quiet}>{t('path.passed')}</span>;
    case 'text':
      return answer.text;
    case 'item':
      return t('path.item', {
        name: answer.name,
        price: f.money({ amount: answer.priceMinor, scale: 2, currency: answer.currency || 'RUB' }),
      });
  }
}
