// Served at /sw.js: keeps the page that says there is no connection, with what it looks like. Nothing of a reader's.
"use strict";
const KEPT = "offline-1", PAGE = "/offline", FILES = [PAGE, "/static/techsum.css", "/static/icon.svg"];
self.addEventListener("install", (e) => e.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FILES)).then(() => self.skipWaiting())));
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (e) => {
  const path = new URL(e.request.url).pathname;
  if (e.request.mode === "navigate") e.respondWith(fetch(e.request).catch(() => caches.match(PAGE)));
  else if (FILES.includes(path)) e.respondWith(fetch(e.request).catch(() => caches.match(path)));
});
