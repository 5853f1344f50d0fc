import { afterEach, expect, jest, test } from '@jest/globals';
import { download } from '../src/download.ts';

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

test('a download is one click on a link in the document, and leaves neither link nor memory behind', () => {
  jest.useFakeTimers();
  const made: Blob[] = [];
  const freed: string[] = [];
  const clicked: [string, string, boolean][] = [];
  Object.assign(URL, {
    createObjectURL: (blob: Blob) => `blob:${made.push(blob)}`,
    revokeObjectURL: (url: string) => freed.push(url),
  });
  jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    clicked.push([this.download, this.href, this.isConnected]);
  });
  download('a-series.csv', 'time,value\n1,2\n');
  expect(clicked).toEqual([['a-series.csv', 'blob:1', true]]);
  expect([made[0]?.size, made[0]?.type]).toEqual([15, 'text/csv;charset=utf-8']);
  expect(document.querySelectorAll('a')).toHaveLength(0);
  jest.runAllTimers();
  expect(freed).toEqual(['blob:1']);
});
