/** Column → value. A missing key is an empty value, '' is a quoted zero-length string (chapter 4, rule 6). */
export type ModelRecord = Readonly<Record<string, string>>;

/** A record that is still being made. */
export type Draft = Record<string, string>;
