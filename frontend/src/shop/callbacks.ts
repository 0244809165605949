// Callbacks that a person of the shop takes, gives back and reports done.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../api/client';
import { say } from '../ui/toast';
import { type LostCall, useShopName } from './data';

export function useCallbacks() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const shop = useShopName();
  const [busy, setBusy] = useState(false);
  const at = (id: string) => ({ params: { path: { id }, query: { shop } } });
  const tasks = (rows: readonly LostCall[]) => rows.flatMap((r) => (r.task_id ? [r.task_id] : []));
  const read = () => queries.invalidateQueries();
  const giveBack = async (ids: readonly string[]) => {
    await Promise.all(ids.map((id) => client.POST('/tasks/{id}/release', at(id))));
    await read();
  };
  const take = async (rows: readonly LostCall[]) => {
    setBusy(true);
    const answers = await Promise.all(
      tasks(rows).map(async (id) => ({ id, got: (await client.POST('/tasks/{id}/claim', at(id))).response.ok })),
    );
    const got = answers.filter((a) => a.got).map((a) => a.id);
    setBusy(false);
    await read();
    if (got.length > 0) say(t('lost.taken', { count: got.length }), () => giveBack(got));
    else if (answers.length > 0) say(t('lost.takenByOthers'));
  };
  const finish = async (row: LostCall) => {
    setBusy(true);
    for (const id of tasks([row])) await client.POST('/tasks/{id}/done', { ...at(id), body: {} });
    setBusy(false);
    await read();
  };
  return { take, finish, busy };
}
