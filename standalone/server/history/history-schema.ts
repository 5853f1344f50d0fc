/**
 * The tables of a history file, format {@link FORMAT}; docs/history.md tells what stands in them.
 *
 * | table | one row is | goes |
 * |---|---|---|
 * | `meta` | a word about the file | never |
 * | `session` | a session, as it was last | with the last of its segments |
 * | `log` | one message, its bytes as they came | once its rows are in segments and it is in a checkpoint, or its epoch is over |
 * | `checkpoint` | everything a session held as of one message; `checkpoint_part` has its bytes in pieces | with the next one |
 * | `series` | a series of a session, over all of its epochs | never: a few bytes each |
 * | `seg` | one stretch of one series at one resolution | by age, or by the size of the file |
 * | `written` | what of a series is in segments: what its newest message there said, and up to where its tiers are written | never: a few bytes a series |
 * | `gap` | a time when no server wrote | by age |
 *
 * `autoincrement` is needed: else numbers begin at 1 again once the log is empty, and a checkpoint would hide messages.
 */
export const SCHEMA = `
create table meta(key text primary key, value) without rowid;
create table session(
  name text primary key, shown text not null, epoch text not null, started_us real not null, parent integer, script text,
  by_http integer not null default 0, gone_us real, ended integer not null default 0, held integer not null default 1,
  counts text, earlier_us real
);
create table log(
  seq integer primary key autoincrement, session text not null, epoch text not null, message integer not null,
  came_us real not null, rows integer not null, body blob not null
);
create index log_session on log(session, seq);
create table checkpoint(
  session text primary key, epoch text not null, message integer not null, log_seq integer not null, came_us real not null,
  part integer not null, bytes integer not null, totals text not null
);
create table checkpoint_part(
  id integer primary key autoincrement, part integer not null, place integer not null, enc integer not null,
  body blob not null, unique(part, place)
);
create table series(
  id integer primary key autoincrement, session text not null, name text not null, labels text not null, unit text,
  kind text, unique(session, name, labels)
);
create table seg(
  id integer primary key autoincrement, series integer not null, tier integer not null, t0 real not null, t1 real not null,
  n integer not null, enc integer not null, body blob not null, unique(series, tier, t0)
);
create index seg_end on seg(t1);
create table written(
  series integer primary key, axis text not null, tiers text not null, epoch text not null, gen integer not null,
  n real not null, hole real, tiered real
);
create table gap(session text not null, from_us real not null, to_us real not null);
`;

/** Number of the layout; a file of a larger one is not touched. */
export const FORMAT = 1;

/** What a history file says it is, in bytes 68 to 71: `SVhi`. */
export const APPLICATION = 0x53566869;

export const PAGE_BYTES = 8192;
