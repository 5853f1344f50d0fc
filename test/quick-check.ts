// What `import fc from 'fast-check'` gives in `npm run check` (vitest.config.ts): the same laws, each over a share of the random cases
// that it has in `npm test`.
import fc from 'fast-check';

const SHARE = 0.15;
/** A law has as many at least, if it has that many: with fewer some would rarely meet the case that they are about. */
const LEAST_CASES = 25;
/** Of a law that states no number: fast-check's own default. */
const USUAL_CASES = 100;

const fewer = <Case>(parameters?: fc.Parameters<Case>): fc.Parameters<Case> => {
  const cases = parameters?.numRuns ?? USUAL_CASES;
  return { ...parameters, numRuns: Math.min(cases, Math.max(LEAST_CASES, Math.ceil(cases * SHARE))) };
};

function assert<Case>(law: fc.IAsyncProperty<Case>, parameters?: fc.Parameters<Case>): Promise<void>;
function assert<Case>(law: fc.IProperty<Case>, parameters?: fc.Parameters<Case>): void;
function assert<Case>(law: fc.IRawProperty<Case>, parameters?: fc.Parameters<Case>): Promise<void> | void {
  return fc.assert(law, fewer(parameters));
}

export default { ...fc, assert };
