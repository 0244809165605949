// Empty, loading and broken panels: each fails alone and says what to do.
import { Button, Skeleton } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import css from './panel.module.css';

/** What went wrong, as the API says it. */
export type Trouble = { status?: number; code?: string; request_id?: string };

type Query<T> = { data: T | undefined; error: Trouble | null; refetch: () => unknown };

/** Shows the data of a query, or in its place why it is not there. */
export function Panel<T>({ query, rows = 4, children }: { query: Query<T>; rows?: number; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Broken trouble={query.error} retry={query.refetch} />;
  return <Loading rows={rows} retry={query.refetch} />;
}

/** A skeleton after 200 ms, and words after 8 s. */
export function Loading({ rows, retry }: { rows: number; retry: () => unknown }) {
  const { t } = useTranslation();
  const [phase, setPhase] = useState<'new' | 'slow' | 'late'>('new');
  useEffect(() => {
    const slow = setTimeout(() => setPhase('slow'), 200);
    const late = setTimeout(() => setPhase('late'), 8000);
    return () => {
      clearTimeout(slow);
      clearTimeout(late);
    };
  }, []);
  return (
    <div className={css.loading} aria-busy="true" style={{ minHeight: rows * 44 }}>
      {phase !== 'new' && Array.from({ length: rows }, (_, i) => <Skeleton key={i} height={20} radius="sm" />)}
      {phase === 'late' && (
        <p role="status">
          {t('panel.late')}{' '}
          <Button variant="default" size="compact-xs" onClick={retry}>
            {t('panel.retry')}
          </Button>
        </p>
      )}
    </div>
  );
}

export function Broken({ trouble, retry }: { trouble: Trouble; retry: () => unknown }) {
  const { t } = useTranslation();
  return (
    <div className={css.note} role="alert">
      <b>{t(`trouble.${kindOf(trouble)}.title`)}</b>
      <p>{t(`trouble.${kindOf(trouble)}.text`)}</p>
      <div className={css.verbs}>
        <Button variant="default" size="xs" onClick={retry}>
          {t('panel.retry')}
        </Button>
        {trouble.request_id && <small>{t('panel.code', { code: trouble.request_id.slice(0, 8) })}</small>}
      </div>
    </div>
  );
}

/** Says what will be here, why it is not, and what to do. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={css.note}>
      <b>{title}</b>
      {children && <p>{children}</p>}
      {action && <div className={css.verbs}>{action}</div>}
    </div>
  );
}

function kindOf(trouble: Trouble): 'absent' | 'barred' | 'many' | 'broken' | 'offline' {
  switch (trouble.status) {
    case undefined:
      return 'offline';
    case 404:
      return 'absent';
    case 403:
      return 'barred';
    case 429:
      return 'many';
    default:
      return 'broken';
  }
}
