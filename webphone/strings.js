/** The texts people read, one catalogue a language. */

import { kept } from "./kept.js";
import { en } from "./strings/en.js";

const CATALOGUES = {
  en: async () => en,
  fi: async () => (await import("./strings/fi.js")).fi,
  sv: async () => (await import("./strings/sv.js")).sv,
};
const KEPT = "voice-language";

/** @type {Record<string, string>} */
let texts = en;

/** Takes the language chosen, else the browser's, else English. */
export async function loadTexts() {
  const language = chosenLanguage();
  texts = { ...en, ...(await CATALOGUES[language]()) };
  document.documentElement.lang = language;
}

/** @returns {keyof typeof CATALOGUES} */
export function chosenLanguage() {
  const wanted = kept.getItem(KEPT) ?? navigator.language.slice(0, 2);
  return wanted in CATALOGUES ? /** @type {any} */ (wanted) : "en";
}

export const languages = Object.keys(CATALOGUES);

/** @param {string} language */
export function chooseLanguage(language) {
  kept.setItem(KEPT, language);
  location.reload();
}

/**
 * A text, with `{name}` replaced by values; a key nobody has written is shown as it is.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
