import { Button, CloseButton, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, client } from '../api/client';
import { clock } from '../ui/format';
import { useFormat, useNow } from '../ui/person';
import { say } from '../ui/toast';
import { Num } from '../ui/ui';
import css from './call.module.css';
import { type Comment, type Story, useShopName } from './data';

type Props = { story: Story; writing: number | undefined; close: () => void; play: (from: number) => void };

/** What was written beside seconds of the recording. */
export function Comments({ story, writing, close, play }: Props) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const { account } = useRouteContext({ from: '/inside' });
  const { all, add, remove } = useComments(story.id);
  if (all.length === 0 && writing === undefined) return null;
  return (
    <section className={css.comments} aria-label={t('comments.title')}>
      {all.length > 0 && (
        <ol>
          {all.map((c) => (
            <li key={c.id}>
              <button type="button" title={t('comments.listen')} onClick={() => play(c.at_s)}>
                <Num>{clock(c.at_s)}</Num>
              </button>
              <p>
                {c.text}
                <small title={f.full(c.created_at)}>{t('comments.by', { name: c.author, at: f.instant(c.created_at, now) })}</small>
              </p>
              {c.author_id === account.id && (
                <CloseButton size={24} iconSize={14} aria-label={t('comments.remove')} onClick={() => remove(c)} />
              )}
            </li>
          ))}
        </ol>
      )}
      {writing !== undefined && <Writing key={writing} at={writing} add={add} close={close} />}
    </section>
  );
}

type New = { at_s: number; text: string };

function useComments(call: string) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const shop = useShopName();
  const params = { path: { id: call }, query: { shop } };
  const all = api.useQuery('get', '/calls/{id}/comments', { params }, { retry: false }).data?.items ?? [];
  const read = () => queries.invalidateQueries({ queryKey: ['get', '/calls/{id}/comments'] });
  const add = async (body: New) => {
    const { response } = await client.POST('/calls/{id}/comments', { params, body }).catch(() => ({ response: undefined }));
    await read();
    return response?.ok === true;
  };
  const remove = async (c: Comment) => {
    await client.DELETE('/comments/{id}', { params: { path: { id: c.id }, query: { shop } } });
    await read();
    say(t('comments.removed'), () => add({ at_s: c.at_s, text: c.text }));
  };
  return { all, add, remove };
}

/** The words are kept in the field until the server has them. */
function Writing({ at, add, close }: { at: number; add: (c: New) => Promise<boolean>; close: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState<'empty' | 'unsaved'>();
  const save = async (e: FormEvent) => {
    e.preventDefault();
    if (text.trim() === '') return setTrouble('empty');
    if (await add({ at_s: at, text })) close();
    else setTrouble('unsaved');
  };
  return (
    <form onSubmit={save}>
      <Textarea
        label={t('comments.label', { at: clock(at) })}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2000}
        data-autofocus
        ref={(field) => {
          if (field && !field.dataset.met) {
            field.dataset.met = 'yes';
            field.focus();
          }
        }}
        value={text}
        onChange={(e) => setText(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.key === 'Escape') e.currentTarget.blur();
          if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) e.currentTarget.form?.requestSubmit();
        }}
        error={trouble && t(`comments.${trouble}`)}
      />
      <div className={css.verbs}>
        <Button type="submit" size="xs" aria-keyshortcuts="Control+Enter">
          {t('comments.save')}
        </Button>
        <Button variant="subtle" color="gray" size="xs" onClick={close}>
          {t('comments.cancel')}
        </Button>
      </div>
    </form>
  );
}
