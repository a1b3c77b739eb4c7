/** The Channel Integration Framework of Dynamics, where the phone is a panel of it: the address names its library. */

const WITHIN_MS = 10_000;

/** Asked for once: a second library would answer everything twice. @type {Promise<any> | undefined} */
let loading;

export const framework = () => (loading ??= load());

/** The id of the user who has Dynamics open around the phone; empty where nobody says so. @returns {Promise<string>} */
export async function dynamicsUser() {
  const late = new Promise((resolve) => setTimeout(resolve, WITHIN_MS));
  try {
    const told = await Promise.race([(await framework())?.getEnvironment(), late]);
    const { userId } = (typeof told === "string" ? JSON.parse(told) : told) ?? {};
    return String(userId ?? "").replace(/[{}]/g, "").toLowerCase();
  } catch {
    return "";
  }
}

/**
 * The framework once it is ready; null where the phone stands alone. The page's policy says where it may come from.
 * @returns {Promise<any>}
 */
function load() {
  const library = new URLSearchParams(location.search).get("ucilib");
  if (!library || window.top === window) return Promise.resolve(null);
  return new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = library;
    script.dataset.crmurl = new URL(library).origin;
    script.dataset.cifid = "CIFMainLibrary";
    addEventListener("CIFInitDone", () => resolve(/** @type {any} */ (window).Microsoft.CIFramework), { once: true });
    script.onerror = () => resolve(null);
    setTimeout(() => resolve(null), WITHIN_MS);
    document.head.append(script);
  });
}
