// The kill switch: takes the worker and the kept pages away, and leaves what people have written (IndexedDB) alone.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(end()));

async function end() {
  for (const name of await caches.keys()) await caches.delete(name);
  await self.registration.unregister();
  for (const page of await self.clients.matchAll({ type: "window" })) page.postMessage({ type: "worker gone" });
}
