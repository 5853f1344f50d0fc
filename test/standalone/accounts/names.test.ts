import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountName, variableSuffix } from '../../../standalone/server/accounts/account-names.ts';
import { passwordBytes } from '../../../standalone/server/accounts/passwords.ts';

test.each([
  ['Ann', 'ann'],
  [' ann ', 'ann'],
  ['ＡＮＮ', 'ann'],
  ['ﬁona', 'fiona'],
  ['JO\u0308RG', 'jörg'],
  ['ann.b@werk.example', 'ann.b@werk.example'],
  ["o'neil", "o'neil"],
  ['王 小明', '王 小明'],
])('%j is the account %j', (written, name) => {
  expect(accountName(written)).toBe(name);
});

test.each(['', ' ', 'a:b', 'a\nb', 'a\0b', 'a,b', '<ann>', '.ann', 'a\u202eb', 'x'.repeat(65), 'ﷺ'.repeat(10)])(
  '%j is no name',
  (written) => {
    expect(accountName(written)).toBeNull();
  },
);

test('accountName(accountName(x)) equals accountName(x), whatever form and case x has', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (written) => {
      const name = accountName(written);
      if (name === null) return;
      for (const form of [name, name.normalize('NFD'), name.normalize('NFKD'), ` ${name}`])
        expect(accountName(form)).toBe(name);
    }),
  );
});

test('the variable of a name has capitals, digits and _ alone', () => {
  expect(['ann', 'ann.b', 'Jörg', 'a-1'].map(variableSuffix)).toEqual(['ANN', 'ANN_B', 'J_RG', 'A_1']);
});

test('a password is the same in every form; an empty one and one above 1024 bytes are none', () => {
  expect(passwordBytes('pa\u0308ss')).toEqual(passwordBytes('päss'));
  expect(passwordBytes('Päss')).not.toEqual(passwordBytes('päss'));
  expect([passwordBytes(''), passwordBytes('x'.repeat(1025)), passwordBytes('€'.repeat(342))]).toEqual([
    null,
    null,
    null,
  ]);
  expect(passwordBytes('x'.repeat(1024))?.length).toBe(1024);
});
