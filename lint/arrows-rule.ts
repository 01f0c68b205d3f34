import path from 'node:path';
import { ARROWS, NOUNS } from './arrows.ts';

/** What the linter hands to a rule, as far as it is used here. */
interface Context {
  /** Absolute path. */
  filename: string;
  cwd: string;
  report: (this: void, problem: { node: object; message: string }) => void;
}

interface Source {
  source: { value: unknown } | null;
}

/** The line of the list that a file belongs to: the longest that names it or a folder above it; null: none does. */
export function placeOf(file: string): string | null {
  for (let at = file; at !== '.'; at = path.posix.dirname(at)) if (Object.hasOwn(ARROWS, at)) return at;
  return null;
}

/**
 * Why one file may not import another.
 *
 * @param from path within the repository
 * @param to likewise
 * @returns null where it may
 */
export function arrowFault(from: string, to: string): string | null {
  const [here, there] = [placeOf(from), placeOf(to)];
  // Tests and tools may look at everything, and nothing of the product at them.
  if (here === null) return null;
  if (there === null) return `${here} must not import ${to}: it is no part of the product`;
  if (here === there || NOUNS.includes(there) || ARROWS[here]?.includes(there)) return null;
  return `${here} must not import ${there}: lint/arrows.ts has no such arrow`;
}

const arrows = {
  create(context: Context) {
    const { filename, cwd } = context;
    const from = path.relative(cwd, filename).split(path.sep).join('/');
    const look = (node: Source) => {
      const specifier = node.source?.value;
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const fault = arrowFault(from, path.posix.join(path.posix.dirname(from), specifier));
      if (fault !== null) context.report({ node, message: fault });
    };
    return {
      ImportDeclaration: look,
      ImportExpression: look,
      TSImportType: look,
      ExportNamedDeclaration: look,
      ExportAllDeclaration: look,
    };
  },
};

export default { meta: { name: 'house' }, rules: { arrows } };
