/**
 * What a client is answered, and why something failed at a door, as a value: the place of its text among the replies, and
 * what stands in it. The value is what is stored; the text is made where it is sent or shown.
 */
import { replies } from './en/replies.ts';

type Areas = typeof replies;

/** Such as `folder.tooLarge`. */
export type ReplyCode = {
  [Area in keyof Areas]: `${Area}.${keyof Areas[Area] & string}`;
}[keyof Areas];

type TextOf<Code extends ReplyCode> = Code extends `${infer Area}.${infer Key}`
  ? Area extends keyof Areas
    ? Key extends keyof Areas[Area]
      ? Areas[Area][Key]
      : never
    : never
  : never;

type ValuesOf<Code extends ReplyCode> =
  TextOf<Code> extends (values: infer Values) => string
    ? [values: { readonly [Name in keyof Values]: Values[Name] | Reason }]
    : [];

/** E.g. `folder.tooLarge` of `{ bytesMax: 1000 }`. */
export interface Reason {
  readonly code: ReplyCode;
  readonly values: Readonly<Record<string, unknown>>;
}

export function reason<Code extends ReplyCode>(code: Code, ...[values]: ValuesOf<Code>): Reason {
  return { code, values: { ...values } };
}

/** What the client reads. */
export function reasonText({ code, values }: Reason): string {
  return textAt(code, values) ?? code;
}

/**
 * @param code as it was stored, perhaps by another version of this program
 * @returns null where no text has this place
 */
export function storedReasonText(code: unknown, values: unknown): string | null {
  return typeof code === 'string' ? textAt(code, (values ?? {}) as Reason['values']) : null;
}

function textAt(code: string, values: Reason['values']): string | null {
  const [area = '', key = ''] = code.split('.');
  const texts: unknown = Object.hasOwn(replies, area) ? replies[area as keyof Areas] : {};
  const text: unknown = Object.hasOwn(texts as object, key) ? (texts as Record<string, unknown>)[key] : null;
  if (typeof text === 'function') return (text as (given: unknown) => string)(spelledOut(values));
  return typeof text === 'string' ? text : null;
}

/** A value may be a reason itself. */
function spelledOut(values: Reason['values']): Reason['values'] {
  const shown = (value: unknown) =>
    typeof value === 'object' && value !== null && 'code' in value ? reasonText(value as Reason) : value;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shown(value)]));
}
