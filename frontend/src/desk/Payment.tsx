import { Button, TextInput } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Label } from '../ui/ui';
import { useInHand } from './call';
import css from './desk.module.css';
import { useHouse } from './house';
import look from './tape.module.css';
import { useVerbs } from './verbs';

type Tape = 'on' | 'stopping' | 'paused' | 'failed';
const says = { on: 'tape.ask', stopping: 'tape.stopping', paused: 'tape.safe', failed: 'tape.failed' } as const;

/** What must not be kept: the recording stands still while the field has the focus, and what is typed leaves the page for nowhere. */
export function Payment() {
  const { t } = useTranslation();
  const { steps } = useInHand();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const { tape, stop, go } = useStill();
  const give = () => {
    setTyped('');
    go();
    steps.answer({ text: '✓' });
  };
  const press = (e: KeyboardEvent<HTMLElement>) => {
    if (e.key !== 'Enter' || e.ctrlKey) return;
    e.preventDefault();
    give();
  };
  useVerbs({ next: () => field.current?.focus() });
  return (
    <div className={look.field}>
      <Label>{t('tape.field')}</Label>
      <div className={css.answering}>
        <TextInput
          ref={field}
          size="md"
          value={typed}
          aria-label={t('tape.field')}
          data-payment
          autoComplete="off"
          spellCheck={false}
          inputMode="numeric"
          maxLength={40}
          onFocus={stop}
          onBlur={go}
          onChange={(e) => setTyped(e.currentTarget.value)}
          onKeyDown={press}
        />
        <Button size="md" variant="default" onClick={give} loading={steps.busy}>
          {t('tape.done')}
        </Button>
      </div>
      <p data-tape={tape} role={tape === 'failed' ? 'alert' : 'status'}>
        {t(says[tape])}
      </p>
      <p>{t('tape.kept')}</p>
    </div>
  );
}

/** Has the recording stand still and go on, in the order in which it was asked for; it goes on when the field is gone. */
function useStill(): { tape: Tape; stop: () => void; go: () => void } {
  const { call } = useInHand();
  const { orders } = useHouse();
  const [tape, setTape] = useState<Tape>('on');
  const before = useRef<Promise<unknown>>(Promise.resolve());
  const still = useRef(false);
  const ask = (verb: 'pause-recording' | 'resume-recording', then: (done: boolean) => void) => {
    before.current = before.current.then(() => orders.onCall(verb, call)).then(then);
  };
  const stop = () => {
    if (still.current) return;
    still.current = true;
    setTape('stopping');
    ask('pause-recording', (done) => still.current && setTape(done ? 'paused' : 'failed'));
  };
  const go = () => {
    if (!still.current) return;
    still.current = false;
    setTape('on');
    ask('resume-recording', () => {});
  };
  const leave = useRef(go);
  leave.current = go;
  useEffect(() => () => leave.current(), []);
  return { tape, stop, go };
}
