// What the machine says for a shop, and how it is changed.
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, client, type Problem, type Schemas } from '../api/client';
import { say } from '../ui/toast';
import { useShopName } from './data';

export type Voice = Schemas['ShopVoice'];
export type QueueVoice = Schemas['QueueVoice'];
export type Sound = Schemas['Sound'];
export type Menu = Schemas['FullText'];
export type Trial = Schemas['Trial'];
export type MenuNode = Schemas['MenuNode'];

export const useVoice = () => api.useQuery('get', '/voice', { params: { query: { shop: useShopName() } } });
export const useSounds = () => api.useQuery('get', '/sounds', { params: { query: { shop: useShopName() } } });
export const useMenus = () => api.useQuery('get', '/menus', { params: { query: { shop: useShopName() } } });

/** What is wrong, in a sentence: the first value at fault, or the problem itself. */
export const fault = (p: Problem | undefined): string => p?.errors?.[0]?.message ?? p?.detail ?? '';

/** Runs a change, says what came of it, and has the pages read again. */
export function useChange() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return async (done: string, change: () => Promise<{ response: Response; error?: Problem | undefined }>): Promise<boolean> => {
    const { response, error } = await change();
    await queries.invalidateQueries();
    say(response.ok ? done : t('voice.refused', { why: fault(error) }));
    return response.ok;
  };
}

/** The ETag of a draft: when it was saved, in microseconds, which a Date does not hold. */
export function tagOf(at: string): string {
  const micros = (/\.(\d+)/.exec(at)?.[1] ?? '').padEnd(6, '0').slice(0, 6);
  return `"${Math.floor(Date.parse(at) / 1000)}${micros}"`;
}

/** Fetches a text as callers hear it. */
export async function speak(shop: string, text: string): Promise<Blob | undefined> {
  const { data } = await client.POST('/voice/speak', { params: { query: { shop } }, body: { text }, parseAs: 'blob' });
  return data instanceof Blob ? data : undefined;
}

export type Branch = { node: MenuNode; by: string; again: boolean; branches: readonly Branch[] };

/** The menu as a tree: a node that was shown before is named, not opened again. */
export function treeOf(nodes: readonly MenuNode[], start: string): Branch | undefined {
  const seen = new Set<string>();
  const open = (id: string, by: string): Branch | undefined => {
    const node = nodes.find((n) => n.id === id);
    if (!node) return undefined;
    const again = seen.has(id);
    seen.add(id);
    const branches = again ? [] : node.ways.flatMap((w) => open(w.to, w.by) ?? []);
    return { node, by, again, branches };
  };
  return open(start, '');
}

export const sample: Record<Voice['language'], string> = {
  ru: `name: Главное меню
start: main
nodes:
  main:
    ask: Чтобы узнать о заказе, нажмите один. Чтобы мы перезвонили - два. Чтобы оставить сообщение - три. Чтобы говорить с оператором - ноль.
    keys: {1: number, 2: later, 3: message}
    wrong: Такой кнопки нет.
    wait: 6s
    tries: 2
    else: operator
  number:
    collect: Наберите номер заказа и решётку.
    digits: 1-8
    end: "#"
    next: phone
  phone:
    collect: Теперь последние четыре цифры телефона, с которого заказывали.
    digits: 4
    next: found
  found:
    status: Минуту, ищу.
    order: number
    phone: phone
    absent: sorry
    next: main
  sorry: {say: Такого заказа не нашлось., next: operator}
  later: {callback: }
  message: {voicemail: Говорите после сигнала., minutes: 2}
  operator: {queue: Соединяю с оператором.}
  # Ваши телефоны, один за другим, и куда идти, если никто не ответил:
  # own: {overflow: Соединяю., numbers: {"+7ХХХХХХХХХХ": 20s, "+7ХХХХХХХХХХ": 20s}, else: message}
`,
  en: `name: Main menu
start: main
nodes:
  main:
    ask: For your order press one. To be called back press two. To leave a message press three. For an operator press zero.
    keys: {1: number, 2: later, 3: message}
    wrong: There is no such key.
    wait: 6s
    tries: 2
    else: operator
  number:
    collect: Type the number of the order, then hash.
    digits: 1-8
    end: "#"
    next: phone
  phone:
    collect: Now the last four digits of your telephone.
    digits: 4
    next: found
  found:
    status: One moment.
    order: number
    phone: phone
    absent: sorry
    next: main
  sorry: {say: There is no such order., next: operator}
  later: {callback: }
  message: {voicemail: Speak after the tone., minutes: 2}
  operator: {queue: I am putting you through.}
  # Your own telephones, one after the other, and where to go if nobody answers:
  # own: {overflow: One moment., numbers: {"+7XXXXXXXXXX": 20s, "+7XXXXXXXXXX": 20s}, else: message}
`,
};
