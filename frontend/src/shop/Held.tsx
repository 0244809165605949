import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { client, type Schemas } from '../api/client';
import { useShopName } from './data';
import { useChange } from './voice';

/** A snapshot that is held waits for a person: it is accepted, or thrown away. */
export function Held({ snapshot }: { snapshot: Schemas['Snapshot'] }) {
  const { t } = useTranslation();
  const change = useChange();
  const at = { params: { path: { id: snapshot.id }, query: { shop: useShopName() } } };
  const name = t('readings.name', { seq: snapshot.seq });
  return (
    <Group gap="xs" wrap="wrap">
      <span>{snapshot.cause ? t(`readings.causes.${snapshot.cause}`, { count: snapshot.gone_count }) : snapshot.reason}</span>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t('readings.discardNamed', { name })}
        onClick={() => void change(t('readings.kept'), () => client.POST('/catalogue/snapshots/{id}/discard', at))}
      >
        {t('readings.discard')}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t('readings.acceptNamed', { name })}
        onClick={() => void change(t('readings.accepted'), () => client.POST('/catalogue/snapshots/{id}/accept', at))}
      >
        {t('readings.accept')}
      </Button>
    </Group>
  );
}
