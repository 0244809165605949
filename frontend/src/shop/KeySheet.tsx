import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import css from './shop.module.css';

const sheet = [
  { keys: ['Ctrl K'], what: 'palette' },
  { keys: ['G H', 'G C', 'G L'], what: 'go' },
  { keys: ['G O', 'G S', 'G K'], what: 'goMore' },
  { keys: ['J', 'K'], what: 'move' },
  { keys: ['Enter'], what: 'open' },
  { keys: ['X', 'Shift X'], what: 'choose' },
  { keys: ['Esc'], what: 'clear' },
  { keys: ['/'], what: 'search' },
  { keys: ['Space'], what: 'play' },
  { keys: ['←', '→'], what: 'skip' },
  { keys: ['Shift ←', 'Shift →'], what: 'step' },
  { keys: [',', '.'], what: 'speed' },
  { keys: ['C'], what: 'comment' },
  { keys: ['?'], what: 'help' },
] as const;

/** What the keys do. */
export function KeySheet({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={close} title={t('keys.title')} centered closeButtonProps={{ 'aria-label': t('frame.close') }}>
      <dl className={css.keys}>
        {sheet.map((row) => (
          <div key={row.what}>
            <dt>
              {row.keys.map((k) => (
                <kbd key={k}>{k}</kbd>
              ))}
            </dt>
            <dd>{t(`keys.${row.what}`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
