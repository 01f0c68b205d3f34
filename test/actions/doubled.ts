/** A whole action, for the test that adds one. */
import { z } from 'zod';
import { action } from '../../src/actions/action.ts';

export const doubled = action({
  name: 'doubled',
  input: z.strictObject({ number: z.int().max(10) }),
  allowed: ({ name }) => name !== 'stranger',
  run: async (_, { number }) => ({ doubled: 2 * number }),
});
