import type { Kind } from '../kinds/kind.ts';

/** How the entries of a file are shown in its trace. */
export interface ShownText {
  header: Buffer;
  /** Of an entry's original text no more is needed. */
  bytesMax: number;
  text: (original: Buffer) => Buffer;
}

/** As they stand, or with passwords masked where the setting (`trace.maskPasswords`) or the kind says so. */
export function shownText({ traced }: Kind, header: Buffer, maskPasswords: boolean): ShownText {
  const masks = maskPasswords || traced.alwaysMasked === true;
  const masked = masks ? traced.masked?.(header) : undefined;
  return {
    header: (masks ? traced.maskedHeader?.(header) : undefined) ?? header,
    bytesMax: traced.bytesMax,
    text: masked ?? traced.text,
  };
}
