import { Button } from '@mantine/core';
import { IconPlayerPlayFilled } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../api/client';
import { useShopName } from './data';
import own from './voice.module.css';

/** The message that a buyer left. Who listens is written down, so it is asked for first. */
export function Message({ call }: { call: string }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const [address, setAddress] = useState<string>();
  const [state, setState] = useState<'quiet' | 'asked' | 'broken'>('quiet');
  const ask = async () => {
    setState('asked');
    const { data } = await client
      .POST('/calls/{id}/listenings', { params: { path: { id: call }, query: { shop } } })
      .catch(() => ({ data: undefined }));
    setState(data ? 'quiet' : 'broken');
    setAddress(data?.url);
  };
  // biome-ignore lint/a11y/useMediaCaption: nobody has written down what is said
  if (address) return <audio className={own.audio} src={address} controls autoPlay aria-label={t('lost.message')} />;
  return (
    <Button
      variant="default"
      size="compact-xs"
      leftSection={<IconPlayerPlayFilled size={12} aria-hidden />}
      loading={state === 'asked'}
      onClick={ask}
    >
      {t(state === 'broken' ? 'lost.noMessage' : 'lost.message')}
    </Button>
  );
}
