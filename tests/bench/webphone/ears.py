"""What is measured inside the pages: when a tone is heard, when something is shown, what the page itself costs."""

from playwright.async_api import Page

from tests.fixtures.phone_pages import Person

EAR = """
  const context = new AudioContext(), ear = context.createAnalyser(), wave = new Float32Array(1024);
  ear.fftSize = wave.length;
  let listened = null, lastAt = 0;
  window.toneSince = 0;
  setInterval(() => {
    const peer = (window.peers ?? []).findLast((one) => one.connectionState === "connected");
    if (peer && peer !== listened) {
      context.createMediaStreamSource(new MediaStream([peer.getReceivers()[0].track])).connect(ear);
      listened = peer;
    }
    ear.getFloatTimeDomainData(wave);
    let real = 0, imaginary = 0, power = 0;
    for (const [at, sample] of wave.entries()) {
      const angle = 2 * Math.PI * HZ * at / context.sampleRate;
      real += sample * Math.cos(angle);
      imaginary += sample * Math.sin(angle);
      power += sample * sample;
    }
    const isHeard = power > 0.01 && 2 * (real ** 2 + imaginary ** 2) > power * wave.length / 2;
    if (isHeard) lastAt = Date.now();
    if (isHeard) window.toneSince ||= lastAt;
    else if (Date.now() - lastAt > 60) window.toneSince = 0;
  }, 10);
"""
"""``toneSince``: since when (epoch, ms) the newest connection plays mostly the tone HZ; 0: it does not."""

EYE = """
  let wasShown = false;
  window.shownAt = 0;
  const look = () => {
    const isShown = Boolean(document.querySelector("SELECTOR")?.checkVisibility());
    if (isShown && !wasShown) requestAnimationFrame(() => (window.shownAt = Date.now()));
    wasShown = isShown;
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
"""
"""``shownAt``: when (epoch, ms) the element was drawn last."""

COSTS = """
  window.costs = { lcp_ms: 0, task_ms: 0 };
  new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.costs.lcp_ms = one.startTime)))
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    window.costs.task_ms = Math.max(window.costs.task_ms, ...list.getEntries().map((one) => one.duration));
  }).observe({ type: "longtask", buffered: true });
"""
"""Largest contentful paint and the longest task over 50 ms so far (W3C Long Tasks: shorter ones are not told)."""

CLICK = "(selector) => { const at = Date.now(); document.querySelector(selector).click(); return at; }"


async def listens(person: Person, hears_hz: float, sees: str) -> None:
    """From the next page on."""
    await person.page.add_init_script(f"{{{EAR.replace('HZ', str(hears_hz))}}}")
    await person.page.add_init_script(f"{{{EYE.replace('SELECTOR', sees)}}}")


async def clicked(page: Page, selector: str) -> float:
    """Clicks inside the page; gives when (epoch, ms)."""
    at: float = await page.evaluate(CLICK, selector)
    return at


async def since(page: Page, name: str, from_ms: float) -> float:
    """Milliseconds from then until ``toneSince`` or ``shownAt``."""
    found = await page.wait_for_function(
        f"(from) => window.{name} >= from && window.{name}", arg=from_ms, timeout=15_000
    )
    return float(await found.json_value()) - from_ms
