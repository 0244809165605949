import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Key } from '../ui/ui';
import css from './floor.module.css';

const rows = [
  ['J', 'next'],
  ['K', 'previous'],
  ['L', 'listen'],
  ['W', 'whisper'],
  ['B', 'barge'],
  ['T T', 'takeOver'],
  ['S', 'stop'],
  ['P', 'pause'],
  ['Esc', 'close'],
] as const;

export function KeySheet({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={close} title={t('floor.keys.title')} centered>
      <ul className={css.keys}>
        {rows.map(([key, does]) => (
          <li key={key}>
            <Key>{key}</Key>
            <span>{t(`floor.keys.${does}`)}</span>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
