// Every colour of the product. contrast.mjs reads this file and prints the ratios.

/** What an operator, a call or a line is doing now. Never shown by colour alone. */
export type State = 'ready' | 'offered' | 'talking' | 'held' | 'wrapup' | 'paused' | 'lost';

/** solid: dots, bars, lines (>= 3:1). text: words and glyphs (>= 4.5:1 on surface and on tint). */
export type Tone = { solid: string; text: string; tint: string };

export type Surfaces = {
  canvas: string;
  surface: string;
  spoken: string;
  quiet: string;
  sunken: string;
  raised: string;
  line: string;
  edge: string;
  ink: string;
  ink2: string;
  ink3: string;
};

export const light: Surfaces & { state: Record<State, Tone> } = {
  canvas: '#f1f3f6',
  surface: '#ffffff',
  spoken: '#eef2ff',
  quiet: '#7f92cb',
  sunken: '#f7f8fa',
  raised: '#ffffff',
  line: '#e3e7ed',
  edge: '#838c9b',
  ink: '#151a23',
  ink2: '#434c5b',
  ink3: '#606a7a',
  state: {
    ready: { solid: '#047d50', text: '#08694c', tint: '#def4eb' },
    offered: { solid: '#cc8203', text: '#854e00', tint: '#fff0d4' },
    talking: { solid: '#2036c6', text: '#2446b4', tint: '#e7edff' },
    held: { solid: '#0f9cd7', text: '#0a627c', tint: '#def2f9' },
    wrapup: { solid: '#812979', text: '#862c72', tint: '#fae7f5' },
    paused: { solid: '#878b91', text: '#4a5363', tint: '#edeff3' },
    lost: { solid: '#d02e05', text: '#ab300a', tint: '#ffe9df' },
  },
};

export const dark: Surfaces & { state: Record<State, Tone> } = {
  canvas: '#0b0e13',
  surface: '#13171e',
  spoken: '#182036',
  quiet: '#5a6ca6',
  sunken: '#0f1318',
  raised: '#1b212a',
  line: '#252c37',
  edge: '#667082',
  ink: '#eceef3',
  ink2: '#b6bdc9',
  ink3: '#8d96a5',
  state: {
    ready: { solid: '#52bd8d', text: '#56d3a8', tint: '#0f2e26' },
    offered: { solid: '#fdbb2b', text: '#ffc260', tint: '#37280d' },
    talking: { solid: '#4f76fb', text: '#9ab5ff', tint: '#19254b' },
    held: { solid: '#52d8fa', text: '#7ad0ec', tint: '#0e2b37' },
    wrapup: { solid: '#c06ab5', text: '#eaa3da', tint: '#371c32' },
    paused: { solid: '#646a73', text: '#b0b8c4', tint: '#232933' },
    lost: { solid: '#dd5208', text: '#ff9d75', tint: '#3d1a0f' },
  },
};

/** The brand: cobalt, "the live line". Buttons, links, focus, selection, and a call in progress. */
export const cord = ['#eef2ff', '#dde5ff', '#bccaff', '#92a9ff', '#6184fd', '#4464ec', '#2f4bd8', '#243bb4', '#1f3192', '#18266c'] as const;
export const gray = ['#f7f8fa', '#edeff3', '#e3e7ed', '#d3d8e0', '#b4bbc7', '#838c9b', '#606a7a', '#434c5b', '#2f3745', '#151a23'] as const;
export const night = [
  '#eceef3',
  '#b6bdc9',
  '#8d96a5',
  '#667082',
  '#3a4350',
  '#252c37',
  '#1b212a',
  '#13171e',
  '#0f1318',
  '#0b0e13',
] as const;

/** A shop picks one of these; white text on each is >= 4.5:1. Used for its badge and a 4 px band only. */
export const shopColours = {
  iris: '#6246b5',
  rose: '#b03a6a',
  moss: '#4c6b1f',
  petrol: '#12697a',
  brick: '#a8421f',
  ink: '#39424f',
  ochre: '#8a5a00',
  pine: '#156b4a',
  navy: '#2b4a8f',
  grape: '#8a3aa0',
  clay: '#8c4f3a',
  steel: '#4a6378',
} as const;
export type ShopColour = keyof typeof shopColours;
