import '@fontsource-variable/ibm-plex-sans';
import '@mantine/core/styles.layer.css';
import '../ui/global.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { onExpired } from '../api/client';
import { startWords } from '../ui/language';
import { theme, variables } from '../ui/theme';
import { expire } from './expiry';
import { makeRouter } from './router';

/** A refusal stays one; only what may pass by itself is asked again. */
const passing = (error: unknown) =>
  !(typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' && error.status < 500);

const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 15_000, retry: (times, error) => times < 2 && passing(error), refetchOnWindowFocus: false } },
});
onExpired(() => expire(queries));

async function show(root: HTMLElement) {
  await startWords();
  createRoot(root).render(
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={makeRouter(queries)} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const root = document.getElementById('root');
if (root) show(root);
