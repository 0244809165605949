// What was looked for is told to the shop, some searches at once, when the typing is over.
import { useEffect, useRef } from 'react';
import { client, type Schemas } from '../api/client';

type Search = Schemas['Search'];

/** A search that stood so long was meant, in ms. */
const settled = 2_000;
/** Searches wait so long for others, in ms. */
const gather = 15_000;
const most = 50;

/** Notes the search q, once it is answered and no letter follows. A lost note is no harm. */
export function useAsked(q: string, found: boolean | undefined): void {
  const waiting = useRef<Search[]>([]);
  const noted = useRef('');
  useEffect(() => {
    if (q.length < 3 || found === undefined || q === noted.current) return;
    const later = setTimeout(() => {
      noted.current = q;
      waiting.current = [...waiting.current, { text: q, found }].slice(-most);
    }, settled);
    return () => clearTimeout(later);
  }, [q, found]);
  useEffect(() => {
    const send = () => {
      const searches = waiting.current;
      waiting.current = [];
      if (searches.length > 0) void client.POST('/asked/searches', { body: { searches } }).catch(() => undefined);
    };
    const every = setInterval(send, gather);
    return () => {
      clearInterval(every);
      send();
    };
  }, []);
}
