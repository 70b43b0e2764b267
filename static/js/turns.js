// Whose turn it is to be delivered, and how long to wait after a failure. Pure, so that it can be tested without a network.

export const AT_ONCE = 4;
export const HOUR = 3_600_000;
const STUBBORN = 3; // after so many failures a capture is tried last, and what is behind it may show that it fails alone

/** Milliseconds before try number `tries + 1`: 1, 2, 4 … 300 s, within half of it either way, not before what was asked, of an hour at most. */
export function pause(tries, asked = 0, random = Math.random()) {
  const step = Math.min(300_000, 1000 * 2 ** Math.max(0, tries - 1));
  return Math.max(Math.min(asked, HOUR), Math.min(300_000, step * (0.5 + random)));
}

/** Milliseconds that a request of so many bytes may take. */
export function limit(bytes) {
  return bytes <= 32_768 ? 10_000 : Math.min(300_000, 10_000 + (bytes / 4096) * 1000);
}

/** Whether a time has come. One more than an hour ahead is of a clock that has been set back since. */
export const come = (time, now) => (time ?? 0) <= now || time > now + HOUR;

const askAgain = (item, now) => item.state === "held" && come((item.asked ?? 0) + HOUR, now);

/** Whether a capture has failed so often that its own fault is thought possible. */
export const stubborn = (item) => (item.tries ?? 0) >= STUBBORN;

const lane = (item) => item.client || item.visit || item.id;

/**
 * The items that may be sent now, best first.
 *
 * `items`: captures {id, client, visit, number, state, tries, next, asked}; `running`: the items on the way. Those of
 * one client go in order of their numbers, one at a time. A held one is only asked about, once an hour, and holds
 * nobody up; nor does one that keeps failing while others pass (`alone`). Before that is known the order is kept: one
 * that has often failed lets the next try only once it has failed again in this run (`tried`: ids), else a gateway
 * that was down for a minute would turn the order of a whole client around. `force`: a person asked, so no waiting
 * time counts.
 */
export function captures(items, running, now, force = false, tried = new Set()) {
  const busy = new Set(running.map(lane));
  const ids = new Set(running.map((item) => item.id));
  const ready = [];
  for (const item of [...items].sort((a, b) => a.number - b.number || a.recorded - b.recorded)) {
    if (ids.has(item.id)) continue;
    if (item.state !== "waiting") {
      if (force || askAgain(item, now)) ready.push([2, item]);
      continue;
    }
    const due = force || come(item.next, now);
    if (busy.has(lane(item))) continue;
    if (stubborn(item) && tried.has(item.id)) continue;
    if (!item.alone) busy.add(lane(item)); // the first one that waits closes the lane for those behind it
    if (due) ready.push([stubborn(item) ? 1 : 0, item]);
  }
  return ready.sort((a, b) => a[0] - b[0] || (a[1].tries ?? 0) - (b[1].tries ?? 0)).map(([, item]) => item);
}

/** The photos that may be sent now: those whose words the server has; the ones that failed least first. */
export function files(items, waiting, running, now, force = false) {
  const ids = new Set(running.map((item) => item.id));
  return items
    .filter((file) => !file.draft && !ids.has(file.id) && !waiting.has(file.capture))
    .filter((file) => force || (file.state === "waiting" ? come(file.next, now) : askAgain(file, now)))
    .sort((a, b) => (a.tries ?? 0) - (b.tries ?? 0) || a.taken - b.taken);
}
