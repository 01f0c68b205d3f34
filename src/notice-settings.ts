/** What a configuration or organisation file says of who is told: the keys `mail` and `webhooks`. */
import { z } from 'zod';
import { configuration as words } from './messages/en/configuration.ts';
import { typesNamed } from './notice-types.ts';

/** As it is stored (src/notices). */
export interface DeclaredEndpoint {
  kind: 'mail' | 'webhook';
  name: string;
  target: string;
  types: readonly string[];
  format: 'standard' | 'cloudevents';
  /** Name of a file; null: of a mail address. */
  secret: string | null;
}

/** Names of files in the folder of secrets: none leads out of it. */
export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

const ENDPOINTS_MAX = 20;

const url = z
  .string()
  .max(2_000)
  .refine((text) => isWebhookUrl(text), words.values.webhookUrl);

/** With a user in it, it would hold a password that is shown; a fragment is never sent. */
function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === '';
}

/** Only where a URL leads: what follows may be a secret of the receiver. It is a URL again. */
export function shownUrl(text: string): string {
  const { origin, pathname, search } = new URL(text);
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
}

/**
 * @param email a mail address
 * @param known types that may be named
 */
export function endpointSchemas(email: z.ZodType<string, string>, known: readonly string[]) {
  const types = z
    .array(z.string())
    .min(1)
    .check(({ value, issues }) => {
      for (const [index, name] of value.entries())
        if (!typesNamed(name, known))
          issues.push({ code: 'custom', input: name, path: [index], message: words.values.noticeType });
    })
    .transform((names) => [...new Set(names.flatMap((name) => typesNamed(name, known) ?? []))]);
  const address = z.strictObject({ to: email, types: types.optional() });
  const webhook = z.strictObject({
    name: z.string().regex(SECRET_NAME, words.values.plainName),
    url,
    secret: z.string().regex(SECRET_NAME, words.values.secretName),
    types: types.optional(),
    format: z.enum(['standard', 'cloudevents']).default('standard'),
  });
  return {
    mail: z
      .array(z.union([email.transform((to) => ({ to, types: undefined })), address]))
      .max(ENDPOINTS_MAX)
      .superRefine((list, context) =>
        expectOnce(
          list.map(({ to }) => to),
          context,
        ),
      ),
    webhooks: z
      .array(webhook)
      .max(ENDPOINTS_MAX)
      .superRefine((list, context) =>
        expectOnce(
          list.map(({ name }) => name),
          context,
        ),
      ),
  };
}

function expectOnce(names: readonly string[], context: z.RefinementCtx): void {
  const twice = names.findIndex((name, at) => names.indexOf(name) !== at);
  if (twice !== -1)
    context.addIssue({ code: 'custom', path: [twice], message: words.values.twice(String(names[twice])) });
}

type Declared = ReturnType<typeof endpointSchemas>;

/** @param usual types where none are named */
export function declaredEndpoints(
  { mail, webhooks }: { mail: z.output<Declared['mail']>; webhooks: z.output<Declared['webhooks']> },
  usual: { mail: readonly string[]; webhook: readonly string[] },
): DeclaredEndpoint[] {
  return [
    ...mail.map(({ to, types = usual.mail }) => ({
      kind: 'mail' as const,
      name: to,
      target: to,
      types,
      format: 'standard' as const,
      secret: null,
    })),
    ...webhooks.map(({ url: target, types = usual.webhook, ...rest }) => ({
      kind: 'webhook' as const,
      target,
      types,
      ...rest,
    })),
  ];
}
