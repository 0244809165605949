// What the report of sound quality shows is in its address.
export const bys = ['operator', 'trunk', 'hour'] as const;
export type By = (typeof bys)[number];
export const days = [1, 7, 30] as const;
export type Days = (typeof days)[number];

export function readQuality(s: Record<string, unknown>): { by?: By; days?: Days } {
  const by = bys.find((b) => b === s.by);
  const long = days.find((d) => d === Number(s.days));
  return { ...(by && { by }), ...(long && { days: long }) };
}
