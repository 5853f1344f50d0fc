// The peer of bench/viewers-updates.ts: Perspective's own WebSocket server for Node with one table.
import perspective from '@perspective-dev/client';

/** What of its Node entry is used; TypeScript finds the browser's. */
interface PerspectiveNode {
  readonly WebSocketServer: new (options: {
    readonly port: number;
  }) => {
    readonly _server: { address(): { readonly port: number } | null };
  };
  table(
    schema: Readonly<Record<string, string>>,
    options: { readonly name: string; readonly limit: number },
  ): Promise<unknown>;
}

const node = perspective as unknown as PerspectiveNode;
const server = new node.WebSocketServer({ port: 0 });
await node.table({ series: 'integer', time: 'datetime', value: 'float' }, { name: 'load', limit: 100_000 });
const listening = setInterval(() => {
  const address = server._server.address();
  if (address === null) return;
  clearInterval(listening);
  console.log(JSON.stringify({ port: address.port }));
}, 5);
