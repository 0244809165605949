import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { signOut } from '../api/session';
import { Empty } from '../ui/Panel';

/** The operator's desk is not in the browser yet: calls come to the telephone. */
export function DeskPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const router = useRouter();
  const leave = async () => {
    await signOut(queries);
    router.navigate({ to: '/signin' });
  };
  return (
    <main>
      <title>{t('desk.page')}</title>
      <Empty
        title={t('desk.title')}
        action={
          <Button variant="default" onClick={leave}>
            {t('frame.leave')}
          </Button>
        }
      >
        {t('desk.text')}
      </Empty>
    </main>
  );
}
