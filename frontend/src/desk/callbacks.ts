// Buyers whom the operator may call back.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, client, type Schemas } from '../api/client';

export type Owed = Schemas['OwedCallback'];

/** How often the list is read again: another may have taken one, ms. */
const pace = 10_000;
const key = ['get', '/desk/callbacks'] as const;

export const useOwed = () => api.useQuery('get', '/desk/callbacks', {}, { refetchInterval: pace });

/** How long after the click my own telephone may ring before the call is a stranger's, ms. */
const soon = 15_000;
let asked = Number.NEGATIVE_INFINITY;

/** Whether I have asked for a call in this page a moment ago. */
export const wanting = (): boolean => performance.now() - asked < soon;

const troubles = ['outside_hours', 'taken', 'task_closed', 'no_buyer', 'no_phone', 'not_now'] as const;
export type Trouble = (typeof troubles)[number] | 'other';

/** Begins a call. It fails with the word of what is in the way. */
export function useCallBack() {
  const queries = useQueryClient();
  return useMutation<void, Trouble, string>({
    mutationFn: async (id) => {
      asked = performance.now();
      const answer = await client.POST('/desk/callbacks/{id}/call', { params: { path: { id } } }).catch(() => undefined);
      if (answer?.data) return;
      asked = Number.NEGATIVE_INFINITY;
      const code = answer?.error?.code;
      throw troubles.find((c) => c === code) ?? 'other';
    },
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ['desk'] }), queries.invalidateQueries({ queryKey: key })]),
  });
}
