import { Button, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Trial } from './voice';
import own from './voice.module.css';

const pad = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

type Props = {
  trial: Trial;
  steps: readonly string[];
  setSteps: (steps: readonly string[]) => void;
  closed: boolean;
  setClosed: (closed: boolean) => void;
};

/** A telephone to press: the server answers as it would a caller. */
export function MenuTrial({ trial, steps, setSteps, closed, setClosed }: Props) {
  const { t } = useTranslation();
  const press = (step: string) => setSteps([...steps, step]);
  return (
    <section className={own.pane} aria-label={t('menus.try')}>
      <h3>{t('menus.try')}</h3>
      <div className={own.trial}>
        <div className={own.pad}>
          {pad.map((key) => (
            <Button key={key} variant="default" size="sm" disabled={trial.over} onClick={() => press(key)}>
              {key}
            </Button>
          ))}
          <Button variant="light" size="xs" disabled={trial.over} onClick={() => press('listen')}>
            {t('menus.listen')}
          </Button>
          <Button variant="light" size="xs" disabled={trial.over} onClick={() => press('wait')}>
            {t('menus.wait')}
          </Button>
          <Button variant="default" size="xs" disabled={steps.length === 0} onClick={() => setSteps([])}>
            {t('menus.anew')}
          </Button>
        </div>
        <ol className={own.lines} aria-live="polite">
          {trial.lines.map((l, i) => (
            <li key={i} data-what={l.what}>
              {t(`menus.line_.${l.what}`, {
                text: l.text || l.sound,
                node: l.node,
                kind: t(`menus.kind.${l.text}`, { defaultValue: l.text }),
              })}
            </li>
          ))}
        </ol>
      </div>
      <Switch
        size="xs"
        label={t('menus.closed')}
        checked={closed}
        onChange={(e) => {
          setClosed(e.currentTarget.checked);
          setSteps([]);
        }}
      />
    </section>
  );
}
