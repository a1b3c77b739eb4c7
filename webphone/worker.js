/** Keeps the page's own files, so that it opens without a network; never anything of the API. */

const SHELL = "voice-phone-shell";

self.addEventListener("install", () => /** @type {any} */ (self).skipWaiting());
self.addEventListener("activate", (event) => /** @type {any} */ (event).waitUntil(/** @type {any} */ (self).clients.claim()));

self.addEventListener("fetch", (given) => {
  const event = /** @type {any} */ (given);
  const url = new URL(event.request.url);
  const shell = new URL("./", location.href).pathname;
  const isOurs = url.origin === location.origin && url.pathname.startsWith(shell) && !url.search && !url.pathname.endsWith("config.json");
  if (event.request.method === "GET" && isOurs) event.respondWith(fresh(event));
});

/** What the server has now, else what it had. @param {any} event */
async function fresh(event) {
  const { request } = event;
  try {
    const answer = await fetch(request);
    if (answer.ok) event.waitUntil(keep(request, answer.clone()));
    return answer;
  } catch (error) {
    const kept = await caches.match(request, { cacheName: SHELL }).catch(() => null);
    if (kept) return kept;
    throw error;
  }
}

/** Where the browser has no room nothing is kept, least of all something old. @param {Request} request @param {Response} answer */
async function keep(request, answer) {
  try {
    await (await caches.open(SHELL)).put(request, answer);
  } catch {
    await caches.delete(SHELL).catch(() => {});
  }
}
