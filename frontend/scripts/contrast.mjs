// Prints the contrast of every pair that carries meaning, and how far apart the states stay for colour-blind eyes.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const source = ts.transpileModule(readFileSync(new URL('../src/ui/palette.ts', import.meta.url), 'utf8'), {
  compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
}).outputText;
const { light, dark, cord, shopColours } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255);
const linear = (hex) => rgb(hex).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
const luminance = (hex) => {
  const [r, g, b] = linear(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (a, b) => {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
};

// Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB.
const eyes = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const oklab = ([r, g, b]) => {
  const [l, m, s] = [
    0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b,
    0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b,
    0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b,
  ].map((v) => Math.cbrt(Math.max(0, v)));
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};
const seen = (hex, m) =>
  oklab(
    m.map((row) =>
      Math.min(
        1,
        Math.max(
          0,
          row.reduce((sum, k, i) => sum + k * linear(hex)[i], 0),
        ),
      ),
    ),
  );
const apart = (a, b, m) => 100 * Math.hypot(...seen(a, m).map((v, i) => v - seen(b, m)[i]));

let bad = 0;
const line = (what, value, least) => {
  if (value < least) bad++;
  console.log(`${value < least ? 'LOW ' : 'ok  '}${value.toFixed(2).padStart(6)} >= ${least}  ${what}`);
};
for (const [name, p] of Object.entries({ light, dark })) {
  for (const ink of ['ink', 'ink2', 'ink3'])
    for (const on of ['surface', 'canvas', 'sunken', 'raised']) line(`${name} ${ink} on ${on}`, ratio(p[ink], p[on]), 4.5);
  line(`${name} quiet (bars) on surface`, ratio(p.quiet, p.surface), 3);
  for (const ink of ['ink', 'ink2', 'ink3']) line(`${name} ${ink} on spoken`, ratio(p[ink], p.spoken), 4.5);
  line(`${name} edge (input border) on surface`, ratio(p.edge, p.surface), 3);
  for (const [s, t] of Object.entries(p.state)) {
    line(`${name} ${s}.text on surface`, ratio(t.text, p.surface), 4.5);
    line(`${name} ${s}.text on tint`, ratio(t.text, t.tint), 4.5);
    line(`${name} ${s}.solid on surface`, ratio(t.solid, p.surface), 3);
  }
  const states = Object.entries(p.state);
  for (const [eye, m] of Object.entries(eyes)) {
    const pairs = states
      .flatMap(([a, x], i) => states.slice(i + 1).map(([b, y]) => [apart(x.solid, y.solid, m), `${a}/${b}`]))
      .sort((p, q) => p[0] - q[0]);
    console.log(
      `     ${name} ${eye}: nearest ${pairs
        .slice(0, 3)
        .map(([d, n]) => `${n} ${d.toFixed(1)}`)
        .join(', ')}`,
    );
  }
}
line('white on cord.6 (filled button)', ratio('#ffffff', cord[6]), 4.5);
for (const [n, c] of Object.entries(shopColours)) line(`white on shop ${n}`, ratio('#ffffff', c), 4.5);
process.exit(bad ? 1 : 0);
