import type { Kind } from '../kinds/kind.ts';

/** How the entries of a file are shown in its trace. */
export interface ShownText {
  header: Buffer;
  /** Of an entry's original text no more is needed. */
  bytesMax: number;
  text: (original: Buffer) => Buffer;
}

/** As they stand, or with passwords masked where the setting says so (`trace.maskPasswords`). */
export function shownText({ traced }: Kind, header: Buffer, maskPasswords: boolean): ShownText {
  const masked = maskPasswords ? traced.masked?.(header) : undefined;
  return {
    header: (maskPasswords ? traced.maskedHeader?.(header) : undefined) ?? header,
    bytesMax: traced.bytesMax,
    text: masked ?? traced.text,
  };
}
