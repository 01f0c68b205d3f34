import type { en } from './en/en.ts';
import type { ByReason } from './sentence.ts';

/** The same places in another language: texts and functions of the same values, none left out. */
export type Translated<Area> =
  Area extends ByReason<infer Reason>
    ? ByReason<Reason>
    : Area extends string
      ? string
      : Area extends (...values: infer Values) => string
        ? (...values: Values) => string
        : { readonly [Key in keyof Area]: Translated<Area[Key]> };

/** A language is complete, or it does not compile. */
export type Messages = Translated<typeof en>;
