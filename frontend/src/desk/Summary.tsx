import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '../api/client';
import { useFormat } from '../ui/person';
import { soon, useInHand } from './call';
import css from './desk.module.css';

/** What the operator before did, for a call that came back to the queue. */
export function Summary() {
  const { t } = useTranslation();
  const f = useFormat();
  const { call, card, over } = useInHand();
  const { data } = useQuery({
    queryKey: ['desk-summary', call],
    enabled: card?.handed === true && !over,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const { data, error } = await client.GET('/desk/calls/{id}/summary', { params: { path: { id: call } } });
      if (!data) throw Object.assign(new Error('read the summary'), error);
      return data;
    },
    ...soon,
  });
  if (!data?.handed || over) return null;
  const names = data.before.map((b) => b.name).join(', ');
  return (
    <section className={css.before} aria-label={t('desk.summary.title')}>
      <b>{t('desk.summary.text', { names, span: f.span(data.waited_s) })}</b>
      <p>{t('desk.summary.step', { step: data.step || '–', count: data.path.length })}</p>
    </section>
  );
}
