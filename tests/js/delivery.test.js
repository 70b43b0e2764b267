import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { applied, serve, wipe } from "./phone.js";

const { all, get, put } = await import("../../static/js/db.js");
const { alive, deliver, hear, queueOf, wake } = await import("../../static/js/delivery.js");

const ANN = "ann";
const waits = (id, number, more = {}) =>
  put("captures", {
    id,
    number,
    author: ANN,
    state: "waiting",
    tries: 0,
    url: `/x/${id}`,
    kind: "note",
    label: id,
    client: id,
    recorded: number,
    mark: "m",
    fields: [["text", id]],
    ...more,
  });
const ids = async (store) => (await all(store)).map((one) => one.id).sort();

beforeEach(async () => {
  await wipe();
  hear({ list: () => {}, online: () => {} });
});

const A = "0a1b2c3d-0000-4000-8000-00000000000a";
const B = "0a1b2c3d-0000-4000-8000-00000000000b";
const C = "0a1b2c3d-0000-4000-8000-00000000000c";
const P = "0a1b2c3d-0000-4000-8000-00000000000f";

test("what is receipted goes to the receipts, and only that", async () => {
  await waits(A, 1);
  await waits(B, 2);
  const seen = serve((request) =>
    request.id === A ? applied(request) : { status: 200, headers: { "Content-Type": "text/html" } },
  );
  await deliver(ANN);
  assert.deepEqual(await ids("captures"), [B]);
  const [receipt] = await all("receipts");
  assert.deepEqual([receipt.id, receipt.code, receipt.state], [A, "7F3K92QD", "applied"]);
  assert.equal(seen[0].options.redirect, "manual");
  assert.ok(seen[0].body instanceof FormData);
  assert.equal(seen[0].body.get("text"), A);
});

test("the captures of one client arrive in the order of their numbers, four clients at once", async () => {
  for (let n = 1; n <= 12; n += 1)
    await waits(`0a1b2c3d-0000-4000-8000-0000000000${n + 10}`, n, { client: `client ${n % 6}` });
  let running = 0;
  let most = 0;
  const order = {};
  serve(async (request) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    const number = Number(request.id.slice(-2)) - 10;
    order[number % 6] = [...(order[number % 6] ?? []), number];
    return applied(request);
  });
  await deliver(ANN);
  assert.deepEqual(await ids("captures"), []);
  assert.equal(most, 4);
  for (const numbers of Object.values(order))
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
});

test("photos go after their words, under ids of their own", async () => {
  await waits(A, 1);
  await put("files", {
    id: P,
    capture: A,
    author: ANN,
    taken: 1,
    state: "waiting",
    tries: 0,
    name: "a.jpg",
    type: "image/jpeg",
    size: 2,
    bytes: new ArrayBuffer(2),
  });
  const seen = serve((request) => applied(request));
  await deliver(ANN);
  assert.deepEqual(
    seen.map((request) => request.url),
    [`/x/${A}`, `/captures/${A}/files/${P}`],
  );
  assert.ok(seen[1].body.get("file") instanceof Blob);
  assert.equal(seen[1].body.get("_author"), ANN); // whoever is signed in by now may be somebody else
  assert.deepEqual([await ids("captures"), await ids("files"), (await all("receipts")).length], [[], [], 1]);
});

test("a photo that fails holds nothing else up", async () => {
  await waits(A, 1);
  await waits(B, 2);
  await put("files", {
    id: P,
    capture: C,
    author: ANN,
    taken: 1,
    state: "waiting",
    tries: 0,
    name: "a.jpg",
    type: "image/jpeg",
    size: 2,
    bytes: new ArrayBuffer(2),
  });
  serve((request) => (request.id === P ? { status: 500 } : applied(request)));
  await deliver(ANN);
  assert.deepEqual([await ids("captures"), await ids("files")], [[], [P]]);
  assert.equal((await get("files", P)).tries, 1);
});

test("a held one stays with its reason; the hour is kept", async () => {
  await waits(A, 1);
  let seen = serve((request) => ({
    ...applied(request, "held", 202),
    body: { reason: "no such visit", messages: { text: "why" } },
  }));
  await deliver(ANN);
  const kept = await get("captures", A);
  assert.deepEqual(
    [kept.state, kept.reason, kept.messages, kept.code],
    ["held", "no such visit", { text: "why" }, "7F3K92QD"],
  );
  await deliver(ANN);
  assert.equal(seen.length, 1);
  await put("captures", { ...kept, asked: 0 });
  seen = serve((request) => ({ ...applied(request, "closed", 200), body: { reason: "double" } }));
  await deliver(ANN);
  assert.deepEqual(await ids("captures"), []);
  const [receipt] = await all("receipts");
  assert.deepEqual([receipt.state, receipt.reason, receipt.seen], ["closed", "double", false]);
});

test("a correction that is applied makes the phone ask about the one it replaces at once", async () => {
  await waits(A, 1, { state: "held", asked: Date.now() });
  await waits(B, 2, { corrects: A });
  const seen = serve((request) => applied(request, request.id === A ? "closed" : "applied", 200));
  await deliver(ANN);
  await deliver(ANN);
  assert.deepEqual(
    seen.map((request) => request.id),
    [B, A],
  );
  assert.deepEqual(await ids("captures"), []);
});

test("a refused one needs a person, all others go on", async () => {
  await waits(A, 1);
  await waits(B, 2);
  serve((request) => (request.id === A ? { status: 413 } : applied(request)));
  await deliver(ANN);
  const kept = await get("captures", A);
  assert.deepEqual([kept.state, kept.status_code, await ids("captures")], ["refused", 413, [A]]);
});

test("401 rests the queue: nothing is removed, nothing is tried again until somebody has signed in", async () => {
  await waits(A, 1);
  await waits(B, 2);
  let seen = serve(() => ({ status: 401 }));
  await deliver(ANN);
  assert.deepEqual(await ids("captures"), [A, B]);
  assert.equal((await queueOf(ANN)).rest, true);
  seen = serve((request) => applied(request));
  await wake(ANN);
  await deliver(ANN);
  assert.equal(seen.length, 0);
  await wake(ANN, { signedIn: true });
  await deliver(ANN);
  assert.deepEqual(await ids("captures"), []);
});

test("without an answer the queue pauses and no capture is blamed; a redirect is no answer", async () => {
  for (const answer of [null, { status: 0, type: "opaqueredirect" }]) {
    await wipe();
    await waits(A, 1);
    const seen = serve(() => answer);
    await deliver(ANN);
    await deliver(ANN);
    assert.equal(seen.length, 1);
    assert.equal((await get("captures", A)).tries, 0);
    assert.ok((await queueOf(ANN)).until > Date.now());
    serve((request) => applied(request));
    await wake(ANN);
    await deliver(ANN);
    assert.deepEqual(await ids("captures"), []);
  }
});

test("what the server asks to wait is waited, whoever else wakes the queue; a person may insist", async () => {
  await waits(A, 1);
  let seen = serve(() => ({ status: 503, headers: { "Retry-After": "60" } }));
  await deliver(ANN);
  assert.ok((await queueOf(ANN)).until >= Date.now() + 59_000);
  await wake(ANN);
  seen = serve((request) => applied(request));
  await deliver(ANN);
  assert.equal(seen.length, 0);
  await deliver(ANN, { force: true });
  assert.deepEqual(await ids("captures"), []);
});

test("one that keeps failing while others pass backs off alone", async () => {
  await waits(A, 1);
  for (let n = 0; n < 3; n += 1) await waits(`0a1b2c3d-0000-4000-8000-00000000010${n}`, n + 2);
  serve((request) => (request.id === A ? { status: 500 } : applied(request)));
  await deliver(ANN);
  const kept = await get("captures", A);
  assert.equal(kept.tries, 1);
  assert.ok(kept.next > Date.now());
  assert.deepEqual(await ids("captures"), [A]);
});

test("a run ends though something stands behind one that failed: its client's next, and its own photo", async () => {
  await waits(A, 1, { client: "x" });
  await waits(B, 2, { client: "x" });
  await put("files", {
    id: P,
    capture: A,
    author: ANN,
    state: "waiting",
    tries: 0,
    taken: 1,
    bytes: new ArrayBuffer(1),
  });
  const seen = serve(() => ({ status: 502 }));
  await deliver(ANN);
  await deliver(ANN, { force: true });
  assert.deepEqual(
    seen.map((one) => one.id),
    [A, A],
  );
  assert.deepEqual(await ids("captures"), [A, B]);
});

test("after a long outage one client's captures still arrive in order; one that alone fails is overtaken", async () => {
  await waits(A, 1, { client: "x" });
  await waits(B, 2, { client: "x" });
  serve(() => ({ status: 502 }));
  for (let n = 0; n < 6; n += 1) await deliver(ANN, { force: true });
  const arrived = serve(applied);
  await deliver(ANN, { force: true });
  assert.deepEqual(
    arrived.map((one) => one.id),
    [A, B],
  );
  await waits(A, 1, { client: "x", tries: 2 });
  await waits(B, 2, { client: "x" });
  await waits(C, 3, { client: "x" });
  serve((request) => (request.id === A ? { status: 502 } : applied(request)));
  await deliver(ANN, { force: true });
  assert.deepEqual(await ids("captures"), [A]);
  assert.equal((await get("captures", A)).alone, true);
});

test("what a person asks for while a run is under way comes after it", async () => {
  await waits(A, 1);
  await waits(B, 2, { tries: 1, next: Date.now() + 60_000 });
  const seen = serve(applied);
  const first = deliver(ANN);
  await Promise.all([first, deliver(ANN, { force: true })]);
  assert.deepEqual(
    seen.map((one) => one.id),
    [A, B],
  );
});

test("a sign-out that waits for network stops delivery; so does nobody", async () => {
  await waits(A, 1);
  const seen = serve((request) => applied(request));
  await put("settings", { name: "sign-out", at: 1 });
  await deliver(ANN);
  await deliver("");
  assert.equal(seen.length, 0);
});

test("somebody else's captures are never sent", async () => {
  await waits(A, 1, { author: "bob" });
  const seen = serve((request) => applied(request));
  await deliver(ANN);
  assert.equal(seen.length, 0);
  assert.deepEqual(await ids("captures"), [A]);
});

test("one thrown away while it was on its way does not come back", async () => {
  await waits(A, 1);
  const { discard } = await import("../../static/js/outbox.js");
  serve(async () => {
    await discard(A);
    return { status: 500 };
  });
  await deliver(ANN);
  assert.deepEqual(await ids("captures"), []);
});

test("the list's hash is passed on once, at the end", async () => {
  await waits(A, 1);
  await waits(B, 2);
  const heard = [];
  hear({ list: (hash) => heard.push(hash), online: () => {} });
  serve((request) => ({ ...applied(request), headers: { ...applied(request).headers, "List-Hash": "h" } }));
  await deliver(ANN);
  assert.deepEqual(heard, ["h"]);
});

test("a lock holder is alive for 30 s after its last heartbeat", () => {
  assert.equal(alive({ at: 1000 }, 30_999), true);
  assert.equal(alive({ at: 1000 }, 31_000), false);
  assert.equal(alive(undefined, 0), false);
});
