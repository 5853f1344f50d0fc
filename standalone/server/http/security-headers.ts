/** What every answer carries, so that a page can load nothing from elsewhere and nobody guesses types or frames it. */
export function securityHeaders(frameOrigins: readonly string[]): Readonly<Record<string, string>> {
  const ancestors = ["'self'", ...frameOrigins.filter((origin) => origin !== '*')].join(' ');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    // Charts and layout set styles; no style can load anything but what these lines allow.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
    `frame-ancestors ${ancestors}`,
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  };
}
