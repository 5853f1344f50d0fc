import { BlockList, isIP, isIPv6 } from 'node:net';
import { StreamVizError } from '../../../src/core/errors.ts';
import type { AccessRequest } from './access-request.ts';

type Headers = AccessRequest['headers'];

/** What a request says of where it comes from, as far as it is believed. */
export interface Origins {
  /** Who asks: the client a proxy names, else the other end of the connection. */
  readonly address: string;
  /** The Host a person sees; null where there is none. */
  readonly host: string | null;
  /** Whether the browser speaks TLS. */
  readonly isSecure: boolean;
}

/**
 * The proxies that are believed.
 *
 * Of one that is named here: the last entry of `X-Forwarded-For` (the one it added itself), `X-Forwarded-Proto` and
 * `X-Forwarded-Host`. Of anybody else: nothing, whatever the request holds.
 */
export class BelievedProxies {
  readonly #addresses = new BlockList();
  readonly #size: number;

  /**
   * @param addresses IP addresses, or networks such as `10.0.0.0/8`.
   * @throws StreamVizError `OPTION_INVALID`
   */
  constructor(addresses: readonly string[], option = 'trust-proxy') {
    this.#size = addresses.length;
    for (const text of addresses) {
      const [address = '', bits] = text.split('/');
      const version = isIP(address);
      const length = bits === undefined ? null : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
      if (version === 0 || (length !== null && !(length <= (version === 4 ? 32 : 128)))) {
        const message = `${option}: expected an IP address or a network such as 10.0.0.0/8; got ${JSON.stringify(text)}`;
        throw new StreamVizError('OPTION_INVALID', message, { details: { option, given: text } });
      }
      const family = version === 4 ? 'ipv4' : 'ipv6';
      if (length === null) this.#addresses.addAddress(address, family);
      else this.#addresses.addSubnet(address, length, family);
    }
  }

  /** Where a request comes from. */
  originsOf({ headers, remoteAddress }: Pick<AccessRequest, 'headers' | 'remoteAddress'>): Origins {
    const peer = plainAddress(remoteAddress);
    const host = one(headers, 'host');
    if (!this.#believes(peer)) return { address: peer, host, isSecure: false };
    const named = last(headers, 'x-forwarded-for')?.replace(/^\[(.*)\](:\d+)?$/, '$1') ?? '';
    const client = plainAddress(/^[\d.]+:\d+$/.test(named) ? named.slice(0, named.indexOf(':')) : named);
    return {
      address: isIP(client) === 0 ? peer : client,
      host: last(headers, 'x-forwarded-host') ?? host,
      isSecure: last(headers, 'x-forwarded-proto')?.toLowerCase() === 'https',
    };
  }

  #believes(address: string): boolean {
    if (this.#size === 0) return false;
    const version = isIP(address);
    return version !== 0 && this.#addresses.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }
}

/** The name under which an address is counted: of IPv6 its network of 64 bits, as one client has all of it. */
export function countedAddress(address: string): string {
  if (!isIPv6(address)) return address;
  // As a URL it has one form.
  const [head = '', tail] = new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1).split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - groups.length - after.length }, () => '0');
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}

/** An IPv4 address as such, also where it came over a socket for both kinds. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

/** The first value of a header that is there once; null where there is none. */
const one = (headers: Headers, name: string): string | null => {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? null);
};

/** The last entry of a header that is a list: that of the nearest proxy. */
function last(headers: Headers, name: string): string | null {
  const value = headers[name];
  const text = typeof value === 'string' ? value : (value?.at(-1) ?? '');
  const entry = text.split(',').at(-1)?.trim() ?? '';
  return entry === '' ? null : entry;
}
