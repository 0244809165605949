import { NumberInput, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';

type Form = Schemas['Form'];
type Props = { field: 'number_in' | 'number_out'; value: Form; error: string | undefined; set: (v: Form) => void };

const styles = ['any', 'e164', 'digits', 'national'] as const;

/** How a carrier writes numbers, in one direction. */
export function NumberForm({ field, value, error, set }: Props) {
  const { t } = useTranslation();
  const known = styles.filter((s) => field === 'number_in' || s !== 'any');
  const texts = value.style === 'national' ? (['country', 'prefix', 'abroad', 'prepend'] as const) : (['prepend'] as const);
  return (
    <>
      <Select
        label={t(`trunks.field.${field}`)}
        value={value.style || known[0]}
        error={error}
        allowDeselect={false}
        data={known.map((v) => ({ value: v, label: t(`trunks.choice.style.${v}`) }))}
        onChange={(v) =>
          set({ ...value, style: v ?? 'e164', ...(v === 'national' && !value.country && { country: '7', prefix: '8', abroad: '810' }) })
        }
      />
      {texts.map((name) => (
        <TextInput
          key={name}
          label={t(`trunks.field.${name}`)}
          value={value[name] ?? ''}
          onChange={(e) => set({ ...value, [name]: e.currentTarget.value })}
        />
      ))}
      <NumberInput
        label={t('trunks.field.strip')}
        value={value.strip ?? 0}
        min={0}
        max={20}
        onChange={(v) => set({ ...value, strip: Number(v) })}
      />
    </>
  );
}
