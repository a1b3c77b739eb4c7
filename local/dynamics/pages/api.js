/** The Web API as the pages use it: the signed-in person's own requests. */

const ROOT = "/api/data/v9.2/";
let userId = "";

/** @param {string} id whose requests these are from now on */
export function actAs(id) {
  userId = id;
}

/**
 * One request; throws an Error with the service's own message when it is refused.
 * @param {string} path
 * @param {string} [method]
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function call(path, method = "GET", body) {
  const headers = { "X-Page-User": userId, "Content-Type": "application/json", Prefer: 'odata.include-annotations="*"' };
  const answer = await fetch(ROOT + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  const document = text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Error(document.error?.message ?? `The service answered ${answer.status}.`);
  return document;
}

/**
 * The rows of a set.
 * @param {string} set
 * @param {Record<string, string>} query
 * @returns {Promise<any[]>}
 */
export async function rows(set, query) {
  const listed = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return (await call(`${set}?${listed.join("&")}`)).value;
}

/** The name of what a lookup points to, for people. */
export const nameOf = (row, column) => row[`_${column}_value@OData.Community.Display.V1.FormattedValue`] ?? "";

/** The table a lookup points into. */
export const tableOf = (row, column) => row[`_${column}_value@Microsoft.Dynamics.CRM.lookuplogicalname`] ?? "";

/**
 * Calls back whenever something has been written, and with whether the service is there.
 * @param {() => void} changed
 * @param {(isConnected: boolean) => void} connected
 */
export function watch(changed, connected) {
  const events = new EventSource("/stand-in/events");
  events.onmessage = changed;
  events.onopen = () => connected(true);
  events.onerror = () => connected(false);
}
