// What the worker decides, without touching anything: a classic script, so that the worker can import it everywhere.

self.rules = (() => {
  const EDITION_PAGES = ["/outbox", "/offline"];
  const FAST = 800; // ms that the network has before a kept page is shown
  const SLOW = 4_000; // ms that other pages get
  const SKIP = 30_000; // ms without asking the network again after a failure
  const SIGNING = 60_000; // ms for which nobody's kept pages are shown while somebody signs in

  /** Which way a request goes: "static", "edition", "kiosk", "json", "page"; null is left to the network. */
  function route({ method, mode, url, headers }, origin) {
    if (
      method !== "GET" ||
      url.origin !== origin ||
      headers.has("HX-Request") ||
      headers.has("Tournee-Pack") ||
      headers.has("Range")
    )
      return null;
    if (url.pathname.startsWith("/static/")) return "static";
    if (mode === "navigate") {
      if (EDITION_PAGES.includes(url.pathname)) return "edition";
      return url.pathname === "/kiosk/" ? "kiosk" : "page";
    }
    return /^\/forms\/[^/]+\/[^/]+\.json$/.test(url.pathname) ? "json" : null;
  }

  /** The address under which a page is kept: the query counts, except on blank pages and the one for a new visit. */
  function key(url) {
    return /\/blank$|^\/visits\/new$/.test(url.pathname) ? url.pathname : url.pathname + url.search;
  }

  /** The blank page that can stand in for this address: of a note about a client or a visit; else "". */
  function blank(path) {
    const [, format] = /^\/(?:clients|visits)\/[0-9a-f-]{36}\/notes\/(\w+)$/.exec(path) || [];
    return format ? `/notes/${format}/blank` : "";
  }

  /** Whether the pack has this address. */
  function listed(pack, path) {
    return Boolean(pack) && pack.pages.some((page) => page.ok && page.url === path);
  }

  /** Surely ours: 200, not redirected, with our own header. */
  function ours(response) {
    return (
      response.status === 200 &&
      !response.redirected &&
      response.type !== "opaqueredirect" &&
      Boolean(response.headers.get("Tournee-Page"))
    );
  }

  /** Whether our own server says that the page is not there (any more), which a kept copy must not hide. */
  function gone(response) {
    return [403, 404, 410].includes(response.status) && Boolean(response.headers.get("Tournee-Page"));
  }

  /** Whose pack may be shown: the person's id, or "" after a sign-out, while somebody signs in, or when it is too old. */
  function shown({ who, signOut, pack }, now) {
    if (signOut || !who || !who.person || (who.signing && now - who.signing < SIGNING)) return "";
    if (pack && pack.person === who.person && pack.expires && now + (pack.offset || 0) > pack.expires) return "";
    return who.person;
  }

  /** The kept page's text, marked with the time at which it was kept. */
  function marked(text, kept) {
    return text.replace(/<html /i, `<html data-kept="${Number(kept)}" `);
  }

  /** Whether a fresh page may replace the kept one: ours, and made for the same person. */
  function replaces(text, person) {
    return text.includes(`data-person="${person}"`);
  }

  /** Which editions' files are still needed: the worker's own, those that kept pages and open pages name. */
  function needed(own, kept, open) {
    return new Set([own, ...kept, ...open]);
  }

  return {
    EDITION_PAGES,
    FAST,
    SLOW,
    SKIP,
    SIGNING,
    route,
    key,
    blank,
    listed,
    ours,
    gone,
    shown,
    marked,
    replaces,
    needed,
  };
})();
