// A thing of the server's that changes by itself: told by a stream, and read where the stream is silent.
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Clock, learn, unknown } from './clock';

/** How it was at an instant of this computer's clock, and what is known of the server's. */
export type Watched<T> = { state: T; clock: Clock; at: number };

export type Source<T> = {
  name: string;
  /** Reads it. */
  read: () => Promise<{ data?: T; error?: object; response: Response }>;
  /** Where the stream is, whose events have the thing's name. */
  stream: string;
  is: (v: unknown) => v is T;
  /** The server's instant in it, ms. */
  told: (state: T) => number;
  /** It is read when nothing was heard for so long, ms. */
  pace: number;
};

/** How long to wait before a stream that broke is begun again, ms. */
const again = 2_000;

/** One that all parts of a page watch together. */
export class Watch<T> {
  private clock: Clock = unknown;
  private readonly key: readonly [string];

  constructor(private readonly source: Source<T>) {
    this.key = [source.name];
  }

  /** Keeps it fresh as long as who asks is shown. */
  readonly use = () => {
    const queries = useQueryClient();
    useEffect(() => this.listen(queries), [queries]);
    return useQuery<Watched<T>>({
      queryKey: this.key,
      queryFn: this.look,
      refetchInterval: this.source.pace,
      refetchIntervalInBackground: true,
      retry: false,
      staleTime: 0,
      networkMode: 'always',
    });
  };

  /** Takes what an answer said of it. */
  readonly put = (queries: QueryClient, state: T): void => {
    queries.setQueryData<Watched<T>>(this.key, { state, clock: this.clock, at: Date.now() });
  };

  /** Has it read now. */
  readonly refresh = (queries: QueryClient): void => {
    queries.invalidateQueries({ queryKey: this.key });
  };

  private readonly look = async (): Promise<Watched<T>> => {
    const asked = Date.now();
    const { data, error, response } = await this.source.read();
    if (!data) throw Object.assign(new Error(`read the ${this.source.name}: ${response.status}`), error);
    const came = Date.now();
    this.clock = learn(this.clock, { server: this.source.told(data), asked, came });
    return { state: data, clock: this.clock, at: came };
  };

  /** Hears the stream. What it says is what a reading would. */
  private listen(queries: QueryClient): () => void {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource(this.source.stream);
      source.addEventListener(this.source.name, (e: MessageEvent<string>) => {
        const state: unknown = JSON.parse(e.data);
        if (this.source.is(state)) this.put(queries, state);
      });
      source.onerror = () => {
        source?.close();
        retry = setTimeout(open, again);
      };
    };
    open();
    return () => {
      source?.close();
      clearTimeout(retry);
    };
  }
}
