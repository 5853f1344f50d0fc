import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeBasePath } from '../../../standalone/server/accounts/base-path.ts';
import { BelievedProxies, countedAddress } from '../../../standalone/server/accounts/forwarded.ts';

const headers = {
  host: '127.0.0.1:8600',
  'x-forwarded-for': '6.6.6.6, 203.0.113.9',
  'x-forwarded-proto': 'http, https',
  'x-forwarded-host': 'evil.example, dash.example',
};

test('nothing is believed of a peer that is no named proxy, whatever it says', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(headers)), fc.string()), fc.ipV4(), (given, peer) => {
      const origins = new BelievedProxies(peer === '10.0.0.1' ? [] : ['10.0.0.1']).originsOf({
        headers: given,
        remoteAddress: peer,
      });
      expect(origins).toEqual({ address: peer, host: given.host ?? null, isSecure: false });
    }),
  );
});

test.each([
  [['10.0.0.1'], '10.0.0.1'],
  [['10.0.0.1'], '::ffff:10.0.0.1'],
  [['10.0.0.0/8'], '10.200.3.4'],
  [['::1'], '::1'],
  [['fd00::/8'], 'fd12:3456::1'],
])('of a proxy named by %j the last entries are believed: those it wrote itself', (named, remoteAddress) => {
  expect(new BelievedProxies(named).originsOf({ headers, remoteAddress })).toEqual({
    ...{ address: '203.0.113.9', host: 'dash.example', isSecure: true },
  });
});

test.each([
  ['203.0.113.9:5000', '203.0.113.9'],
  ['[2001:db8::1]:5000', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['unknown', '10.0.0.1'],
  ['', '10.0.0.1'],
  ['1.2.3.4, <script>', '10.0.0.1'],
  ['1.2.3.999', '10.0.0.1'],
])('X-Forwarded-For %j is the client %s', (given, address) => {
  const asked = { headers: { 'x-forwarded-for': given }, remoteAddress: '10.0.0.1' };
  expect(new BelievedProxies(['10.0.0.1']).originsOf(asked).address).toBe(address);
});

test('an IPv6 client is counted by its network of 64 bits, in one form', () => {
  const same = ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::', '2001:0db8:0001:0002:0:0:0:9', '2001:db8:1:2::9%eth0'];
  expect(new Set(same.map(countedAddress))).toEqual(new Set(['2001:db8:1:2::/64']));
  expect(['2001:db8:1:3::1', '::1', '10.0.0.1', ''].map(countedAddress)).toEqual([
    '2001:db8:1:3::/64',
    '0:0:0:0::/64',
    '10.0.0.1',
    '',
  ]);
});

test.each([
  ['/dash/api/metrics?a=1', '/api/metrics?a=1', null],
  ['/dash/', '/', null],
  ['/dash', '/dash', 'dash/'],
  ['/dash?kiosk', '/dash?kiosk', 'dash/?kiosk'],
  ['/dashboard', '/dashboard', null],
  ['/api/health', '/api/health', null],
  ['/dash//evil.example', '//evil.example', null],
])('below /dash the address %j is for %j; without its slash it is led to %j', (url, rest, led) => {
  const incoming = { url } as IncomingMessage;
  expect([takeBasePath(incoming, '/dash'), incoming.url]).toEqual([led, rest]);
});
