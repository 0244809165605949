import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type SignInAnswer, signIn } from '../api/session';
import { speak } from '../ui/language';
import { localeOf } from '../ui/person';
import { Logo } from '../ui/ui';
import css from './app.module.css';

export function SignIn() {
  const { t, i18n } = useTranslation();
  const router = useRouter();
  const { next } = useSearch({ from: '/signin' });
  const other = localeOf(i18n.language) === 'ru' ? 'en' : 'ru';
  // Only addresses of our own: a path, and no host in it.
  const done = () => router.history.push(next?.startsWith('/') && !next.startsWith('//') ? next : '/');
  return (
    <div className={css.door}>
      <title>{t('signin.page')}</title>
      <main className={css.box}>
        <div className={css.brand}>
          <Logo size={26} />
          <b>Switchboard</b>
        </div>
        <h1>{t('signin.title')}</h1>
        <Credentials done={done} />
      </main>
      <Button variant="subtle" size="xs" lang={other} onClick={() => speak(other)}>
        {other === 'en' ? 'English' : 'Русский'}
      </Button>
    </div>
  );
}

type Phase = { at: 'typing'; refused?: Exclude<SignInAnswer, 'in'> } | { at: 'sent' };

/** E-mail and password; the button is never disabled, an empty field says what it wants. */
export function Credentials({ done }: { done: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [phase, setPhase] = useState<Phase>({ at: 'typing' });
  const [given, setGiven] = useState({ email: '', password: '', totp: '' });
  const [missing, setMissing] = useState(false);
  const needsCode = phase.at === 'typing' && phase.refused === 'totp';

  const send = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    if (phase.at === 'sent') return;
    if (!given.email || !given.password) {
      setMissing(true);
      e.currentTarget.querySelector<HTMLInputElement>(given.email ? '[name=password]' : '[name=email]')?.focus();
      return;
    }
    setPhase({ at: 'sent' });
    const answer = await signIn(queries, { email: given.email, password: given.password, ...(given.totp && { totp: given.totp }) });
    if (answer === 'in') done();
    else setPhase({ at: 'typing', refused: answer });
  };
  const type = (field: keyof typeof given) => (e: { currentTarget: { value: string } }) =>
    setGiven({ ...given, [field]: e.currentTarget.value });

  return (
    <form className={css.form} onSubmit={send} noValidate>
      <TextInput
        name="email"
        type="email"
        autoComplete="username"
        label={t('signin.email')}
        value={given.email}
        onChange={type('email')}
        error={missing && !given.email && t('signin.noEmail')}
        data-autofocus
      />
      <PasswordInput
        name="password"
        autoComplete="current-password"
        label={t('signin.password')}
        value={given.password}
        onChange={type('password')}
        error={missing && !given.password && t('signin.noPassword')}
        visibilityToggleButtonProps={{ 'aria-label': t('signin.show') }}
      />
      {needsCode && (
        <TextInput
          name="totp"
          inputMode="numeric"
          autoComplete="one-time-code"
          label={t('signin.code')}
          value={given.totp}
          onChange={type('totp')}
        />
      )}
      {phase.at === 'typing' && phase.refused && (
        <p className={css.refused} role="alert">
          {t(`signin.refused.${phase.refused}`)}
        </p>
      )}
      <Button type="submit" loading={phase.at === 'sent'} fullWidth>
        {t('signin.enter')}
      </Button>
    </form>
  );
}
