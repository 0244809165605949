// Sums of money in several currencies.
import type { Money } from '../ui/format';

/** Writes each currency for itself, with a dot between them. */
export const sums = (all: readonly Money[] | null, money: (m: Money) => string): string =>
  all && all.length > 0 ? all.map((m) => money(m)).join(' · ') : '–';
