/** Sources whose files are expected. */
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export const feeds = {
  summary: 'when files of each source are expected, and which are late or missing',
  details:
    'Spoolgate learns from the last eight weeks of a source on which days and about when its files come, and says so when one does not. A source that comes when it likes is not expected. What the organisation file says under sources.NAME.feeds comes first.',
  none: 'No files have come yet.',
  head: (customer: number, source: string, type: string) =>
    `${customer} ${source === '' ? '(no source)' : source} ${type}`,
  standing: {
    none: 'no rhythm: nothing is expected',
    on_time: 'on time',
    late: 'late',
    missing: 'missing',
    quiet: 'did not come, as hardly any source did: a holiday, or a fault on the way to this server',
  },
  since: (text: string, at: string) => `${text} since ${at}`,
  last: (at: string) => `last file ${at}`,
  next: (usual: string, late: string) => `next file about ${usual}, late from ${late}`,
  declared: 'as the organisation file says',
  rhythm: (days: string, times: string) => `${days}, usually at ${times}`,
  /** Weekdays, 0: Sunday; ascending. */
  days: (days: readonly number[]) => {
    const text = days.join('');
    if (text === '0123456') return 'every day';
    if (text === '12345') return 'Mon–Fri';
    return days.map((day) => DAYS[day]).join(', ');
  },
  and: (times: readonly string[]) =>
    times.length < 2 ? times.join('') : `${times.slice(0, -1).join(', ')} and ${times.at(-1) ?? ''}`,
  steady: 'and all day long',
};
