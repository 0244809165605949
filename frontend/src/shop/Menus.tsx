import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, client } from '../api/client';
import { Empty, Panel } from '../ui/Panel';
import { useShopName } from './data';
import { MenuEditor } from './MenuEditor';
import css from './shop.module.css';
import { sample, useChange, useMenus, type Voice } from './voice';
import own from './voice.module.css';

/** The menus of the shop: one is open at a time. */
export function Menus({ voice }: { voice: Voice }) {
  const { t } = useTranslation();
  const menus = useMenus();
  const [chosen, choose] = useState<string>();
  const all = menus.data?.items ?? [];
  const id = all.find((m) => m.id === chosen)?.id ?? all[0]?.id;
  return (
    <section className={css.card} aria-label={t('menus.title')}>
      <h2>
        {t('menus.title')}
        <span>{t('menus.hint')}</span>
      </h2>
      <Panel query={menus} rows={3}>
        {() => (
          <>
            <div className={`${css.pad} ${own.head}`}>
              {id && (
                <Select
                  size="xs"
                  label={t('menus.which')}
                  allowDeselect={false}
                  data={all.map((m) => ({ value: m.id, label: m.name }))}
                  value={id}
                  onChange={(v) => choose(v ?? undefined)}
                />
              )}
              <Add language={voice.language} after={choose} />
            </div>
            {id ? <One key={id} id={id} /> : <Empty title={t('menus.none')}>{t('menus.noneText')}</Empty>}
          </>
        )}
      </Panel>
    </section>
  );
}

function Add({ language, after }: { language: Voice['language']; after: (id: string) => void }) {
  const { t } = useTranslation();
  const shop = useShopName();
  const change = useChange();
  const [name, setName] = useState('');
  const add = () =>
    change(t('menus.added'), async () => {
      const answer = await client.POST('/menus', { params: { query: { shop } }, body: { name, source: sample[language] } });
      if (answer.data) after(answer.data.id);
      return answer;
    }).then((ok) => ok && setName(''));
  return (
    <form
      className={own.upload}
      onSubmit={(e) => {
        e.preventDefault();
        add();
      }}
    >
      <TextInput size="xs" label={t('menus.newName')} maxLength={60} value={name} onChange={(e) => setName(e.currentTarget.value)} />
      <Button type="submit" size="xs" variant="default" disabled={!name.trim()}>
        {t('menus.add')}
      </Button>
    </form>
  );
}

function One({ id }: { id: string }) {
  const menu = api.useQuery('get', '/menus/{id}', { params: { path: { id }, query: { shop: useShopName() } } });
  return (
    <Panel query={menu} rows={8}>
      {(m) => <MenuEditor key={`${m.id}${m.updated_at}`} menu={m} />}
    </Panel>
  );
}
