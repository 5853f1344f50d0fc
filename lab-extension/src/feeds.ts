import type { LabRuntime } from '../../src/registry.ts';
import type { HostSessionContext } from './host.ts';
import { KernelFeed } from './kernel-feed.ts';

/** What one notebook's or console's kernel says, as the others see it; see {@link KernelFeed}. */
export type Feed = Pick<
  KernelFeed,
  | 'session'
  | 'runtime'
  | 'isBroken'
  | 'kernel'
  | 'restartedAt'
  | 'notice'
  | 'source'
  | 'runtimeOf'
  | 'has'
  | 'subscribe'
>;

/** The feeds of a page, one for each notebook and console. They live as long as what they feed. */
export class Feeds {
  readonly #feeds = new WeakMap<HostSessionContext, KernelFeed>();
  readonly #runtime: Promise<LabRuntime>;

  /** @param runtime The extension's, loaded or not. */
  constructor(runtime: Promise<LabRuntime>) {
    this.#runtime = runtime;
  }

  /** The feed of a notebook or console: the same one for the same context. It taps the kernel's messages from the first call on. */
  open(context: HostSessionContext): Feed {
    let feed = this.#feeds.get(context);
    if (feed === undefined) {
      feed = new KernelFeed({ context, runtime: this.#runtime });
      this.#feeds.set(context, feed);
    }
    return feed;
  }
}
