// Changes that leave what the program does as it was, and so can be noticed by no test.
import ts from 'typescript';

const plain = (node: ts.Node, source: ts.SourceFile): string => node.getText(source).replaceAll('!', '');

/**
 * Whether `a < b` picks one of `a` and `b` and nothing else: `if (a < b) b = a` and `a < b ? a : b`. At equality both ways
 * give the same number, so `<=` would be no change.
 */
export function keepsTheSame(node: ts.BinaryExpression, source: ts.SourceFile): boolean {
  const textsOf = (...nodes: ts.Node[]): string =>
    nodes
      .map((each) => plain(each, source))
      .sort()
      .join();
  const operands = textsOf(node.left, node.right);
  const { parent } = node;
  if (ts.isConditionalExpression(parent) && parent.condition === node) {
    return operands === textsOf(parent.whenTrue, parent.whenFalse);
  }
  if (!ts.isIfStatement(parent) || !ts.isExpressionStatement(parent.thenStatement)) return false;
  const { expression } = parent.thenStatement;
  if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return false;
  return operands === textsOf(expression.left, expression.right);
}

/** Whether what is added is INDEX of `pane-row.ts`, which is 0: taking it away instead is no change. */
export function addsNothing(node: ts.BinaryExpression, source: ts.SourceFile): boolean {
  return node.operatorToken.kind === ts.SyntaxKind.PlusToken && node.right.getText(source) === 'INDEX';
}

/** Changes that are none: in `file` each expression, and what its operator becomes. */
interface Equivalent {
  readonly file: string;
  readonly because: string;
  readonly changes: readonly (readonly [expression: string, becomes: string])[];
}

/** What the rules above do not see. An entry whose expression is no longer there is named by the run. */
export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'src/core/sketch/exact-quantiles.ts',
    because: 'any of the three values is a pivot; which one decides only the time it takes',
    changes: [
      ['a < b', '<='],
      ['a < b', '>='],
      ['b < c', '<='],
      ['b < c', '>='],
      ['a < c', '<='],
      ['a < c', '>='],
    ],
  },
  {
    file: 'src/core/sketch/exact-quantiles.ts',
    because: 'a stretch of 12 may be sorted by insertion or parted once more',
    changes: [['to - from > SMALL', '>=']],
  },
  {
    file: 'src/core/sketch/bucket-kernel.ts',
    because:
      'the index of a high word is odd, the end even; or four values more or fewer take the way that is as right',
    changes: [
      ['i < end', '<='],
      ['i < few', '<='],
      ['i + 2 * MIXED_RUN', '-'],
      ['2 * MIXED_RUN', '/'],
    ],
  },
  {
    file: 'src/core/sketch/bucket-kernel.ts',
    because: 'a size is no negative number',
    changes: [['size >>> 0', '<<']],
  },
  {
    file: 'src/core/sketch/bucket-kernel.ts',
    because: 'a zero then has no place in its four, and is counted one at a time as one',
    changes: ['a', 'b', 'c', 'd'].flatMap((word) => {
      const key = `((${word} >>> KEY_SHIFT) & KEY_MASK) - FIRST_KEY`;
      return [[`(${key}) >> 31`, '<<'] as const, [key, '+'] as const];
    }),
  },
  {
    file: 'src/core/sketch/bucket-store.ts',
    because: 'before the range stands no count that is 0, or counts that the range then has none of',
    changes: [['last > from', '>=']],
  },
  {
    file: 'src/core/time-runs.ts',
    because: 'what four at a time refuse is looked at one by one',
    changes: [
      ['a >= before', '>'],
      ['b >= a', '>'],
      ['c >= b', '>'],
      ['d >= c', '>'],
    ],
  },
  {
    file: 'src/core/cell-eviction.ts',
    because: 'of a single cell the oldest is the newest, and nothing goes',
    changes: [['tier.size > 1', '>=']],
  },
  {
    file: 'src/core/cell-eviction.ts',
    because: 'a cell that knows more than the finer ones collects itself',
    changes: [['below === 0 || below < tier.count(row)', '&&']],
  },
  {
    file: 'src/core/tier-lists.ts',
    because: 'beyond the end of one list there is no number to be equal to',
    changes: [['count < a.length && count < b.length', '||']],
  },
  {
    file: 'src/core/min-max-pyramid.ts',
    because: 'blocks of the lower level are then added one by one; numbers are then copied to as much room',
    changes: [
      ['(low + FAN_OUT - 1) >>> LEVEL_SHIFT', '<<'],
      ['length <= held.length', '<'],
    ],
  },
  {
    file: 'src/core/sample-ring.ts',
    because: 'a range that ends with the slots may be added with none of the next lap',
    changes: [['end <= slots', '<']],
  },
  {
    file: 'src/core/retention/m4.ts',
    because:
      'nothing comes before row 0 that a break there could part; the smallest is the largest only where it is the first',
    changes: [['openGap < 0', '<=']],
  },
  {
    file: 'src/core/retention/m4.ts',
    because: 'the smallest is the largest only where it is the first, which is chosen already',
    changes: [['high > low', '>=']],
  },
  {
    file: 'src/core/retention/retained-series.ts',
    because: 'nothing is older than forever',
    changes: [['this.retentionUs < Number.POSITIVE_INFINITY', '<=']],
  },
  {
    file: 'src/core/retention/whole-blocks.ts',
    because: 'the time of a block is that of its first sample; a column that does not break is looked at in vain',
    changes: [
      ['end + (1 << shift) <= heldTo', '<'],
      ['before + full', '-'],
    ],
  },
  {
    file: 'src/core/retention/whole-blocks.ts',
    because: 'of two blocks with the same extreme either has it',
    changes: [
      ['rows[row]! < rows[least]!', '<='],
      ['rows[high]! > rows[most]!', '>='],
    ],
  },
  {
    file: 'src/core/retention/exact-columns.ts',
    because: 'fewer columns are then filled together',
    changes: [['count === CHUNK', '!==']],
  },
  {
    file: 'src/core/windows/counter-samples.ts',
    because: 'sorting is stable; merging nothing changes nothing; room grows in smaller steps',
    changes: [
      ['a - b', '+'],
      ['this.#sorted < this.length', '<='],
      ['this.times.length * 2', '/'],
    ],
  },
  {
    file: 'src/core/windows/pane-row.ts',
    because: 'the rest is squared',
    changes: [['rest += distance', '-=']],
  },
];
