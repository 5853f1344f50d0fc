// Loaded before a server that is measured (`--import`): answers every message of its starter with what the process used.
process.on('message', (message) => {
  if (message.collect) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  process.send({
    cpuMs: (user + system) / 1000,
    residentBytes: rss,
    heapBytes: heapUsed,
    bufferBytes: arrayBuffers,
    atMs: performance.timeOrigin + performance.now(),
  });
});
