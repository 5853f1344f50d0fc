// Which operators of a file are changed, into what, and the file's text with every change built in behind a number.
import ts from 'typescript';
import { addsNothing, keepsTheSame } from './equivalent.ts';

/** One change of one operator. `id` counts over all files from 1; 0 is no change. */
export interface Mutant {
  readonly id: number;
  readonly file: string;
  readonly line: number;
  /** The trimmed line it is on. */
  readonly text: string;
  /** The expression whose operator it changes, in one line. */
  readonly expression: string;
  readonly was: string;
  readonly becomes: string;
}

/**
 * What each operator becomes. A comparison moves its edge, the smallest change there is: tests of either side alone do not
 * notice it. As a second change it is turned round ({@link OPPOSITES}); those two are what Stryker makes of one as well.
 */
const SWAPS: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.LessThanToken]: '<=',
  [ts.SyntaxKind.LessThanEqualsToken]: '<',
  [ts.SyntaxKind.GreaterThanToken]: '>=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '>',
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: '!==',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '===',
  [ts.SyntaxKind.PlusToken]: '-',
  [ts.SyntaxKind.MinusToken]: '+',
  [ts.SyntaxKind.AsteriskToken]: '/',
  [ts.SyntaxKind.AsteriskAsteriskToken]: '*',
  [ts.SyntaxKind.SlashToken]: '*',
  [ts.SyntaxKind.PercentToken]: '*',
  [ts.SyntaxKind.AmpersandAmpersandToken]: '||',
  [ts.SyntaxKind.BarBarToken]: '&&',
  [ts.SyntaxKind.AmpersandToken]: '|',
  [ts.SyntaxKind.BarToken]: '&',
  [ts.SyntaxKind.CaretToken]: '&',
  [ts.SyntaxKind.LessThanLessThanToken]: '>>>',
  [ts.SyntaxKind.GreaterThanGreaterThanToken]: '<<',
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken]: '<<',
  [ts.SyntaxKind.PlusEqualsToken]: '-=',
  [ts.SyntaxKind.MinusEqualsToken]: '+=',
  [ts.SyntaxKind.AsteriskEqualsToken]: '/=',
  [ts.SyntaxKind.SlashEqualsToken]: '*=',
  [ts.SyntaxKind.PercentEqualsToken]: '*=',
  [ts.SyntaxKind.AmpersandEqualsToken]: '|=',
  [ts.SyntaxKind.BarEqualsToken]: '&=',
  [ts.SyntaxKind.CaretEqualsToken]: '&=',
  [ts.SyntaxKind.LessThanLessThanEqualsToken]: '>>>=',
  [ts.SyntaxKind.GreaterThanGreaterThanEqualsToken]: '<<=',
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken]: '<<=',
  [ts.SyntaxKind.AmpersandAmpersandEqualsToken]: '||=',
  [ts.SyntaxKind.BarBarEqualsToken]: '&&=',
};

/** The second change of a comparison, and the only one where it makes no difference that both are equal (`keepsTheSame`). */
const OPPOSITES: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.LessThanToken]: '>=',
  [ts.SyntaxKind.LessThanEqualsToken]: '>',
  [ts.SyntaxKind.GreaterThanToken]: '<=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '<',
};

/** Of operators before or after their operand; `''` leaves the operand alone. */
const UNARY: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.ExclamationToken]: '',
  [ts.SyntaxKind.MinusToken]: '',
  [ts.SyntaxKind.TildeToken]: '',
  [ts.SyntaxKind.PlusPlusToken]: '--',
  [ts.SyntaxKind.MinusMinusToken]: '++',
};

const isText = (node: ts.Node): boolean =>
  ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node);

/** Whether a change here could only change an error's words, a text or a type. */
function isWords(node: ts.Node): boolean {
  for (let up = node; up !== undefined && !ts.isFunctionLike(up); up = up.parent) {
    if (ts.isThrowStatement(up) || ts.isTypeNode(up) || ts.isTemplateSpan(up)) return true;
    if (!ts.isBinaryExpression(up) || up.operatorToken.kind !== ts.SyntaxKind.PlusToken) continue;
    if (isText(up.left) || isText(up.right)) return true;
  }
  return false;
}

interface Change {
  readonly was: string;
  readonly becomes: string;
  /** The whole expression with the operator changed and nothing else. */
  readonly changed: string;
}

function changesOf(node: ts.Node, source: ts.SourceFile): readonly Change[] {
  const textOf = (each: ts.Node): string => each.getText(source);
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    if (addsNothing(node, source)) return [];
    const moved = keepsTheSame(node, source) ? undefined : SWAPS[kind];
    const all = [moved, OPPOSITES[kind]].filter((becomes) => becomes !== undefined);
    if (all.length === 0 || isWords(node)) return [];
    const [was, left, right] = [textOf(node.operatorToken), textOf(node.left), textOf(node.right)];
    return all.map((becomes) => ({ was, becomes, changed: `(${left}) ${becomes} (${right})` }));
  }
  if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return [];
  const becomes = UNARY[node.operator];
  if (becomes === undefined || isWords(node)) return [];
  const operand = textOf(node.operand);
  const changed = ts.isPrefixUnaryExpression(node) ? `${becomes}(${operand})` : `(${operand})${becomes}`;
  return [{ was: ts.tokenToString(node.operator) ?? '', becomes, changed }];
}

/** A file's changes, and its text in two forms. */
export interface Mutated {
  readonly mutants: readonly Mutant[];
  /** Counts in `$seen[id]` how often each operator was evaluated. */
  readonly counting: string;
  /** Has the change of number `$mutant` made, calling `$hit()` each time it is evaluated. */
  readonly switched: string;
}

/** All changes of `text`, numbered from `firstId` in the order of their places. */
export function mutate(file: string, text: string, firstId: number): Mutated {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lines = text.split('\n');
  const mutants: Mutant[] = [];
  /** `node` in both forms; what is within a changed expression is as it was: one change at a time. */
  const rewrite = (node: ts.Node): readonly [counting: string, switched: string] => {
    const place = ts.isBinaryExpression(node) ? node.operatorToken : node;
    const changes = changesOf(node, source).map(({ was, becomes, changed }) => {
      const line = source.getLineAndCharacterOfPosition(place.getStart(source)).line;
      const id = firstId + mutants.length;
      const expression = node.getText(source).replaceAll(/\s+/g, ' ');
      const where = { id, file, line: line + 1, text: lines[line]?.trim() ?? '', expression };
      mutants.push({ ...where, was, becomes: becomes || '(nothing)' });
      return { id, changed };
    });
    let counting = '';
    let switched = '';
    let at = node.getStart(source);
    ts.forEachChild(node, (child) => {
      const [childCounting, childSwitched] = rewrite(child);
      const between = text.slice(at, child.getStart(source));
      counting += between + childCounting;
      switched += between + childSwitched;
      at = child.end;
    });
    counting += text.slice(at, node.end);
    switched += text.slice(at, node.end);
    if (changes.length === 0) return [counting, switched];
    return [
      `(${changes.map(({ id }) => `$seen[${id}]++, `).join('')}${counting})`,
      `(${changes.map(({ id, changed }) => `$mutant === ${id} ? ($hit(), ${changed}) : `).join('')}${switched})`,
    ];
  };
  const [counting, switched] = rewrite(source);
  return { mutants, counting, switched };
}
