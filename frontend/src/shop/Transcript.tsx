import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/person';
import css from './call.module.css';
import type { Story } from './data';

/** What the buyer said to the machine, as a program understood it: the sound is the proof. */
export function TranscriptCard({ story }: { story: Story }) {
  const { t } = useTranslation();
  const f = useFormat();
  const { transcript } = story;
  if (!transcript) return null;
  const heard = transcript.state === 'ready' && transcript.words !== '';
  return (
    <section className={css.card}>
      <h2>{t('transcript.title')}</h2>
      <div style={{ display: 'grid', gap: 6, padding: '4px 16px 14px' }}>
        {heard ? (
          <>
            <blockquote lang={transcript.language} style={{ margin: 0, overflowWrap: 'anywhere' }}>
              {transcript.words}
            </blockquote>
            <small style={{ color: 'var(--sb-ink-3)' }}>{t('transcript.note', { sure: f.percent(transcript.confidence) })}</small>
          </>
        ) : (
          <p style={{ margin: 0 }}>{t('transcript.failed')}</p>
        )}
      </div>
    </section>
  );
}
