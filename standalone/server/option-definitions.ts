/** What the value of an option may be, as text of the command line or as JSON. */
export type OptionKind =
  | 'text'
  | 'path'
  | 'port'
  | 'theme'
  | 'refresh'
  | 'range'
  | 'bytes'
  | 'age'
  | 'linger'
  | 'list'
  | 'limits'
  | 'flag'
  | 'choice'
  | 'zone';

export interface ServerOptionDefinition {
  readonly kind: OptionKind;
  /** What stands behind it in `--help`; empty for a flag. */
  readonly value: string;
  readonly doc: string;
  /** Only in the JSON line: a command line can be read by every user of the machine. */
  readonly jsonOnly?: true;
}

/** The options of the server by name: `--name` on a command line, `name`, `a_name` or `aName` in JSON. */
export const SERVER_OPTIONS = {
  host: { kind: 'text', value: 'ADDRESS', doc: 'Address to listen on. Default 127.0.0.1: this machine alone' },
  port: { kind: 'port', value: 'NUMBER', doc: 'Port to listen on; 0: any free one. Default 8600 or the next free one' },
  title: { kind: 'text', value: 'TEXT', doc: 'Title of the page. Default: that of the dashboard' },
  theme: { kind: 'theme', value: 'auto|light|dark', doc: 'Colours at first. Default auto' },
  favicon: { kind: 'path', value: 'FILE', doc: 'Picture in the tab: svg, png or ico' },
  logo: { kind: 'path', value: 'FILE', doc: 'Picture beside the title: svg, png, jpg or webp' },
  'auto-refresh': { kind: 'refresh', value: 'live|DURATION', doc: 'How often the page draws at first. Default live' },
  'default-time-range': {
    kind: 'range',
    value: 'all|DURATION',
    doc: 'Visible time at first. Default: what each widget declares',
  },
  timezone: { kind: 'zone', value: 'NAME', doc: 'IANA time zone of the page. Default: that of each viewer' },
  'buffer-size': { kind: 'bytes', value: 'off|BYTES', doc: 'History held in memory, such as 512MB. Default 512MB' },
  retention: { kind: 'age', value: 'off|DURATION', doc: 'Age of history. Default 7d' },
  persistence: {
    kind: 'path',
    value: 'memory|sqlite:///FILE',
    doc: 'Where history survives a restart; sqlite:////FILE: an absolute path. Default memory',
  },
  'history-size': { kind: 'bytes', value: 'off|BYTES', doc: 'History held in the file; the oldest goes. Default 10GB' },
  cors: {
    kind: 'list',
    value: 'ORIGIN',
    doc: 'Origin of pages that may read the API, such as https://a.example; repeatable. Default none',
  },
  'allow-host': {
    kind: 'list',
    value: 'NAME',
    doc: 'Further Host name that requests may name, such as that of a proxy; repeatable',
  },
  linger: {
    kind: 'linger',
    value: 'DURATION',
    doc: 'Ends so long after the last producer and viewer left; 0: at once. Default 10m',
  },
  keep: { kind: 'flag', value: '', doc: 'Never ends by itself' },
  auth: { kind: 'flag', value: '', doc: 'Ask for a token. Default yes; `--no-auth` only on this machine' },
  user: {
    kind: 'list',
    value: 'NAME',
    doc: 'Somebody who logs in; password by STREAM_VIZ_PASSWORD_<NAME>, else made and told once; repeatable',
  },
  key: {
    kind: 'list',
    value: 'NAME=view|send',
    doc: 'Key of a program; by STREAM_VIZ_KEY_<NAME>, else made and told once; repeatable',
  },
  'base-path': { kind: 'text', value: 'PATH', doc: 'Path that a proxy puts before every path. Default none' },
  'trust-proxy': {
    kind: 'list',
    value: 'ADDRESS',
    doc: 'Proxy, or network of proxies, whose X-Forwarded-For, -Proto and -Host are believed; repeatable',
  },
  'new-token': { kind: 'flag', value: '', doc: 'Make a new token: links with the old one no longer work' },
  open: { kind: 'flag', value: '', doc: 'Open a browser. Default: on a desktop terminal; STREAM_VIZ_OPEN=0: never' },
  limit: { kind: 'limits', value: 'NAME=off|NUMBER', doc: 'Sets a limit of docs/security.md; repeatable' },
  'log-level': {
    kind: 'choice',
    value: 'debug|info|warn|error|off',
    doc: 'What is written to standard error. Default warn',
  },
  'log-format': { kind: 'choice', value: 'text|json', doc: 'How a line of the log is written. Default text' },
  script: { kind: 'text', value: 'NAME', doc: 'Whose previous port is tried first. Default none' },
  token: {
    kind: 'text',
    value: 'TEXT',
    doc: 'The token to ask for. Default: the one kept for this user',
    jsonOnly: true,
  },
} as const satisfies Readonly<Record<string, ServerOptionDefinition>>;

export type ServerOptionName = keyof typeof SERVER_OPTIONS;

export const OPTION_NAMES = Object.keys(SERVER_OPTIONS) as readonly ServerOptionName[];

/** The definition of an option of this name, undefined where there is none. */
export function optionNamed(name: string): ServerOptionDefinition | undefined {
  return Object.hasOwn(SERVER_OPTIONS, name) ? SERVER_OPTIONS[name as ServerOptionName] : undefined;
}

/** The lines of `--help`, one for each option that a command line takes. */
export function optionsHelp(): string {
  return OPTION_NAMES.filter((name) => optionNamed(name)?.jsonOnly !== true)
    .map((name) => {
      const { value, doc } = SERVER_OPTIONS[name];
      const word = value === '' ? `--[no-]${name}` : `--${name} ${value}`;
      return `  ${word.padEnd(36)} ${doc}`;
    })
    .join('\n');
}
