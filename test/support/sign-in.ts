/** The one customer of the test doors. */
export const LOGIN = 'acme';
export const PASSWORD = 'right password';
export const CUSTOMER = 4711;
