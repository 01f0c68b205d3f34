/** Column → value. A missing key is an empty value, '' is a quoted zero-length string (rule 4.6). */
export type ModelRecord = Readonly<Record<string, string>>;

/** A record that is still being made. */
export type Draft = Record<string, string>;
