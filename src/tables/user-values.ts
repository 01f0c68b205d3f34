// Generated from user-values.csv by generate.ts. Do not edit.
export const USER_VALUES = [
  {"kind":"boolean","canonical":"TRUE","seed_form":"Rigtigt","also_accepted":"True;true;Sand;Waar;Yes;1","canonical_source":"inferred"},
  {"kind":"boolean","canonical":"FALSE","seed_form":"Falsk","also_accepted":"False;false;Onwaar;No;0","canonical_source":"inferred"},
  {"kind":"status","canonical":"ACTIVE","seed_form":"Aktiv","also_accepted":"Active","canonical_source":"inferred"},
  {"kind":"status","canonical":"INACTIVE","seed_form":"Inaktiv","also_accepted":"Inactive","canonical_source":"inferred"},
  {"kind":"group status","canonical":"Primary","seed_form":"Primær","also_accepted":"Primaer","canonical_source":"inferred"},
  {"kind":"group status","canonical":"Send","seed_form":"Send","also_accepted":"","canonical_source":"seed"},
  {"kind":"group status","canonical":"Can't send","seed_form":"Send ikke","also_accepted":"Can’t send;Cant send;CantSend;Don't send;NoSend","canonical_source":"inferred"},
  {"kind":"group status","canonical":"Admin","seed_form":"Administrator","also_accepted":"","canonical_source":"inferred"},
  {"kind":"group status","canonical":"Remove","seed_form":"Fjern","also_accepted":"","canonical_source":"inferred"},
] as const;
