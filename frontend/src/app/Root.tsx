import { Button, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Toasts } from '../ui/toast';
import css from './app.module.css';
import { renew, useCalm, useExpired } from './expiry';
import { Credentials } from './SignIn';

/** Every page, and the question who you are when the session ended meanwhile. */
export function Root() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const expired = useCalm(useExpired());
  const back = () => {
    renew();
    queries.invalidateQueries();
  };
  return (
    <>
      <Outlet />
      <Toasts />
      <Modal opened={expired} onClose={() => {}} withCloseButton={false} title={t('signin.again')} centered>
        <p className={css.hint}>{t('signin.againText')}</p>
        <Credentials done={back} />
      </Modal>
    </>
  );
}

export function Absent() {
  const { t } = useTranslation();
  return (
    <main className={css.notice}>
      <title>{t('absent.title')}</title>
      <h1>{t('absent.title')}</h1>
      <p>{t('absent.text')}</p>
      <Link to="/">{t('absent.home')}</Link>
    </main>
  );
}

export function Failed() {
  const { t } = useTranslation();
  const router = useRouter();
  return (
    <main className={css.notice} role="alert">
      <h1>{t('trouble.broken.title')}</h1>
      <p>{t('trouble.broken.text')}</p>
      <Button variant="default" onClick={() => router.invalidate()}>
        {t('panel.retry')}
      </Button>
    </main>
  );
}
