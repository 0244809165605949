import { Button, NumberInput, Select, Textarea } from '@mantine/core';
import { IconVolume } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../api/client';
import { useShopName } from './data';
import css from './shop.module.css';
import { speak, useChange, type Voice } from './voice';
import own from './voice.module.css';

type RefusalKey = Voice['refusal_key'];
const keys: readonly RefusalKey[] = ['', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'];

/** The first words that a buyer hears; to be heard before they are saved. */
export function Greeting({ voice }: { voice: Voice }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const change = useChange();
  const [text, setText] = useState(voice.greeting_text);
  const [away, setAway] = useState<number | string>(voice.away_seconds);
  const [key, setKey] = useState<RefusalKey>(voice.refusal_key);
  const same = text.trim() === voice.greeting_text && away === voice.away_seconds && key === voice.refusal_key;
  const save = () =>
    change(t('voice.saved'), () =>
      client.PUT('/voice', { params: { query: { shop } }, body: { greeting_text: text, away_seconds: Number(away), refusal_key: key } }),
    );
  return (
    <section className={css.card} aria-label={t('voice.greeting')}>
      <h2>{t('voice.greeting')}</h2>
      <div className={`${css.pad} ${own.form}`}>
        <Textarea
          label={t('voice.greetingText')}
          description={t(voice.greeting === 'none' ? 'voice.greetingNone' : 'voice.greetingHint')}
          autosize
          minRows={3}
          maxRows={8}
          maxLength={500}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
        />
        <Hear text={text} />
        <NumberInput label={t('voice.away')} description={t('voice.awayHint')} w={240} min={5} max={600} value={away} onChange={setAway} />
        <Select
          label={t('voice.refusal')}
          description={t('voice.refusalHint')}
          w={360}
          data={keys.map((k) => ({ value: k, label: k || t('voice.refusalNone') }))}
          allowDeselect={false}
          value={key}
          onChange={(v) => setKey(keys.find((k) => k === v) ?? '')}
        />
        <Button onClick={save} disabled={same || away === ''} w="fit-content">
          {t('voice.save')}
        </Button>
      </div>
    </section>
  );
}

/** Plays a text by the voice that callers hear. */
export function Hear({ text }: { text: string }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const [state, setState] = useState<'quiet' | 'asked' | 'broken'>('quiet');
  const [address, setAddress] = useState<string>();
  useEffect(() => () => (address ? URL.revokeObjectURL(address) : undefined), [address]);
  const ask = async () => {
    setState('asked');
    const sound = await speak(shop, text).catch(() => undefined);
    setState(sound ? 'quiet' : 'broken');
    setAddress(sound && URL.createObjectURL(sound));
  };
  return (
    <div className={css.bar}>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconVolume size={15} aria-hidden />}
        loading={state === 'asked'}
        disabled={!text.trim()}
        onClick={ask}
      >
        {t('voice.hear')}
      </Button>
      {/* biome-ignore lint/a11y/useMediaCaption: the text is in the field above */}
      {address && <audio className={own.audio} src={address} controls autoPlay aria-label={t('voice.heard')} />}
      {state === 'broken' && <span role="alert">{t('voice.noVoice')}</span>}
    </div>
  );
}
