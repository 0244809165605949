// The thin shell around reduce: an EventSource, and queries that are read again.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useReducer, useRef } from 'react';
import { client } from '../api/client';
import { type Kind, kinds, type Live, reduce, stale, start } from './reduce';

/** Queries are read again at most this often, so that a busy shop's lists stand still, ms. */
const pace = 2000;
const again = 3000;

function hintOf(data: string): string {
  const parsed: unknown = JSON.parse(data);
  return typeof parsed === 'object' && parsed !== null && 'id' in parsed && typeof parsed.id === 'string' ? parsed.id : '';
}

/** Keeps the queries of a shop fresh, and tells how fresh they are. */
export function useLive(shop: string): Live {
  const queries = useQueryClient();
  const [live, tell] = useReducer(reduce, Date.now(), start);
  const dirty = useRef(live.dirty);
  dirty.current = live.dirty;

  useEffect(() => {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource(`/api/v1/events?shop=${encodeURIComponent(shop)}`);
      source.onopen = () => tell({ type: 'open', at: Date.now() });
      source.addEventListener('resync', () => tell({ type: 'resync', at: Date.now() }));
      source.addEventListener('beat', () => tell({ type: 'beat', at: Date.now() }));
      const hear = (kind: Kind) => (e: MessageEvent<string>) => tell({ type: 'hint', at: Date.now(), kind, id: hintOf(e.data) });
      for (const kind of kinds) source.addEventListener(kind, hear(kind));
      source.onerror = () => {
        tell({ type: 'cut', at: Date.now() });
        source?.close();
        client.GET('/me').catch(() => {}); // a stream cannot say that the session ended; this answer does
        retry = setTimeout(open, again);
      };
    };
    open();
    return () => {
      source?.close();
      clearTimeout(retry);
    };
  }, [shop]);

  useEffect(() => {
    const flush = setInterval(() => {
      const now = dirty.current;
      if (!now.all && now.things.size === 0) return;
      tell({ type: 'read' });
      queries.invalidateQueries({ predicate: (q) => typeof q.queryKey[1] === 'string' && stale(now, q.queryKey[1]) });
    }, pace);
    return () => clearInterval(flush);
  }, [queries]);
  return live;
}
