import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { clock } from '../ui/format';
import { useFormat } from '../ui/person';
import css from './call.module.css';
import type { Story } from './data';
import look from './taped.module.css';

type Recording = NonNullable<Story['recording']>;
const formats = ['wav', 'mp3', 'opus'] as const;

/** What is to be said of a recording beside its sound. */
export function TapedNotes({ recording }: { recording: Recording }) {
  const { t } = useTranslation();
  const notes = [
    ...(recording.gaps ?? []).map((g) => t('taped.gapFrom', { from: clock(g.from_s), to: clock(g.to_s) })),
    ...(recording.error ? [t('taped.cut')] : []),
    ...(recording.moving ? [t('taped.moving')] : []),
    ...(recording.held ? [t('taped.held', { reason: recording.held_for })] : []),
  ];
  if (notes.length === 0) return null;
  return (
    <ul className={look.notes}>
      {notes.map((n) => (
        <li key={n}>{n}</li>
      ))}
    </ul>
  );
}

/** The recording as a file. The server writes down who took it. */
export function Download({ url }: { url: string }) {
  const { t } = useTranslation();
  const address = (format: string) => `${url}${url.includes('?') ? '&' : '?'}download=true&format=${format}`;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconDownload size={14} aria-hidden />}>
          {t('taped.download')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map((f) => (
          <Menu.Item key={f} component="a" href={address(f)}>
            {t(`taped.${f}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Stretches in which the recording stood still, over the tracks. */
export function Gaps({ recording, share }: { recording: Recording; share: (s: number) => string }) {
  const { t } = useTranslation();
  return (recording.gaps ?? []).map((g) => (
    <div
      key={g.from_s}
      className={look.gap}
      title={t('taped.gapFrom', { from: clock(g.from_s), to: clock(g.to_s) })}
      style={{ left: share(g.from_s), width: share(g.to_s - g.from_s) }}
    >
      <span>{t('taped.gap')}</span>
    </div>
  ));
}

/** In place of a player: why there is nothing to hear. */
export function NoSound({ recording }: { recording: Recording }) {
  const { t } = useTranslation();
  const f = useFormat();
  if (recording.state === 'failed')
    return (
      <section className={css.player} aria-label={t('player.title')}>
        <p className={look.gone}>
          <b>{t('taped.failed')}</b> {t('taped.failedText')}
        </p>
      </section>
    );
  if (recording.state !== 'erased' || !recording.deleted_at || recording.deleted_rule === '') return null;
  return (
    <section className={css.player} aria-label={t('player.title')}>
      <p className={look.gone}>
        <b>{t('taped.deleted', { at: f.full(recording.deleted_at) })}</b>{' '}
        {t(`taped.rule.${recording.deleted_rule}`, { reason: recording.deleted_reason })}{' '}
        <span>{t('taped.deletedText', { bytes: f.number(recording.bytes), sha: recording.sha256.slice(0, 16) })}</span>
      </p>
    </section>
  );
}
