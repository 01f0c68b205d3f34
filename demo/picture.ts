/**
 * Draws docs/demo.svg from what the demo prints: `npm run demo:picture`. A test fails where the picture says something
 * else than the demo.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SPOOLGATE = fileURLToPath(new URL('../daemon/spoolgate.js', import.meta.url));
export const PICTURE = new URL('../docs/demo.svg', import.meta.url);

const COLUMNS = 118;
const FONT_PX = 13;
const COLUMN_PX = 7.83;
const LINE_PX = 18;
const MARGIN_PX = 24;
const CONTINUED = '      ';

const STYLE = `text{font:${FONT_PX}px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#c9d1d9;white-space:pre}
.title{fill:#fff;font-weight:bold}.command{fill:#7ee787}.error{fill:#ffa198}.good{fill:#79c0ff}`;

/** @param output all that the demo prints, without colours */
export function pictureOf(output: string): string {
  const lines = shownLines(output).flatMap((line) => wrapped(line).map((text) => ({ text, of: line })));
  const width = Math.ceil(COLUMNS * COLUMN_PX + 2 * MARGIN_PX);
  const height = lines.length * LINE_PX + 2 * MARGIN_PX;
  const texts = lines.map(({ text, of }, index) => {
    const y = MARGIN_PX + (index + 1) * LINE_PX - (LINE_PX - FONT_PX);
    return `<text x="${MARGIN_PX}" y="${y}" class="${classOf(of)}">${escaped(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>What npm run demo prints</title>
<style>${STYLE}</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${texts.join('\n')}
</svg>
`;
}

/** What the picture says, without the times, which differ from run to run. */
export function wordsOf(picture: string): string {
  return picture
    .split('<text ')
    .slice(1)
    .map((text) => text.slice(text.indexOf('>') + 1, text.indexOf('<')).trim())
    .join(' ')
    .replaceAll(/ +/gu, ' ')
    .replaceAll(
      /\d{1,2}\/\d{1,2}\/\d\d \d{1,2}:\d\d [AP]M|\d{4}-\d\d-\d\dT[\d:.]{1,20}Z|llis_report_[\d_]+/gu,
      '…',
    );
}

/** Of the first three parts the headings, the reports, and what the operator typed and read. */
function shownLines(output: string): string[] {
  const parts = output.split(/\n(?=[1-6] {2})/u).slice(1, 4);
  return parts.flatMap((part) => {
    const [title = '', ...blocks] = part.split('\n\n').map((block) => block.trimEnd());
    const kept = blocks.filter((block) => /^\s+(_report\/|\$ )/u.test(block));
    return [title, '', ...kept.flatMap((block) => [...block.replace(/^\n/u, '').split('\n'), ''])];
  });
}

function wrapped(line: string): string[] {
  if (line.length <= COLUMNS) return [line];
  const cut = line.lastIndexOf(' ', COLUMNS);
  return [line.slice(0, cut), ...wrapped(CONTINUED + line.slice(cut + 1))];
}

function classOf(line: string): string {
  if (/^\d {2}/u.test(line)) return 'title';
  if (line.trimStart().startsWith('$ ')) return 'command';
  if (line.includes('ERROR: ')) return 'error';
  return line.includes('No errors!') ? 'good' : 'plain';
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

if (import.meta.main) {
  const { stdout } = await promisify(execFile)(process.execPath, [SPOOLGATE, 'demo', '--exit'], {
    env: { ...process.env, NO_COLOR: '1' },
  });
  await writeFile(PICTURE, pictureOf(stdout));
}
