// Generated from di-group-attributes.csv by generate.ts. Do not edit.
export const DI_GROUP_ATTRIBUTES = [
  {"attribute":"DN","aliases":"dn","label":"not shown","multi_valued":"no","required":"yes","notes":"Record identity. Exposed by the contact API as \"source\": value."},
  {"attribute":"cn","aliases":"commonName","label":"header line 1","multi_valued":"no","required":"yes (add) - recommended","notes":"Exposed as \"lastname\": value. If absent on add, take it from the leading RDN of the DN. Max 255 characters."},
  {"attribute":"description","aliases":"","label":"Notes","multi_valued":"yes","required":"no","notes":"Exposed as \"notes\": [value1, ..., valueN], so several values are possible. Max 255 characters."},
  {"attribute":"o","aliases":"organizationName","label":"header line 2","multi_valued":"no","required":"no","notes":"Exposed as \"companyname\": value. Max 255 characters."},
  {"attribute":"mail","aliases":"","label":"E-mail (work)","multi_valued":"no","required":"yes (add)","notes":"Exposed as \"emails\": [{\"value\": value, \"type\": \"work\", \"primary\": true}]. Not checked for syntax. Max 255 characters."},
  {"attribute":"nickname","aliases":"","label":"not shown","multi_valued":"yes","required":"no","notes":"Exposed as \"nickname\": [value1, ..., valueN]. Max 255 characters."},
  {"attribute":"displayName","aliases":"displayname","label":"not listed","multi_valued":"no","required":"see README open points","notes":"Named as mandatory on add next to mail in the example section, but absent from the group attribute table. Max 255 characters."},
] as const;
