/** Longer names are cut in the journal. */
const LOGGED_LOGIN_MAX = 255;

/** As given, but short and on one line. */
export function loggableLogin(login: string): string {
  const cut = login.toWellFormed().slice(0, LOGGED_LOGIN_MAX);
  // oxlint-disable-next-line no-control-regex -- control characters are what this escapes
  return cut.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
