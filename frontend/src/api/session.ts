// Who is signed in: a cookie that scripts cannot read, and the token of its changes.
import type { QueryClient } from '@tanstack/react-query';
import { client, holdToken, type Schemas } from './client';

export type Account = Schemas['Me'];
export type Session = { state: 'in'; account: Account } | { state: 'out' };

export const sessionKey = ['session'] as const;

async function read(): Promise<Session> {
  const { data, response } = await client.GET('/session');
  if (response.status === 401) return { state: 'out' };
  if (!data) throw new Error(`read the session: ${response.status}`);
  holdToken(data.csrf_token);
  return { state: 'in', account: data.account };
}

export const sessionQuery = { queryKey: sessionKey, queryFn: read, staleTime: Number.POSITIVE_INFINITY, retry: 2 };

export type SignInAnswer = 'in' | 'wrong' | 'totp' | 'many' | 'broken';

/** Signs in and has every page read anew. */
export async function signIn(queries: QueryClient, given: { email: string; password: string; totp?: string }): Promise<SignInAnswer> {
  const { error, response } = await client
    .POST('/sessions', { body: { ...given, client: 'browser' } })
    .catch(() => ({ error: undefined, response: undefined }));
  if (!response) return 'broken';
  if (response.ok) {
    queries.setQueryData(sessionKey, await read());
    return 'in';
  }
  if (response.status === 429) return 'many';
  if (error?.errors?.some((e) => e.location === 'body.totp')) return 'totp';
  return response.status === 401 || response.status === 422 ? 'wrong' : 'broken';
}

export async function signOut(queries: QueryClient): Promise<void> {
  await client.DELETE('/sessions/current');
  holdToken(undefined);
  queries.clear();
  queries.setQueryData(sessionKey, { state: 'out' });
}
