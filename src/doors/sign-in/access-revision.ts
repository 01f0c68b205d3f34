/**
 * What an access account may do and how it signs in, as one short text that differs after every change of it. Of a row
 * `a` of access_account with its row `c` of customer.
 */
export const ACCOUNT_REVISION = `encode(sha256(convert_to(jsonb_build_array(
  a.customer_id, c.folder, a.password_hash, a.keys, a.rights, a.networks, a.sources)::text, 'UTF8')), 'hex')`;
