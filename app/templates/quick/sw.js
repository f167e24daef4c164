// The service worker: a page when there is no signal, the quick report without signal, and the queue that goes
// on when the page is closed.  Version {{ version }}.
//
// It keeps only what is the same for everybody: the pages below, asked for without cookies, and files whose
// address carries their content.  Nothing else is ever put into a cache.  The empty table of the RW is kept on
// phones that have opened one.
importScripts({{ queue|tojson }});
(() => {
  "use strict";
  const CACHE = "rembuk-{{ version }}";
  const PAGES = {{ pages|tojson }}; // path -> the page kept for it
  const OFFLINE = {{ offline|tojson }};
  const FILES = new Set({{ files|tojson }});
  const TABLE = {{ table|tojson }}; // {at, page, files}
  const PATIENCE = 6000; // a page kept here is shown when the network takes longer

  const fetched = async (address) => {
    const answer = await fetch(new Request(address, { credentials: "omit", cache: "no-cache" }));
    const kept = answer.headers.get("Cache-Control") ?? "";
    if (!answer.ok || answer.redirected || /private|no-store/.test(kept)) throw new Error(address);
    return answer;
  };
  const install = async () => {
    const cache = await caches.open(CACHE);
    await Promise.all([...FILES, ...PAGES, OFFLINE].map(async (address) => cache.put(address, await fetched(address))));
    await self.skipWaiting(); // pages come from the network first, so nobody is left with old ones
  };
  const activate = async () => {
    for (const name of await caches.keys()) if (name.startsWith("rembuk-") && name !== CACHE) await caches.delete(name);
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  };

  /** The page's lists may have changed: keep it as it is now. */
  const renew = async (path) => (await caches.open(CACHE)).put(path, await fetched(path));

  const keepTable = async () => {
    const cache = await caches.open(CACHE);
    await Promise.all([TABLE.page, ...TABLE.files].map(async (address) => cache.put(address, await fetched(address))));
  };

  const kept = async (address) => (await caches.open(CACHE)).match(address);
  const page = async (event, path) => {
    const network = (async () => (await event.preloadResponse) ?? fetch(event.request))();
    const typed = path === TABLE.at || path.startsWith(`${TABLE.at}/`);
    if (typed) event.waitUntil(network.then((answer) => answer.ok && keepTable()).catch(() => {}));
    if (!PAGES.includes(path)) return network.catch(async () => (typed && (await kept(TABLE.page))) || kept(OFFLINE));
    event.waitUntil(network.then(() => renew(path)).catch(() => {}));
    const slow = new Promise((done) => { setTimeout(done, PATIENCE); }).then(() => kept(path));
    return Promise.race([network, slow]).then((answer) => answer ?? network).catch(() => kept(path));
  };
  const file = async (request, address) => (await kept(address)) ?? fetch(request);

  self.addEventListener("install", (event) => event.waitUntil(install()));
  self.addEventListener("activate", (event) => event.waitUntil(activate()));
  self.addEventListener("message", (event) => {
    if (event.data === "claim") event.waitUntil(self.clients.claim());
  });
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname, search } = new URL(request.url);
    if (request.method !== "GET" || origin !== location.origin) return;
    if (request.mode === "navigate") event.respondWith(page(event, pathname));
    else if (FILES.has(pathname + search) || TABLE.files.includes(pathname + search)) event.respondWith(file(request, pathname + search));
  });
  self.addEventListener("sync", (event) => {
    const { queue } = self.Rembuk;
    if (event.tag !== queue.NAME) return;
    event.waitUntil(queue.run().then((left) => { if (left) throw new Error("later"); }));
  });
})();
