/** As {@link securityHeaders} for pages with a form: it goes to this server alone, and its request says where it comes from. */
export function formHeaders(frameOrigins: readonly string[]): Readonly<Record<string, string>> {
  const headers = securityHeaders(frameOrigins);
  const policy = headers['Content-Security-Policy'] ?? '';
  return {
    ...headers,
    'Content-Security-Policy': policy.replace("form-action 'none'", "form-action 'self'"),
    // Without a referrer browsers send `Origin: null`, and nobody could tell our form from another's.
    'Referrer-Policy': 'same-origin',
  };
}

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
