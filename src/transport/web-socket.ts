/** What a connection tells its owner. Nothing is called inside {@link OpenSocket}; after `closed` nothing more is. */
export interface SocketHandlers {
  opened(): void;
  text(data: string): void;
  binary(data: ArrayBuffer): void;
  /** @param code As WebSocket gives it; 1006 where there was no orderly close. */
  closed(code: number, reason: string): void;
}

/** An open or opening connection. Both methods never throw. */
export interface SocketHandle {
  /** Sends text where the connection is open; else nothing. */
  send(text: string): void;
  close(): void;
}

export type OpenSocket = (url: string, handlers: SocketHandlers) => SocketHandle;

/** Opens a browser's WebSocket. */
export const openWebSocket: OpenSocket = (url, handlers) => {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => handlers.opened();
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') handlers.text(data);
    else if (data instanceof ArrayBuffer) handlers.binary(data);
  };
  socket.onclose = ({ code, reason }) => handlers.closed(code, reason);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(),
  };
};
