import { FORM_STYLE } from './log-in-style.ts';

/** How the pages before the dashboard look. */
export interface FormFace {
  readonly title: string | null;
  readonly theme: 'auto' | 'light' | 'dark';
  readonly hasLogo: boolean;
  readonly hasFavicon: boolean;
}

const SIGN =
  '<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path fill="currentColor" ' +
  'd="M5.4 1.6h5.2l3.8 3.8v5.2l-3.8 3.8H5.4l-3.8-3.8V5.4ZM7.2 4.6v4.4h1.6V4.6Zm0 5.6v1.6h1.6v-1.6Z"/></svg>';

/**
 * The page where people log in: no script, two fields, one button.
 *
 * @param options.view Query of the view that was asked for; it is in the address, and the form keeps it.
 * @param options.problem What went wrong, in a few words.
 * @param options.name What stood in the field for the name.
 */
export function logInPage(
  face: FormFace,
  options: { readonly view: string; readonly problem: string | null; readonly name: string },
): string {
  const { view, problem, name } = options;
  const isAgain = problem !== null;
  const told = isAgain ? ' aria-invalid="true" aria-describedby="problem"' : '';
  const begin = (field: 'name' | 'password'): string => ((field === 'name') === (name === '') ? ' autofocus' : '');
  return page(
    face,
    'Log in',
    `<form method="post" action="login${view === '' ? '' : escaped(`?${view}`)}">` +
      (isAgain ? `<p class="bad" id="problem" role="alert">${SIGN}<span>${escaped(problem)}</span></p>` : '') +
      `<label for="name">Name</label><input id="name" name="name" value="${escaped(name)}" maxlength="64" required ` +
      `autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false"${told}${begin('name')}>` +
      '<label for="password">Password</label><input id="password" name="password" type="password" maxlength="1024" required ' +
      `autocomplete="current-password"${told}${begin('password')}><button>Log in</button></form>`,
  );
}

/** The page for somebody who is not let in, with what can be done about it. */
export function deniedPage(
  face: FormFace,
  options: { readonly message: string; readonly code: string; readonly hasLogIn: boolean },
): string {
  const { message, code, hasLogIn } = options;
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return page(
    face,
    'Not let in',
    `<p class="bad">${SIGN}<span>Not let in</span></p><p>${escaped(sentence)}${/[.!?]$/.test(sentence) ? '' : '.'}</p>` +
      `<p class="code">${escaped(code)}</p>${hasLogIn ? '<a class="go" href="login">Log in</a>' : ''}`,
  );
}

function page({ title, theme, hasLogo, hasFavicon }: FormFace, what: string, body: string): string {
  const name = escaped(title ?? 'StreamViz');
  return (
    `<!doctype html><html lang="en"${theme === 'auto' ? '' : ` data-theme="${theme}"`}><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>${what} · ${name}</title><link rel="icon" href="${hasFavicon ? 'favicon' : 'data:,'}"><style>${FORM_STYLE}</style></head>` +
    `<body><main><header>${hasLogo ? '<img src="logo" alt="">' : ''}<h1>${name}</h1></header>${body}</main></body></html>\n`
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (letter) => ESCAPES[letter]!);
