// The API as its contract says: every path, parameter and answer is typed.
import createFetchClient, { type Middleware } from 'openapi-fetch';
import createQueryClient from 'openapi-react-query';
import type { components, paths } from './contract';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];

/** What a browser's session must show to change anything; GET /session gives it. */
let csrf = '';
let expired: () => void = () => {};

export const holdToken = (token: string | undefined) => {
  csrf = token ?? '';
};

/** Tells whoever must know that the session is over. */
export const onExpired = (tell: () => void) => {
  expired = tell;
};

const guard: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && csrf) request.headers.set('X-CSRF-Token', csrf);
    return request;
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && schemaPath !== '/session' && schemaPath !== '/sessions') expired();
  },
};

export const client = createFetchClient<paths>({ baseUrl: '/api/v1' });
client.use(guard);

export const api = createQueryClient(client);
