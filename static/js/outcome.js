// What an answer to a delivery means for the phone: the table of docs/offline.md, and nothing else.

const RECEIPT = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) ([0-9A-HJKMNP-TV-Z]{8}) (applied|held|closed)$/i;
const TRY_AGAIN = [400, 408, 425, 429];

/** The receipt of a header, or null: {id, code, state}. */
export function receipt(header) {
  const found = RECEIPT.exec(header ?? "");
  return found && { id: found[1].toLowerCase(), code: found[2].toUpperCase(), state: found[3].toLowerCase() };
}

/** Milliseconds that a Retry-After header asks for (seconds or a date), 0 where there is none. */
export function asked(header, now) {
  if (!header) return 0;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

/**
 * What to do with the capture `id` after an answer.
 *
 * `answer`: {status (0: none came, or a redirect that was not followed), receipt, retryAfter (headers), elsewhere
 * (the answer is surely not the server's: redirect, or 2xx without receipt is found here)}.
 * Gives {then, code?, wait?, whole?}: `then` is "applied", "closed" (both: forget it), "held", "refused" (both: under
 * "to correct"), "rest" (sign in first) or "wait"; `wait` milliseconds that the server asks for; `whole`: the trouble
 * is the network's or the whole server's, not this capture's.
 */
export function outcome(id, answer, now) {
  const { status } = answer;
  const found = receipt(answer.receipt);
  const good = status >= 200 && status < 300;
  if (good && found?.id === id) return { then: found.state, code: found.code };
  if (good || status < 200 || (status >= 300 && status < 400)) return { then: "wait", wait: 0, whole: true };
  if (status === 401) return { then: "rest" };
  const wait = asked(answer.retryAfter, now);
  if (TRY_AGAIN.includes(status) || status >= 500) return { then: "wait", wait, whole: wait > 0 };
  return { then: "refused", status };
}
