import { Button, Checkbox, Modal, NumberInput, PasswordInput, Select, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../api/client';
import { NumberForm } from './NumberForm';
import { blank, type Draft, draftOf, type Mistakes, mistakesOf, type Shop, settingsOf, type Trunk } from './trunks';
import css from './trunks.module.css';

type Props = { trunk: Trunk | undefined; shops: readonly Shop[]; close: () => void; saved: (name: string) => void };

/** All that is set about a trunk; what the API refuses is said at its field. */
export function TrunkForm({ trunk, shops, close, saved }: Props) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft>(() => (trunk ? draftOf(trunk) : blank));
  const [wrong, setWrong] = useState<Mistakes>({});
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<Draft>) => setDraft((d) => ({ ...d, ...part }));
  const save = async () => {
    setBusy(true);
    const body = settingsOf(draft);
    const answer = trunk
      ? await client.PUT('/trunks/{id}', { params: { path: { id: trunk.id } }, body })
      : await client.POST('/trunks', { body });
    setBusy(false);
    if (answer.error) setWrong(mistakesOf(answer.error));
    else saved(draft.name);
  };
  return (
    <Modal opened onClose={close} size="xl" title={trunk?.name ?? t('trunks.new')} closeButtonProps={{ 'aria-label': t('frame.close') }}>
      <form
        className={css.form}
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
      >
        <Place draft={draft} set={set} wrong={wrong} shops={shops} />
        <Login draft={draft} set={set} wrong={wrong} kept={trunk?.has_password ?? false} />
        <Order draft={draft} set={set} wrong={wrong} />
        <Numbers draft={draft} set={set} wrong={wrong} />
        {wrong[''] && (
          <p className={css.wrong} role="alert">
            {wrong['']}
          </p>
        )}
        <div className={css.foot}>
          <Button variant="default" onClick={close}>
            {t('trunks.keep')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('trunks.save')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

type Part = { draft: Draft; set: (part: Partial<Draft>) => void; wrong: Mistakes };

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <fieldset>
    <legend>{title}</legend>
    {children}
  </fieldset>
);

const transports = ['udp', 'tcp', 'tls', 'any'] as const;
const encryptions = ['off', 'optional', 'required'] as const;
const logins = ['ip', 'digest', 'register'] as const;
const places = ['from', 'asserted', 'remote_party'] as const;
const codecs = ['pcma,pcmu', 'pcmu,pcma', 'pcma', 'pcmu'] as const;

function Place({ draft, set, wrong, shops }: Part & { shops: readonly Shop[] }) {
  const { t } = useTranslation();
  return (
    <Section title={t('trunks.section.place')}>
      <TextInput
        label={t('trunks.field.name')}
        value={draft.name}
        error={wrong.name}
        required
        data-autofocus
        onChange={(e) => set({ name: e.currentTarget.value })}
      />
      <Select
        label={t('trunks.field.shop_id')}
        value={draft.shop_id ?? ''}
        error={wrong.shop_id}
        data={[{ value: '', label: t('trunks.everybody') }, ...shops.map((s) => ({ value: s.id, label: s.name }))]}
        allowDeselect={false}
        onChange={(v) => set({ shop_id: v || undefined })}
      />
      <TextInput
        label={t('trunks.field.outbound')}
        description={t('trunks.hint.outbound')}
        value={draft.outbound}
        error={wrong.outbound}
        onChange={(e) => set({ outbound: e.currentTarget.value })}
      />
      <Select
        label={t('trunks.field.transport')}
        value={draft.transport}
        error={wrong.transport}
        allowDeselect={false}
        data={transports.map((v) => ({ value: v, label: v === 'any' ? t('trunks.choice.any') : v.toUpperCase() }))}
        onChange={(v) => set({ transport: transports.find((o) => o === v) })}
      />
      {(draft.transport === 'tls' || draft.transport === 'any') && (
        <Textarea
          className={css.all}
          label={t('trunks.field.ca')}
          description={t('trunks.hint.ca')}
          placeholder="-----BEGIN CERTIFICATE-----"
          value={draft.ca ?? ''}
          error={wrong.ca}
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.75rem' } }}
          onChange={(e) => set({ ca: e.currentTarget.value })}
        />
      )}
      <Select
        label={t('trunks.field.srtp')}
        value={draft.srtp}
        error={wrong.srtp}
        allowDeselect={false}
        data={encryptions.map((v) => ({ value: v, label: t(`trunks.choice.${v}`) }))}
        onChange={(v) => set({ srtp: encryptions.find((o) => o === v) })}
      />
      <Select
        label={t('trunks.field.codecs')}
        value={draft.codecs}
        error={wrong.codecs}
        allowDeselect={false}
        data={codecs.map((v) => ({ value: v, label: t(`trunks.choice.codecs.${v}`) }))}
        onChange={(v) => set({ codecs: v ?? 'pcma,pcmu' })}
      />
      <Textarea
        className={css.all}
        label={t('trunks.field.from')}
        description={t('trunks.hint.from')}
        value={draft.from}
        error={wrong.from}
        autosize
        minRows={2}
        onChange={(e) => set({ from: e.currentTarget.value })}
      />
      <Checkbox label={t('trunks.field.ping')} checked={draft.ping} onChange={(e) => set({ ping: e.currentTarget.checked })} />
      <Checkbox label={t('trunks.field.reliable')} checked={draft.reliable} onChange={(e) => set({ reliable: e.currentTarget.checked })} />
    </Section>
  );
}

function Login({ draft, set, wrong, kept }: Part & { kept: boolean }) {
  const { t } = useTranslation();
  return (
    <Section title={t('trunks.section.login')}>
      <Select
        label={t('trunks.field.auth')}
        value={draft.auth}
        error={wrong.auth}
        allowDeselect={false}
        data={logins.map((v) => ({ value: v, label: t(`trunks.choice.${v}`) }))}
        onChange={(v) => set({ auth: logins.find((o) => o === v) })}
      />
      {draft.auth !== 'ip' && (
        <>
          <TextInput
            label={t('trunks.field.user')}
            value={draft.user}
            error={wrong.user}
            autoComplete="off"
            onChange={(e) => set({ user: e.currentTarget.value })}
          />
          <PasswordInput
            label={t('trunks.field.password')}
            description={kept ? t('trunks.hint.kept') : undefined}
            value={draft.password}
            error={wrong.password}
            autoComplete="new-password"
            onChange={(e) => set({ password: e.currentTarget.value })}
          />
          <TextInput
            label={t('trunks.field.domain')}
            description={t('trunks.hint.domain')}
            value={draft.domain}
            error={wrong.domain}
            onChange={(e) => set({ domain: e.currentTarget.value })}
          />
          {draft.auth === 'register' && (
            <NumberInput
              label={t('trunks.field.expires_s')}
              value={draft.expires_s}
              error={wrong.expires_s}
              onChange={(v) => set({ expires_s: Number(v) })}
            />
          )}
          <Checkbox
            className={css.all}
            label={t('trunks.field.challenge')}
            checked={draft.challenge}
            error={wrong.challenge}
            onChange={(e) => set({ challenge: e.currentTarget.checked })}
          />
        </>
      )}
    </Section>
  );
}

function Order({ draft, set, wrong }: Part) {
  const { t } = useTranslation();
  return (
    <Section title={t('trunks.section.order')}>
      <NumberInput
        label={t('trunks.field.priority')}
        description={t('trunks.hint.priority')}
        value={draft.priority}
        error={wrong.priority}
        onChange={(v) => set({ priority: Number(v) })}
      />
      <NumberInput
        label={t('trunks.field.max_calls')}
        description={t('trunks.hint.cap')}
        value={draft.max_calls}
        error={wrong.max_calls}
        min={0}
        onChange={(v) => set({ max_calls: Number(v) })}
      />
      <NumberInput
        label={t('trunks.field.max_cps')}
        description={t('trunks.hint.cap')}
        value={draft.max_cps}
        error={wrong.max_cps}
        min={0}
        onChange={(v) => set({ max_cps: Number(v) })}
      />
      <Textarea
        className={css.all}
        label={t('trunks.field.rates')}
        description={t('trunks.hint.rates')}
        value={draft.rates}
        error={wrong.rates}
        autosize
        minRows={2}
        onChange={(e) => set({ rates: e.currentTarget.value })}
      />
    </Section>
  );
}

function Numbers({ draft, set, wrong }: Part) {
  const { t } = useTranslation();
  return (
    <Section title={t('trunks.section.numbers')}>
      {(['caller_in', 'caller_out'] as const).map((field) => (
        <Select
          key={field}
          label={t(`trunks.field.${field}`)}
          value={draft[field]}
          error={wrong[field]}
          allowDeselect={false}
          data={places.map((v) => ({ value: v, label: t(`trunks.choice.${v}`) }))}
          onChange={(v) => set({ [field]: places.find((o) => o === v) })}
        />
      ))}
      {(['number_in', 'number_out'] as const).map((field) => (
        <NumberForm key={field} field={field} value={draft[field] ?? {}} error={wrong[field]} set={(v) => set({ [field]: v })} />
      ))}
    </Section>
  );
}
