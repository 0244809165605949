// Fields whose text is saved as it is typed, and the word of it.
import { type MantineSize, Textarea, TextInput } from '@mantine/core';
import { type ClipboardEvent, type KeyboardEvent, type Ref, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/person';
import { Saved as SavedWord } from '../ui/ui';
import { useInHand } from './call';
import css from './desk.module.css';
import { clip, limitOf, type TextField } from './draft/fields';

type Props = {
  field: TextField;
  label: string;
  hideLabel?: boolean;
  placeholder?: string;
  error?: string | undefined;
  size?: MantineSize;
  rows?: number;
  input?: Ref<HTMLInputElement & HTMLTextAreaElement>;
  onKeyDown?: (e: KeyboardEvent<HTMLElement>) => void;
};

/** One field of the draft. What is longer than may be kept is cut, and says so. */
export function Typed({ field, label, hideLabel, placeholder, error, size = 'xs', rows, input, onKeyDown }: Props) {
  const { t } = useTranslation();
  const f = useFormat();
  const { draft, keeper } = useInHand();
  const [lost, setLost] = useState(0);
  const limit = limitOf(field);
  const set = (text: string) => {
    const cut = clip(text, limit);
    setLost(cut.lost);
    keeper.type({ [field]: cut.text });
  };
  // A paste of megabytes never reaches the field: the browser would be busy with it for seconds.
  const paste = (e: ClipboardEvent<HTMLInputElement | HTMLTextAreaElement>) => {
    const { value, selectionStart, selectionEnd } = e.currentTarget;
    const pasted = e.clipboardData.getData('text');
    if (value.length + pasted.length <= limit) return;
    e.preventDefault();
    set(value.slice(0, selectionStart ?? value.length) + pasted + value.slice(selectionEnd ?? value.length));
  };
  const shared = {
    size,
    ref: input,
    value: draft.mine[field],
    placeholder,
    'data-field': field,
    error: lost > 0 ? t('desk.draft.cut', { limit: f.number(limit), lost: f.number(lost) }) : error,
    onPaste: paste,
    onKeyDown,
    ...(hideLabel ? { 'aria-label': label } : { label }),
  };
  return rows ? (
    <Textarea {...shared} onChange={(e) => set(e.currentTarget.value)} autosize minRows={rows} maxRows={rows + 1} />
  ) : (
    <TextInput {...shared} onChange={(e) => set(e.currentTarget.value)} />
  );
}

/** When it was saved, or why it was not and that it is still here. */
export function SavedAt() {
  const { t } = useTranslation();
  const f = useFormat();
  const { draft } = useInHand();
  const { saving, savedAt } = draft;
  const why = saving.at === 'waiting' || saving.at === 'loading' ? saving.why : undefined;
  if (why)
    return (
      <span className={css.small} style={{ color: 'var(--sb-offered-text)' }} role="status">
        {t(`desk.draft.waiting.${why}`)}
      </span>
    );
  if (!savedAt) return null;
  const second = new Intl.DateTimeFormat(f.locale === 'ru' ? 'ru-RU' : 'en-GB', { timeZone: f.zone, timeStyle: 'medium' }).format(
    new Date(savedAt),
  );
  return <SavedWord>{t('desk.draft.saved', { at: second })}</SavedWord>;
}
