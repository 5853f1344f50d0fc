import { node } from './card.ts';

/** Words for the page: what stands between backticks as code, the rest as text. An odd backtick stays as it is. */
export function codeWords(text: string): Node[] {
  const nodes: Node[] = [];
  let from = 0;
  for (const { 0: whole, 1: code, index } of text.matchAll(/`([^`]+)`/g)) {
    if (index > from) nodes.push(document.createTextNode(text.slice(from, index)));
    nodes.push(node('code', '', code));
    from = index + whole.length;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}
