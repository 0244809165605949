// The server's clock as this computer can know it: its own clock may be wrong. Pure.

/** What one answer tells: the server's instant in it, and when it was asked for and came, by our clock, ms. */
export type Reading = { server: number; asked: number; came: number };
/** How far the server's clock is ahead of ours, and how wrong that may be, ms. */
export type Clock = { ahead: number; error: number };

export const unknown: Clock = { ahead: 0, error: Number.POSITIVE_INFINITY };

/** A clock that jumped is believed again at once: a better guess may not contradict the worse one. */
export function learn(clock: Clock, { server, asked, came }: Reading): Clock {
  const seen: Clock = { ahead: server - (asked + came) / 2, error: (came - asked) / 2 };
  const contradicts = Math.abs(seen.ahead - clock.ahead) > seen.error + clock.error;
  return contradicts || seen.error <= clock.error ? seen : clock;
}

/** Whether somebody should be told that their clock is wrong: by more than half a minute. */
export const wrong = (clock: Clock): boolean => Number.isFinite(clock.error) && Math.abs(clock.ahead) - clock.error > 30_000;
