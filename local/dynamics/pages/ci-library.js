/**
 * The library a communication panel loads from the environment: `Microsoft.CIFramework` as the Channel Integration
 * Framework 2.0 has it, as far as presence and the open page go. It speaks with the page around the panel by messages of its form:
 * `{messageType, messageData: Map, messageCorrelationId, isEventFlag}`, answered by `messageOutcome`.
 */
(() => {
  const WITHIN_MS = 10_000;
  const NO_ANSWER = "Timeout occurred as no response was received from listener window";
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const page = new URL(script.dataset.crmurl ?? script.src).origin;
  /** @type {Map<string, (answer: any) => void>} */
  const asked = new Map();
  /** @type {Map<string, Set<(data: string) => any>>} */
  const handlers = new Map();

  /** @param {string} messageType @param {Record<string, any>} [values] @returns {Promise<any>} */
  function ask(messageType, values = {}) {
    const messageCorrelationId = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => done({ messageData: new Map([["message", NO_ANSWER]]) }), WITHIN_MS);
      /** @param {any} answer */
      function done({ messageOutcome, messageData }) {
        clearTimeout(timer);
        asked.delete(messageCorrelationId);
        if (messageOutcome === "success") resolve(messageData.get("result"));
        else reject(messageData.get("message"));
      }
      asked.set(messageCorrelationId, done);
      const messageData = new Map(Object.entries(values));
      parent.postMessage({ messageType, messageData, messageCorrelationId, isEventFlag: false }, page);
    });
  }

  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || origin !== page || !data) return;
    if (data.isEventFlag) handlers.get(data.messageType)?.forEach((handler) => handler(data.messageData.get("value")));
    else asked.get(data.messageCorrelationId)?.(data);
  });

  /** @type {any} */ (window).Microsoft = {
    CIFramework: {
      getEnvironment: () => ask("getenvironment"),
      getPresence: () => ask("getPresence"),
      setPresence: (/** @type {string} */ text) => ask("setAgentPresence", { presenceText: text }),
      addHandler(/** @type {string} */ name, /** @type {(data: string) => any} */ handler) {
        handlers.set(name, (handlers.get(name) ?? new Set()).add(handler));
        return ask("addGenericHandler", { eventType: name });
      },
      removeHandler(/** @type {string} */ name, /** @type {(data: string) => any} */ handler) {
        handlers.get(name)?.delete(handler);
        return ask("removeGenericHandler", { eventType: name });
      },
    },
  };
  ask("initializeCI").then(() => dispatchEvent(new CustomEvent("CIFInitDone")));
})();
