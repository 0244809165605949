import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../api/client';
import { useFormat } from '../ui/person';
import { useShopName } from './data';
import { MenuTree } from './MenuTree';
import { MenuTrial } from './MenuTrial';
import css from './shop.module.css';
import { type Menu, type Trial, tagOf, useChange } from './voice';
import own from './voice.module.css';

/** The draft on the left, with what is wrong in which line; what it does on the right. */
export function MenuEditor({ menu }: { menu: Menu }) {
  const { t } = useTranslation();
  const [source, setSource] = useState(menu.source);
  const [steps, setSteps] = useState<readonly string[]>([]);
  const [closed, setClosed] = useState(false);
  const trial = useTrial(source, steps, closed);
  const change = (text: string) => {
    setSource(text);
    setSteps([]);
  };
  return (
    <div className={own.editor}>
      <div>
        <Source source={source} change={change} bad={trial?.problems.map((p) => p.line ?? 0) ?? []} />
        {trial && trial.problems.length > 0 && (
          <ul className={own.problems} aria-label={t('menus.problems')}>
            {trial.problems.map((p, i) => (
              <li key={i}>
                <b>{t('menus.line', { line: p.line ?? 1 })}</b> {p.message}
              </li>
            ))}
          </ul>
        )}
        <Publish menu={menu} source={source} sound={trial !== undefined && trial.problems.length === 0} />
      </div>
      {trial && trial.problems.length === 0 && (
        <div className={css.stack}>
          <MenuTree trial={trial} />
          <MenuTrial trial={trial} steps={steps} setSteps={setSteps} closed={closed} setClosed={setClosed} />
        </div>
      )}
    </div>
  );
}

/** Walks through the text as the server does for calls, a moment after the last change. */
function useTrial(source: string, steps: readonly string[], closed: boolean): Trial | undefined {
  const shop = useShopName();
  const [settled] = useDebouncedValue(source, 300);
  const [trial, setTrial] = useState<Trial>();
  useEffect(() => {
    const gone = new AbortController();
    client
      .POST('/menus/try', { params: { query: { shop } }, body: { source: settled, steps: [...steps], closed }, signal: gone.signal })
      .then(({ data }) => data && setTrial(data))
      .catch(() => undefined); // another is under way
    return () => gone.abort();
  }, [shop, settled, steps, closed]);
  return trial;
}

function Source({ source, change, bad }: { source: string; change: (text: string) => void; bad: readonly number[] }) {
  const { t } = useTranslation();
  const lines = source.split('\n');
  return (
    <div className={own.source}>
      <ol aria-hidden>
        {lines.map((_, i) => (
          <li key={i} data-bad={bad.includes(i + 1) || undefined} />
        ))}
      </ol>
      <textarea
        aria-label={t('menus.source')}
        spellCheck={false}
        wrap="off"
        rows={Math.max(lines.length, 12)}
        value={source}
        onChange={(e) => change(e.currentTarget.value)}
      />
    </div>
  );
}

function Publish({ menu, source, sound }: { menu: Menu; source: string; sound: boolean }) {
  const { t } = useTranslation();
  const f = useFormat();
  const shop = useShopName();
  const change = useChange();
  const [note, setNote] = useState('');
  const at = { params: { path: { id: menu.id }, query: { shop } } };
  const tag = tagOf(menu.updated_at);
  const keep = () =>
    source === menu.source
      ? Promise.resolve(true)
      : change(t('menus.kept'), () =>
          client.PUT('/menus/{id}', { params: { ...at.params, header: { 'If-Match': tag } }, body: { source } }),
        );
  const publish = async () => {
    if (await keep()) await change(t('menus.live'), () => client.POST('/menus/{id}/publish', { ...at, body: { note } }));
  };
  const restore = (version: string | null) =>
    version &&
    change(t('menus.restored', { version }), () => client.POST('/menus/{id}/restore', { ...at, body: { version: Number(version) } }));
  return (
    <div className={`${css.pad} ${own.publish}`}>
      <TextInput size="xs" label={t('menus.note')} maxLength={500} value={note} onChange={(e) => setNote(e.currentTarget.value)} />
      <Button size="xs" onClick={publish} disabled={!sound}>
        {t('menus.publish')}
      </Button>
      <Button size="xs" variant="default" onClick={keep} disabled={source === menu.source}>
        {t('menus.keep')}
      </Button>
      {menu.versions.length > 0 && (
        <Select
          size="xs"
          label={t('menus.history')}
          description={t('menus.now', { version: menu.version })}
          placeholder={t('menus.back')}
          value={null}
          data={menu.versions.map((v) => ({
            value: String(v.version),
            label: [t('scripts.versionOf', { version: v.version, at: f.date(v.published_at) }), v.note].filter(Boolean).join(' · '),
          }))}
          onChange={restore}
        />
      )}
    </div>
  );
}
