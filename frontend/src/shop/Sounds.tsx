import { Button, FileButton, TextInput } from '@mantine/core';
import { IconTrash, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../api/client';
import { clock } from '../ui/format';
import { Empty, Panel } from '../ui/Panel';
import { useShopName } from './data';
import css from './shop.module.css';
import { type Sound, useChange, useSounds } from './voice';
import own from './voice.module.css';

/** Music and words that the shop has recorded itself. */
export function Sounds() {
  const { t } = useTranslation();
  const sounds = useSounds();
  return (
    <section className={css.card} aria-label={t('sounds.title')}>
      <h2>{t('sounds.title')}</h2>
      <Panel query={sounds} rows={2}>
        {(d) =>
          (d.items ?? []).length === 0 ? (
            <Empty title={t('sounds.none')}>{t('sounds.noneText')}</Empty>
          ) : (
            <ul className={css.list}>
              {(d.items ?? []).map((s) => (
                <Row key={s.id} sound={s} />
              ))}
            </ul>
          )
        }
      </Panel>
      <Upload />
    </section>
  );
}

function Row({ sound }: { sound: Sound }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const change = useChange();
  const [sure, setSure] = useState(false);
  const remove = () =>
    change(t('sounds.removed', { name: sound.name }), () =>
      client.DELETE('/sounds/{id}', { params: { path: { id: sound.id }, query: { shop, confirm: sound.name } } }),
    );
  return (
    <li>
      {/* biome-ignore lint/a11y/useMediaCaption: it is the shop's own sound, under its name */}
      <audio className={own.audio} controls preload="none" src={`/api/v1/sounds/${sound.id}/audio?shop=${shop}`} aria-label={sound.name} />
      <div>
        <b>{sound.name}</b>
        <p>{clock(sound.duration_ms / 1000)}</p>
      </div>
      <Button
        variant={sure ? 'filled' : 'default'}
        color={sure ? 'red' : undefined}
        size="xs"
        leftSection={<IconTrash size={14} aria-hidden />}
        onClick={() => (sure ? remove().then(() => setSure(false)) : setSure(true))}
        onBlur={() => setSure(false)}
      >
        {t(sure ? 'sounds.sure' : 'sounds.remove')}
      </Button>
    </li>
  );
}

function Upload() {
  const { t } = useTranslation();
  const shop = useShopName();
  const change = useChange();
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (file: File | null) => {
    if (!file) return;
    setBusy(true);
    const as = name.trim() || file.name.replace(/\.[^.]*$/, '').slice(0, 60);
    const ok = await change(t('sounds.added', { name: as }), () =>
      client.POST('/sounds', {
        params: { query: { shop, name: as } },
        body: file as never,
        bodySerializer: (b: unknown) => b as never,
        headers: { 'Content-Type': 'application/octet-stream' },
      }),
    );
    setBusy(false);
    if (ok) setName('');
  };
  return (
    <div className={`${css.pad} ${own.upload}`}>
      <TextInput
        size="xs"
        label={t('sounds.name')}
        description={t('sounds.hint')}
        maxLength={60}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      <FileButton onChange={send} accept=".wav,.mp3,.ogg,.flac,.aif,.aiff,.au,audio/*">
        {(props) => (
          <Button {...props} size="xs" variant="default" loading={busy} leftSection={<IconUpload size={15} aria-hidden />}>
            {t('sounds.upload')}
          </Button>
        )}
      </FileButton>
    </div>
  );
}
