import type { HostKernel, HostMessage, HostSessionContext, HostShellMessage } from '../src/host.ts';
import { FakeSignal } from './fake-signal.ts';

/** A kernel as the host shows it; comm info is answered by the test. */
export class FakeKernel implements HostKernel {
  readonly id: string;
  status: string;
  readonly clientId = 'client';
  readonly username = 'me';
  readonly sent: HostShellMessage[] = [];
  readonly questions: { answer(content: unknown): void; fail(error: Error): void }[] = [];

  constructor(id: string, status = 'idle') {
    this.id = id;
    this.status = status;
  }

  requestExecute(): { readonly done: Promise<unknown> } {
    throw new Error('a feed runs no code');
  }

  requestCommInfo(): Promise<{ readonly content: unknown }> {
    return new Promise((resolve, reject) => {
      this.questions.push({ answer: (content) => resolve({ content }), fail: reject });
    });
  }

  sendShellMessage(message: HostShellMessage): unknown {
    if (this.status === 'dead') throw new Error('Kernel is dead');
    this.sent.push(message);
    return null;
  }
}

/** A notebook's tie to its kernel, as JupyterLab's session context behaves. */
export class FakeContext implements HostSessionContext {
  readonly isReady = true;
  readonly isDisposed = false;
  session: { readonly kernel: FakeKernel | null } | null;
  readonly disposed = new FakeSignal<void>();
  readonly iopubMessage = new FakeSignal<HostMessage>();
  readonly statusChanged = new FakeSignal<string>();
  readonly connectionStatusChanged = new FakeSignal<string>();
  readonly kernelChanged = new FakeSignal<{
    readonly oldValue: HostKernel | null;
    readonly newValue: HostKernel | null;
  }>();

  constructor(kernel: FakeKernel | null) {
    this.session = kernel === null ? null : { kernel };
  }

  get listeners(): number {
    const { disposed, iopubMessage, statusChanged, connectionStatusChanged, kernelChanged } = this;
    return [disposed, iopubMessage, statusChanged, connectionStatusChanged, kernelChanged].reduce(
      (sum, signal) => sum + signal.listeners,
      0,
    );
  }

  status(...states: readonly string[]): void {
    for (const status of states) {
      if (this.session?.kernel) this.session.kernel.status = status;
      this.statusChanged.emit(status);
    }
  }

  change(kernel: FakeKernel | null): void {
    const oldValue = this.session?.kernel ?? null;
    this.session = kernel === null ? null : { kernel };
    this.kernelChanged.emit({ oldValue, newValue: kernel });
  }

  /** One of our messages comes over a comm. */
  hear(session: string, epoch: string, seq: number, hub = `streamviz-hub-${epoch}`): void {
    const content = { v: [1, 0], kind: 'batch', session, epoch: { id: epoch, startedUs: 1 }, seq };
    this.iopubMessage.emit({
      header: { msg_type: 'comm_msg' },
      content: { comm_id: hub, data: { method: 'custom', content } },
      buffers: [],
    });
  }
}

/** Lets what was promised happen. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};
