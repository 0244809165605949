import { useTranslation } from 'react-i18next';
import { Panel } from '../ui/Panel';
import { Greeting } from './Greeting';
import { Menus } from './Menus';
import { QueueVoices } from './QueueVoices';
import { Sounds } from './Sounds';
import css from './shop.module.css';
import { useVoice } from './voice';

/** What callers hear from the machine: greeting, waiting, menus, sounds. */
export function VoicePage() {
  const { t } = useTranslation();
  const voice = useVoice();
  return (
    <>
      <title>{t('voice.page')}</title>
      <div className={css.title}>
        <h1>{t('voice.title')}</h1>
      </div>
      <Panel query={voice} rows={10}>
        {(v) => (
          <div className={css.stack}>
            <div className={css.two}>
              <Greeting key={`${v.greeting_text}${v.away_seconds}`} voice={v} />
              <Sounds />
            </div>
            <QueueVoices voice={v} />
            <Menus voice={v} />
          </div>
        )}
      </Panel>
    </>
  );
}
