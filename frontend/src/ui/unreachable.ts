/** Ends a switch over a union: a case that is missing does not compile. */
export function unreachable(x: never): never {
  throw new Error(`unexpected ${JSON.stringify(x)}`);
}
