/** Keeps the page's own files, so that it opens without a network; never anything of the API. */

const SHELL = "voice-phone-shell";

self.addEventListener("install", () => /** @type {any} */ (self).skipWaiting());
self.addEventListener("activate", (event) => /** @type {any} */ (event).waitUntil(/** @type {any} */ (self).clients.claim()));

self.addEventListener("fetch", (given) => {
  const event = /** @type {any} */ (given);
  const url = new URL(event.request.url);
  const shell = new URL("./", location.href).pathname;
  const isOurs = url.origin === location.origin && url.pathname.startsWith(shell) && !url.search && !url.pathname.endsWith("config.json");
  if (event.request.method === "GET" && isOurs) event.respondWith(fresh(event.request));
});

/** What the server has now, else what it had. @param {Request} request */
async function fresh(request) {
  const shell = await caches.open(SHELL);
  try {
    const answer = await fetch(request);
    if (answer.ok) await shell.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await shell.match(request);
    if (kept) return kept;
    throw error;
  }
}
