const N = 10000;
const parts = Array.from({ length: 200 }, (_, k) => { const b = new BigInt64Array(N); for (let i = 0; i < N; i++) b[i] = 1763000000000000n + BigInt(k * 200000 + i * 200); return new Int32Array(b.buffer); });
const out = new Float64Array(N);
function conv(halves: Int32Array, out: Float64Array, length: number): number {
  let outside = 0;
  for (let i = 0; i < length; i++) {
    const high = halves[2 * i + 1]!;
    outside |= (high + 0x200000) & ~0x3fffff;
    out[i] = high * 4294967296 + (halves[2 * i]! >>> 0);
  }
  return outside;
}
function conv2(halves: Int32Array, lows: Uint32Array, out: Float64Array, length: number): number {
  let outside = 0;
  for (let i = 0, k = 0; i < length; i++, k += 2) {
    const high = halves[k + 1]!;
    outside |= high + 0x200000;
    out[i] = high * 4294967296 + lows[k]!;
  }
  return outside;
}
const magic = 4503599627370496; // 2^52
// float bits trick: low | 0x43300000 high word => 2^52 + low
const lowsOf = parts.map((p) => new Uint32Array(p.buffer));
function conv3(halves: Int32Array, lows: Uint32Array, out: Float64Array, length: number): number {
  let held = halves[1]!; let base = held * 4294967296;
  for (let i = 0, k = 0; i < length; i++, k += 2) {
    const high = halves[k + 1]!;
    if (high !== held) { held = high; base = high * 4294967296; }
    out[i] = base + lows[k]!;
  }
  return 0;
}
function maxi(a: Uint16Array) { let m = -1; for (let i = 0; i < a.length; i++) if (a[i]! > m) m = a[i]!; return m; }
function maxi2(a: Uint16Array) { let m = -1; const n = a.length; for (let i = 0; i < n; i++) { const s = a[i]!; if (s > m) m = s; } return m; }
function maxi3(a: Uint16Array) { let m = 0; const n = a.length; for (let i = 0; i < n; i++) { m = Math.max(m, a[i]!); } return m; }
function maxi4(a: Uint16Array) { let m = -1; let n = a.length; let last = -1; for (let i = 0; i < n; i++) { const s = a[i]!; if (s !== last) { last = s; if (s > m) m = s; } } return m; }
function fin(v: Float64Array) { let z = 0; const n = v.length; for (let i = 0; i < n; i++) z += v[i]! - v[i]!; return z; }
function fin2(v: Float64Array) { let z = 0; const n = v.length; for (let i = 0; i < n; i++) { const x = v[i]!; if (x - x !== 0) z++; } return z; }
function fin3(v: Float64Array) { let a = 0, b = 0; const n = v.length & ~1; for (let i = 0; i < n; i+=2) { a += v[i]!; b += v[i+1]!; } return a + b - (a + b) === 0 ? 0 : 1; }
const ser = parts.map(() => new Uint16Array(N));
const vals = parts.map(() => Float64Array.from({ length: N }, Math.random));
function sorted(t: Float64Array) { let last = -Infinity; const n = t.length; for (let i = 0; i < n; i++) { const x = t[i]!; if (x < last) return i; last = x; } return n; }
function mm(v: Float64Array) { let lo = Infinity, hi = -Infinity, s = 0; const n = v.length; for (let i = 0; i < n; i++) { const x = v[i]!; if (x < lo) lo = x; if (x > hi) hi = x; s += x; } return lo + hi + s > 5 ? 1 : 0; }
function mmMath(v: Float64Array) { let lo = Infinity, hi = -Infinity, s = 0; const n = v.length; for (let i = 0; i < n; i++) { const x = v[i]!; lo = Math.min(lo, x); hi = Math.max(hi, x); s += x; } return lo + hi + s > 5 ? 1 : 0; }
function mm2(v: Float64Array) { let lo = Infinity, hi = -Infinity, lo2 = lo, hi2 = hi, s = 0, s2 = 0; const n = v.length; for (let i = 0; i < n; i += 2) { const x = v[i]!, y = v[i + 1]!; if (x < lo) lo = x; if (x > hi) hi = x; if (y < lo2) lo2 = y; if (y > hi2) hi2 = y; s += x; s2 += y; } return lo + hi + lo2 + hi2 + s + s2 > 5 ? 1 : 0; }
let sink = 0;
for (const [name, f] of Object.entries({ conv: (p: number) => conv(parts[p]!, out, N), conv2: (p: number) => conv2(parts[p]!, lowsOf[p]!, out, N), conv3: (p: number) => conv3(parts[p]!, lowsOf[p]!, out, N), maxi: (p: number) => maxi(ser[p]!), maxi2: (p: number) => maxi2(ser[p]!), maxi3: (p: number) => maxi3(ser[p]!), maxi4: (p: number) => maxi4(ser[p]!), fin: (p: number) => fin(vals[p]!), fin2: (p: number) => fin2(vals[p]!), fin3: (p: number) => fin3(vals[p]!), sorted: (p: number) => sorted(vals[0]!.length ? vals[p]! : out), mm: (p: number) => mm(vals[p]!), mmMath: (p: number) => mmMath(vals[p]!), mm2: (p: number) => mm2(vals[p]!), copy: (p: number) => { out.set(vals[p]!); return 0; } })) {
  for (let r = 0; r < 5; r++) for (let p = 0; p < 200; p++) sink += f(p);
  const c0 = process.cpuUsage().user; const t0 = performance.now();
  for (let r = 0; r < 20; r++) for (let p = 0; p < 200; p++) sink += f(p);
  console.log(name, ((performance.now() - t0) / 20 / 200 / N * 1e6).toFixed(2), 'ns wall', ((process.cpuUsage().user - c0) / 20 / 200 / N * 1e3).toFixed(2), 'ns cpu');
}
