// One message at a time, at the foot of the page: what happened elsewhere, or what can be undone.
import { Button, CloseButton } from '@mantine/core';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import css from './toast.module.css';

type Toast = { id: number; text: string; undo?: () => void };

let shown: Toast | undefined;
let last = 0;
const listeners = new Set<() => void>();

function set(toast: Toast | undefined) {
  shown = toast;
  for (const l of listeners) l();
}

/** Shows a message in place of the one before. With undo it stays 10 s, else 6 s. */
export function say(text: string, undo?: () => void): void {
  last += 1;
  set({ id: last, text, ...(undo && { undo }) });
}

const subscribe = (l: () => void) => {
  listeners.add(l);
  return () => listeners.delete(l);
};

/** Where messages appear; the page has one. */
export function Toasts() {
  const toast = useSyncExternalStore(subscribe, () => shown);
  return (
    <div className={css.place} role="status">
      {toast && <One key={toast.id} toast={toast} />}
    </div>
  );
}

function One({ toast }: { toast: Toast }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const end = setTimeout(() => set(undefined), toast.undo ? 10_000 : 6_000);
    return () => clearTimeout(end);
  }, [held, toast]);
  const undo = () => {
    toast.undo?.();
    set(undefined);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: reading it keeps it there; it does nothing
    <div className={css.toast} onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)} onFocus={() => setHeld(true)}>
      <span>{toast.text}</span>
      {toast.undo && (
        <Button variant="default" size="compact-sm" onClick={undo}>
          {t('toast.undo')}
        </Button>
      )}
      <CloseButton size="sm" aria-label={t('frame.close')} onClick={() => set(undefined)} />
    </div>
  );
}
