import { expect, test } from 'vitest';
import { OneByOne } from '../../../standalone/server/accounts/one-by-one.ts';
import { hashPassword, isPassword, passwordBytes } from '../../../standalone/server/accounts/passwords.ts';
import { Users } from '../../../standalone/server/accounts/users.ts';

const CHEAP = { N: 16, r: 8, p: 1 };
const clock = { nowMs: 0 };
const usersOf = (cost = CHEAP) =>
  new Users(
    [
      { name: 'Ann', password: 'correct horse' },
      { name: 'jörg', password: 'pa\u0308ssword' },
    ],
    { now: () => clock.nowMs, cost },
  );

test('scrypt of RFC 7914 section 12: the third vector', async () => {
  // N = 16384, r = 8, p = 1, "pleaseletmein", "SodiumChloride": its first 32 of 64 bytes are those of a key of 32 bytes.
  const hash = {
    salt: Buffer.from('SodiumChloride'),
    key: Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex'),
    cost: { N: 16_384, r: 8, p: 1 },
  };
  expect(await isPassword(hash, Buffer.from('pleaseletmein'))).toBe(true);
  expect(await isPassword(hash, Buffer.from('pleaseletmeout'))).toBe(false);
});

test('the same password has another hash each time; none is right where none was given', async () => {
  const password = passwordBytes('correct horse')!;
  const [a, b] = [await hashPassword(password, CHEAP), await hashPassword(password, CHEAP)];
  expect(a.key.equals(b.key)).toBe(false);
  expect([await isPassword(a, password), await isPassword(b, password), await isPassword(a, null)]).toEqual([
    true,
    true,
    false,
  ]);
});

test.each([
  ['Ann', 'correct horse', 'Ann'],
  ['ＡＮＮ ', 'correct horse', 'Ann'],
  ['JO\u0308RG', 'pässword', 'jörg'],
  ['ann', 'Correct horse', null],
  ['ann', 'pässword', null],
  ['ann', '', null],
  ['ann', 'x'.repeat(100_000), null],
  ['nobody', 'correct horse', null],
  ['', '', null],
  ['x'.repeat(100_000), 'correct horse', null],
  ['__proto__', 'correct horse', null],
])('%j with %j is %j', async (name, password, user) => {
  expect(await usersOf().check(name, password)).toEqual(user === null ? { kind: 'wrong' } : { kind: 'right', user });
});

test('a name that nobody has costs the same one look as a wrong password, and a password of any length no more', async () => {
  const looks: string[] = [];
  const users = new Users([{ name: 'Ann', password: 'correct horse' }], {
    now: () => clock.nowMs,
    cost: CHEAP,
    look: (hash, password) => {
      looks.push(`${JSON.stringify(hash.cost)} ${hash.salt.length} ${password === null ? 'none' : 'some'}`);
      return isPassword(hash, password);
    },
  });
  for (const [name, password] of [
    ['ann', 'wrong words'],
    ['nobody', 'wrong words'],
    ['', 'wrong words'],
    ['ann', 'x'.repeat(100_000)],
    ['nobody', ''],
  ] as const)
    expect(await users.check(name, password)).toEqual({ kind: 'wrong' });
  const one = `${JSON.stringify(CHEAP)} 16`;
  expect(looks).toEqual([`${one} some`, `${one} some`, `${one} some`, `${one} none`, `${one} none`]);
});

test('no password is looked at for as long as one: both derive a key', async () => {
  const hash = await hashPassword(passwordBytes('correct horse')!, { N: 2 ** 14, r: 8, p: 1 });
  const least = async (password: Buffer | null) => {
    let ms = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 5; i += 1) {
      const began = performance.now();
      await isPassword(hash, password);
      ms = Math.min(ms, performance.now() - began);
    }
    return ms;
  };
  // Without a key it would be a thousandth.
  expect((await least(null)) / (await least(Buffer.from('wrong words')))).toBeGreaterThan(0.2);
});

test('what was right is known for five minutes without scrypt, what was wrong is never', async () => {
  const users = usersOf();
  await users.check('ann', 'correct horse');
  await users.check('ann', 'wrong words');
  expect([users.isAsked('ann', 'correct horse'), users.isAsked('ann', 'wrong words')]).toEqual([true, false]);
  clock.nowMs += 300_000;
  expect(users.isAsked('ann', 'correct horse')).toBe(false);
  expect(await users.check('ann', 'correct horse')).toEqual({ kind: 'right', user: 'Ann' });
});

test('the same question at once is looked at once; of 200 others at once all but 16 are told to come again', async () => {
  const users = usersOf();
  const same = Array.from({ length: 100 }, () => users.check('ann', 'correct horse'));
  expect(new Set((await Promise.all(same)).map(({ kind }) => kind))).toEqual(new Set(['right']));
  const others = await Promise.all(Array.from({ length: 200 }, (_, i) => users.check('ann', `guess ${i}`)));
  expect(others.filter(({ kind }) => kind === 'wrong')).toHaveLength(16);
  expect(others.filter(({ kind }) => kind === 'busy')).toHaveLength(184);
  const crowd = Array.from({ length: 200 }, (_, i) => users.check('ann', `other guess ${i}`));
  expect(await users.check('jörg', 'pässword', { isUsual: true })).toEqual({ kind: 'right', user: 'jörg' });
  await Promise.all(crowd);
  expect(await users.check('ann', 'correct horse')).toEqual({ kind: 'right', user: 'Ann' });
});

test('jobs run one after another, each rests as long as it took, and one that fails stops no other', async () => {
  const jobs = new OneByOne(3);
  const order: string[] = [];
  const job = (name: string, ms: number) => async () => {
    order.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, ms));
    order.push(`${name} ends`);
    if (name === 'b') throw new Error('b');
    return name;
  };
  const began = performance.now();
  const all = [jobs.run(job('a', 30)), jobs.run(job('b', 30)).catch(({ message }: Error) => message)];
  expect(jobs.isFull).toBe(false);
  all.push(jobs.run(job('c', 30)));
  expect(jobs.isFull).toBe(true);
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
  expect(order.join(', ')).toBe('a begins, a ends, b begins, b ends, c begins, c ends');
  expect([performance.now() - began > 140, jobs.isFull]).toEqual([true, false]);
});

test('the event loop goes on while passwords are checked', async () => {
  const users = usersOf({ N: 2 ** 14, r: 8, p: 1 });
  await users.check('ann', 'warm');
  let longest = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const began = performance.now();
  await Promise.all(Array.from({ length: 4 }, (_, i) => users.check('ann', `guess ${i}`)));
  const took = performance.now() - began;
  clearInterval(beat);
  expect(longest).toBeLessThan(took / 3);
});
