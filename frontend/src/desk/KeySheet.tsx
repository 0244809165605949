import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Key } from '../ui/ui';
import css from './desk.module.css';
import { keys, type Verb } from './keymap';

const sheet: readonly Verb[] = [
  'answer',
  'decline',
  'hold',
  'mute',
  'pad',
  'tape',
  'move',
  'park',
  'end',
  'next',
  'skip',
  'back',
  'cards',
  'search',
  'compare',
  'narrow',
  'form',
  'order',
  'note',
  'extend',
  'finish',
  'ready',
  'pause',
  'palette',
  'leave',
  'help',
];

/** What the keys do, on one sheet. */
export function KeySheet({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={close} title={t('keys.title')} size="lg" centered closeButtonProps={{ 'aria-label': t('frame.close') }}>
      <dl className={css.sheet}>
        <div>
          <dt>
            <Key>1…9</Key>
          </dt>
          <dd>{t('desk.verb.choose')}</dd>
        </div>
        {sheet.map((v) => (
          <div key={v}>
            <dt>
              <Key>{keys[v]}</Key>
            </dt>
            <dd>{t(`desk.verb.${v}`)}</dd>
          </div>
        ))}
      </dl>
      <p className={css.small} style={{ marginTop: 12, whiteSpace: 'normal' }}>
        {t('desk.keysNote')}
      </p>
    </Modal>
  );
}
