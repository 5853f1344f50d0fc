import type { HostOutput } from '../src/host.ts';
import type { CodeCell, NotebookModel, OutputsChange } from '../src/notebook-cells.ts';
import { VIEW_MIME } from '../src/view-bundle.ts';
import { SPEC } from './fake-feed.ts';
import { FakeSignal } from './fake-signal.ts';

type Json = Readonly<Record<string, unknown>>;

/** An output of ours as the kernel sends it. */
export const viewOutput = (view: Json = { ...SPEC }, data: Json = {}, metadata: Json = {}): Json => ({
  output_type: 'display_data',
  data: { [VIEW_MIME]: view, 'text/plain': 'Live view of cpu (StreamViz)', ...data },
  metadata,
});

export const textOutput = (text: string): Json => ({ output_type: 'stream', name: 'stdout', text });

class FakeOutput implements HostOutput {
  readonly json: Json;

  constructor(json: Json) {
    this.json = JSON.parse(JSON.stringify(json)) as Json;
  }
  get data(): Json {
    return JSON.parse(JSON.stringify(this.json.data ?? {})) as Json;
  }
  get metadata(): Json {
    return (this.json.metadata ?? {}) as Json;
  }
  toJSON(): Json {
    return this.json;
  }
}

/** A code cell: its outputs on the page, and what the file gets. */
export class FakeCell implements CodeCell {
  readonly id: string;
  readonly type = 'code';
  file: unknown[];
  /** Writes to the file that were not told to the page. */
  silent = 0;
  /** Whatever made the page draw again. */
  redraws = 0;
  readonly #list: FakeOutput[];
  readonly changed = new FakeSignal<OutputsChange>();
  outputs: CodeCell['outputs'];
  sharedModel: CodeCell['sharedModel'];

  constructor(id: string, ...outputs: readonly Json[]) {
    this.id = id;
    this.#list = outputs.map((json) => new FakeOutput(json));
    this.file = this.#list.map(({ json }) => json);
    const list = this.#list;
    this.outputs = {
      get length() {
        return list.length;
      },
      changed: this.changed,
      get: (index) => list[index]!,
      add: (json) => this.#add(json),
    };
    this.sharedModel = {
      getOutputs: () => JSON.parse(JSON.stringify(this.file)) as unknown[],
      updateOutputs: (start, end, json, origin) => {
        this.file.splice(start, end - start, ...json);
        if (origin === 'silent-change') this.silent += 1;
        else this.redraws += 1;
      },
    };
  }

  /** As Lab's "Clear Outputs", `clear_output` and a new run do. */
  clear(): void {
    this.#list.length = 0;
    this.file = [];
    this.changed.emit({ type: 'clear', newValues: [] });
  }

  views(): unknown[] {
    return this.#list.flatMap(({ data }) => (data[VIEW_MIME] === undefined ? [] : [(data[VIEW_MIME] as Json).view]));
  }

  #add(json: Json): number {
    const output = new FakeOutput(json);
    this.#list.push(output);
    this.file.push(output.json);
    this.changed.emit({ type: 'add', newValues: [output] });
    return this.#list.length;
  }
}

/** A notebook of such cells. */
export class FakeNotebook implements NotebookModel {
  readonly collaborative?: boolean;
  readonly list: { id: string; type: string }[];
  readonly cells: NotebookModel['cells'];
  readonly #changed = new FakeSignal<unknown>();

  constructor(cells: readonly { id: string; type: string }[], options: { readonly collaborative?: boolean } = {}) {
    this.list = [...cells];
    if (options.collaborative !== undefined) this.collaborative = options.collaborative;
    const { list } = this;
    this.cells = { changed: this.#changed, [Symbol.iterator]: () => list[Symbol.iterator]() };
  }

  get listeners(): number {
    return this.#changed.listeners;
  }

  insert(cell: { id: string; type: string }): void {
    this.list.push(cell);
    this.#changed.emit({});
  }

  /** As Lab does it: a cell's model loses its outputs before anybody is told. */
  remove(cell: { id: string; type: string }): void {
    this.list.splice(this.list.indexOf(cell), 1);
    if (cell instanceof FakeCell) cell.outputs = null as never;
    this.#changed.emit({});
  }
}
