import { useTranslation } from 'react-i18next';
import { type Branch, type Trial, treeOf } from './voice';
import own from './voice.module.css';

/** The menu as an indented tree: what is said, and which key leads where. */
export function MenuTree({ trial }: { trial: Trial }) {
  const { t } = useTranslation();
  const day = treeOf(trial.nodes, trial.start);
  const night = trial.closed ? treeOf(trial.nodes, trial.closed) : undefined;
  return (
    <section className={own.pane} aria-label={t('menus.tree')}>
      <h3>{t('menus.tree')}</h3>
      {day && <Tree branches={[day]} at={trial.at} />}
      {night && (
        <>
          <h4>{t('menus.atNight')}</h4>
          <Tree branches={[night]} at={trial.at} />
        </>
      )}
    </section>
  );
}

function Tree({ branches, at }: { branches: readonly Branch[]; at: string }) {
  const { t } = useTranslation();
  return (
    <ul className={own.tree}>
      {branches.map((b) => (
        <li key={b.by + b.node.id}>
          <div data-here={(b.node.id === at && !b.again) || undefined}>
            {b.by && <kbd>{t(`menus.by.${b.by}`, { defaultValue: b.by })}</kbd>}
            <em>{t(`menus.kind.${b.node.kind}`)}</em>
            {b.again ? <span>{t('menus.again', { name: b.node.id })}</span> : <span>{b.node.text || b.node.sound || b.node.id}</span>}
          </div>
          {b.branches.length > 0 && <Tree branches={b.branches} at={at} />}
        </li>
      ))}
    </ul>
  );
}
