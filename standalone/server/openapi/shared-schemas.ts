import { anything, number, object, oneOfTexts, orNull, type Schema, text } from './schema.ts';

/** Schemas that several paths share, by name. */
export const SHARED_SCHEMAS: Readonly<Record<string, Schema>> = {
  Problem: object({
    error: object(
      {
        code: text('What is wrong; never changes its meaning'),
        message: text('The same in one sentence for a person'),
        details: { type: 'object', description: 'What a program may use, by code' },
      },
      ['details'],
    ),
  }),
  Axis: oneOfTexts(['time', 'step'], 'Whether times are times or whole steps'),
  Time: orNull(number('Seconds since 1970, or a whole step; null: none')),
  Value: orNull(number('null: missing, or there is none')),
  Reason: object({ code: text(), message: text() }),
  WidgetProblems: {
    type: 'array',
    items: object({ code: text(), message: text() }),
    description: 'What is wrong with what the producer declared',
  },
  Document: anything('The document as its producer sent it (docs/protocol.md)'),
};
