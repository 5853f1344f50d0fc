/** A command line that cannot be obeyed: exit code 2. The message says what, and the nearest that would work. */
export class WrongCall extends Error {
  override readonly name = 'WrongCall';
}

/** Input that cannot be read or output that cannot be written: exit code 1. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
