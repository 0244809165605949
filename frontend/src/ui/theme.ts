import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';
import { cord, dark, gray, light, night, type State, type Surfaces, type Tone } from './palette';

const tuple = (t: typeof cord | typeof gray | typeof night): MantineColorsTuple => [...t];

export const theme = createTheme({
  colors: { cord: tuple(cord), gray: tuple(gray), dark: tuple(night) },
  primaryColor: 'cord',
  primaryShade: { light: 6, dark: 6 },
  black: light.ink,
  fontFamily: '"IBM Plex Sans Variable", system-ui, sans-serif',
  fontFamilyMonospace: '"JetBrains Mono Variable", ui-monospace, monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.45', xl: '1.3' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.25' },
      h2: { fontSize: '1.25rem', lineHeight: '1.3' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
      h4: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  spacing: { xs: '0.25rem', sm: '0.5rem', md: '0.75rem', lg: '1rem', xl: '1.5rem' },
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  defaultRadius: 'md',
  shadows: {
    sm: '0 1px 2px rgb(16 22 34 / 0.06)',
    md: '0 4px 12px -2px rgb(16 22 34 / 0.12), 0 1px 3px rgb(16 22 34 / 0.08)',
    xl: '0 18px 48px -8px rgb(16 22 34 / 0.28), 0 2px 6px rgb(16 22 34 / 0.12)',
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm', fw: 550 } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm' } },
    NumberInput: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: false } },
  },
});

const surfaces = (s: Surfaces) => ({
  '--sb-canvas': s.canvas,
  '--sb-surface': s.surface,
  '--sb-sunken': s.sunken,
  '--sb-raised': s.raised,
  '--sb-line': s.line,
  '--sb-edge': s.edge,
  '--sb-ink': s.ink,
  '--sb-ink-2': s.ink2,
  '--sb-ink-3': s.ink3,
  '--mantine-color-body': s.surface,
  '--mantine-color-text': s.ink,
  '--mantine-color-dimmed': s.ink3,
  '--mantine-color-default-border': s.line,
  '--sb-spoken': s.spoken,
  '--sb-quiet': s.quiet,
  '--mantine-color-placeholder': s.ink3,
});

const tones = (states: Record<State, Tone>) =>
  Object.fromEntries(
    Object.entries(states).flatMap(([name, t]) => [
      [`--sb-${name}`, t.solid],
      [`--sb-${name}-text`, t.text],
      [`--sb-${name}-tint`, t.tint],
    ]),
  );

export const variables: CSSVariablesResolver = () => ({
  variables: { '--sb-quick': '120ms', '--sb-calm': '200ms', '--sb-ease': 'cubic-bezier(0.2, 0, 0, 1)' },
  light: {
    ...surfaces(light),
    ...tones(light.state),
    '--sb-accent': light.state.talking.text,
    '--mantine-color-error': light.state.lost.text,
  },
  dark: { ...surfaces(dark), ...tones(dark.state), '--sb-accent': dark.state.talking.text, '--mantine-color-error': dark.state.lost.text },
});
