// A phone for the tests: IndexedDB in memory, a document of the little that the modules ask of it, and a server that obeys.

import "fake-indexeddb/auto";

// No locks: a browser's tests show those. (Node 20 has no navigator at all, Node 24 one with locks.)
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
globalThis.BroadcastChannel = undefined; // one tab; Node would wait for the channel for ever

/** Forgets everything that the phone keeps. */
export async function wipe() {
  const { write } = await import("../../static/js/db.js");
  const stores = ["captures", "files", "drafts", "receipts", "settings"];
  await write(stores, (s) => {
    for (const name of stores) s[name].clear();
  });
}

/** A form as `collect` and `fill` see it. */
export function form(fields, data = {}) {
  const elements = fields.map((field) => ({
    type: "text",
    value: "",
    matches: () => Boolean(field.disabled),
    closest: () => (field.inert ? {} : null),
    ...field,
  }));
  const heard = [];
  return {
    elements,
    dataset: data,
    heard,
    append: (field) => elements.push(field),
    dispatchEvent: (event) => heard.push(event.type),
    getAttribute: (name) => data[name] ?? null,
    setAttribute: (name, value) => {
      data[name] = value;
    },
  };
}

/** Answers every POST with what `answer(request)` gives: {status, headers, body}; null is a network that fails. */
export function serve(answer) {
  const seen = [];
  globalThis.fetch = async (url, options = {}) => {
    const request = {
      url,
      id: options.headers?.["Capture-Id"],
      body: options.body,
      method: options.method ?? "GET",
      options,
    };
    seen.push(request);
    const given = await answer(request);
    if (!given) throw new TypeError("network");
    const { status = 200, headers = {}, body = {} } = given;
    return {
      status,
      ok: status >= 200 && status < 300,
      type: given.type ?? "basic",
      headers: new Headers(headers),
      json: async () => body,
    };
  };
  return seen;
}

/** The answer that means: the server has it. */
export const applied = ({ id }, state = "applied", status = 201) => ({
  status,
  headers: { "Capture-Receipt": `${id} 7F3K92QD ${state}` },
});
