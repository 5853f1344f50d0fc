/** Runs a function in a later task of the page, and soon: a MessageChannel is not throttled in hidden pages as timers are. */
export function laterTask(task: () => void): void {
  if (typeof MessageChannel === 'undefined') {
    setTimeout(task, 0);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    task();
  };
  port2.postMessage(null);
}
