// The ladder of a call: a column a party, an arrow a message, by time. Arrows up and down move, Enter reads.
import { type KeyboardEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/person';
import css from './ladder.module.css';
import { type Column, mood, type Rung, type Ladder as Steps } from './rungs';

const wide = 168; // px a column
const high = 34; // px a message

export function Ladder({ steps, ours }: { steps: Steps; ours: string }) {
  const [chosen, choose] = useState(0);
  const list = useRef<HTMLOListElement>(null);
  const move = (e: KeyboardEvent) => {
    const by = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
    const to = chosen + by;
    if (by === 0 || !steps.rungs[to]) return;
    e.preventDefault();
    choose(to);
    list.current?.querySelectorAll('button')[to]?.focus();
  };
  const rung = steps.rungs[chosen];
  return (
    <div className={css.both}>
      <div className={css.scroll}>
        <Heads steps={steps} ours={ours} />
        <ol className={css.rungs} ref={list} onKeyDown={move}>
          {steps.rungs.map((r) => (
            <li key={r.key}>
              <Step rung={r} columns={steps.columns} chosen={r.key === chosen} choose={() => choose(r.key)} />
            </li>
          ))}
        </ol>
      </div>
      <div className={css.text} aria-live="polite">
        {rung && <Words rung={rung} />}
      </div>
    </div>
  );
}

function useName(): (c: Column | undefined) => string {
  const { t } = useTranslation();
  return (c) => (c?.party ? t(`trace.party.${c.party}`) : (c?.name ?? ''));
}

function Heads({ steps, ours }: { steps: Steps; ours: string }) {
  const name = useName();
  const peer = (c: Column) => steps.rungs.find((r) => r.message.leg === c.leg)?.message.peer;
  return (
    <div className={css.heads}>
      {steps.columns.map((c) => (
        <span key={c.leg ?? 'us'} style={{ width: wide }}>
          <b>
            {name(c)}
            {c.party && c.name && ` · ${c.name}`}
          </b>
          {c.leg === undefined ? ours : peer(c)}
        </span>
      ))}
    </div>
  );
}

type StepProps = { rung: Rung; columns: Column[]; chosen: boolean; choose: () => void };

function Step({ rung, columns, chosen, choose }: StepProps) {
  const { t } = useTranslation();
  const name = useName();
  const { message: m } = rung;
  const since = useSince(m.offset_ms);
  const label = m.again ? `${m.label} · ${t('trace.again')}` : m.label;
  const spoken = t('trace.row', { label, from: name(columns[rung.from]), to: name(columns[rung.to]) });
  return (
    <button
      type="button"
      aria-pressed={chosen}
      data-mood={mood(m)}
      data-again={m.again || undefined}
      tabIndex={chosen ? 0 : -1}
      onClick={choose}
    >
      <time>{since}</time>
      <span className={css.hidden}>{spoken}</span>
      <Arrow rung={rung} columns={columns.length} label={label} />
    </button>
  );
}

/** When a message went, counted from the first: all of the milliseconds, for those are what is compared. */
function useSince(ms: number): string {
  const { t } = useTranslation();
  const f = useFormat();
  return ms < 1000 ? t('trace.ms', { n: f.number(ms, ms < 10 ? 1 : 0) }) : t('trace.s', { n: f.number(ms / 1000, 3) });
}

function Arrow({ rung, columns, label }: { rung: Rung; columns: number; label: string }) {
  const x = (column: number) => column * wide + wide / 2;
  const [a, b] = [x(rung.from), x(rung.to)];
  const tip = b > a ? -7 : 7;
  const y = high - 9;
  return (
    <svg className={css.arrow} width={columns * wide} height={high} aria-hidden="true">
      {Array.from({ length: columns }, (_, i) => i).map((i) => (
        <line key={i} className={css.life} x1={x(i)} x2={x(i)} y1={0} y2={high} />
      ))}
      <line className={css.line} x1={a} x2={b} y1={y} y2={y} />
      <polygon className={css.tip} points={`${b},${y} ${b + tip},${y - 4} ${b + tip},${y + 4}`} />
      <text className={css.label} x={(a + b) / 2} y={y - 7}>
        {label}
      </text>
    </svg>
  );
}

function Words({ rung }: { rung: Rung }) {
  const f = useFormat();
  const { message: m } = rung;
  return (
    <>
      <p>
        {f.exact(new Date(m.at).getTime())} · {m.peer} · {m.over.toUpperCase()}
        {m.of && ` · ${m.of}`}
      </p>
      <pre>{m.text}</pre>
    </>
  );
}
