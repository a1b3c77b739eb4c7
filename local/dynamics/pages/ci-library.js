/**
 * The library a communication panel loads from the environment: `Microsoft.CIFramework` as the Channel Integration
 * Framework 2.0 has it, as far as presence and the page go. It speaks with the page around the panel by messages.
 */
(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const page = new URL(script.dataset.crmurl ?? script.src).origin;
  /** @type {Map<string, {resolve: (value: any) => void, reject: (reason: any) => void}>} */
  const asked = new Map();
  /** @type {Map<string, Set<(data: string) => any>>} */
  const handlers = new Map();
  let count = 0;

  /** @param {string} method @param {any[]} values @returns {Promise<any>} */
  function ask(method, ...values) {
    const id = `${Date.now()}-${++count}`;
    return new Promise((resolve, reject) => {
      asked.set(id, { resolve, reject });
      parent.postMessage({ cif: "call", id, method, values }, page);
    });
  }

  addEventListener("message", (event) => {
    if (event.source !== parent || event.origin !== page) return;
    const { cif, id, value, error, name } = event.data ?? {};
    if (cif === "ready") dispatchEvent(new CustomEvent("CIFInitDone"));
    if (cif === "event") handlers.get(name)?.forEach((handler) => handler(value));
    if (cif !== "answer" || !asked.has(id)) return;
    if (error) asked.get(id)?.reject(error);
    else asked.get(id)?.resolve(value);
    asked.delete(id);
  });

  /** @type {any} */ (window).Microsoft = {
    CIFramework: {
      getEnvironment: () => ask("getEnvironment"),
      getPresence: () => ask("getPresence"),
      setPresence: (/** @type {string} */ text) => ask("setPresence", text),
      addHandler(/** @type {string} */ name, /** @type {(data: string) => any} */ handler) {
        handlers.set(name, (handlers.get(name) ?? new Set()).add(handler));
      },
      removeHandler(/** @type {string} */ name, /** @type {(data: string) => any} */ handler) {
        handlers.get(name)?.delete(handler);
      },
    },
  };
  parent.postMessage({ cif: "hello" }, page);
})();
