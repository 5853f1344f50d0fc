/** Longer ones are no view. */
const MOST_CHARACTERS = 4000;

/** What of a query says how the dashboard is looked at, without any token; `?kiosk` stays `?kiosk`. */
export function viewOf(query: URLSearchParams): string {
  const view = new URLSearchParams(query);
  view.delete('token');
  const text = view.toString().replaceAll(/=(?=&|$)/g, '');
  return text.length <= MOST_CHARACTERS ? text : '';
}
