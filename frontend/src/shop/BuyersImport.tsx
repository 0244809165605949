import { Button, FileButton, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../api/client';
import { say } from '../ui/toast';
import { base64, type Loaded } from './buyers';
import { useShopName } from './data';
import css from './shop.module.css';
import { fault } from './voice';

type Read = { name: string; file: string; seen: Loaded };

/** Buyers from a file: what would be done is shown before it is. */
export function BuyersImport({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  const { read, busy, trouble, look, apply, forget } = useImport(close);
  const leave = () => {
    forget();
    close();
  };
  return (
    <Modal
      opened={opened}
      onClose={leave}
      title={t('buyers.import.title')}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('frame.close') }}
    >
      <p style={{ marginTop: 0 }}>{t('buyers.import.what')}</p>
      <p className={css.mono}>{t('buyers.import.columns')}</p>
      {trouble && <p role="alert">{trouble}</p>}
      {read && <Preview read={read} />}
      <div className={css.bar}>
        <FileButton onChange={look} accept=".csv,.txt,text/csv">
          {(props) => (
            <Button {...props} size="xs" variant={read ? 'default' : 'filled'} loading={busy}>
              {t(read ? 'buyers.import.other' : 'buyers.import.choose')}
            </Button>
          )}
        </FileButton>
        {read && read.seen.new + read.seen.changed > 0 && (
          <Button size="xs" loading={busy} onClick={apply}>
            {t('buyers.import.apply', { count: read.seen.new + read.seen.changed })}
          </Button>
        )}
      </div>
    </Modal>
  );
}

function useImport(done: () => void) {
  const { t } = useTranslation();
  const shop = useShopName();
  const queries = useQueryClient();
  const [read, setRead] = useState<Read>();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const send = async (name: string, file: string, go: boolean) => {
    setBusy(true);
    const { data, error } = await client
      .POST('/buyers/import', { params: { query: { shop } }, body: { file, apply: go } })
      .catch(() => ({ data: undefined, error: undefined }));
    setBusy(false);
    const first = error?.errors?.[0];
    setTrouble(
      data
        ? ''
        : first?.line
          ? t('buyers.import.line', { line: first.line, why: first.message })
          : fault(error) || t('buyers.import.failed'),
    );
    if (!data) return setRead(undefined);
    if (!go) return setRead({ name, file, seen: data });
    setRead(undefined);
    await queries.invalidateQueries({ queryKey: ['get', '/buyers'] });
    say(t('buyers.import.done', { new: data.new, changed: data.changed }));
    done();
  };
  return {
    read,
    busy,
    trouble,
    look: async (file: File | null) => {
      if (file) await send(file.name, base64(new Uint8Array(await file.arrayBuffer())), false);
    },
    apply: () => read && send(read.name, read.file, true),
    forget: () => {
      setRead(undefined);
      setTrouble('');
    },
  };
}

function Preview({ read: { name, seen } }: { read: Read }) {
  const { t } = useTranslation();
  const figures = [
    { what: t('buyers.import.new'), is: seen.new },
    { what: t('buyers.import.changed'), is: seen.changed },
    { what: t('buyers.import.same'), is: seen.same },
    { what: t('buyers.import.wrong'), is: seen.wrong.length },
  ];
  return (
    <section aria-label={t('buyers.import.preview', { name })} aria-live="polite">
      <h3 style={{ margin: '8px 0' }}>{name}</h3>
      <dl className={css.facts} style={{ marginBottom: 12 }}>
        {figures.map((g) => [<dt key={g.what}>{g.what}</dt>, <dd key={`${g.what} n`}>{g.is}</dd>])}
      </dl>
      {seen.wrong.length > 0 && (
        <ul className={css.list} style={{ maxHeight: 240, overflow: 'auto' }} aria-label={t('buyers.import.wrong')}>
          {seen.wrong.map((w) => (
            <li key={`${w.line} ${w.field} ${w.problem}`}>
              <b style={{ minWidth: 70 }}>{t('buyers.import.lineNo', { line: w.line })}</b>
              <div>
                {w.field}: {w.problem}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
