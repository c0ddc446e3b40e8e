/** Every file of the build, and a name for all of them together: filled in by the build (build/precache.ts). */
declare const FILES: readonly string[];
declare const VERSION: string;

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const CACHE = `repin page ${VERSION}`;

worker.addEventListener("install", (event) => {
  event.waitUntil(take());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(tidy());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOurs = request.url.startsWith(worker.registration.scope);
  if (request.method === "GET" && isOurs) {
    event.respondWith(request.mode === "navigate" ? page(request) : file(request));
  }
});

async function take(): Promise<void> {
  const cache = await caches.open(CACHE);
  // What carries a hash in its name was loaded by the page already, and is no other by now.
  await cache.addAll(FILES.map((path) => new Request(path, { cache: path.startsWith("./assets/") ? "default" : "no-cache" })));
  await worker.skipWaiting();
}

/** Files of older builds go. */
async function tidy(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("repin page ") && name !== CACHE).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** The page as it is now; without a network, as it was. */
async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const known = await caches.match(request, { cacheName: CACHE, ignoreSearch: true });
    if (known === undefined) {
      throw error;
    }
    return known;
  }
}

/** A file of the build never changes under its name. */
async function file(request: Request): Promise<Response> {
  const known = await caches.match(request, { cacheName: CACHE });
  return known ?? fetch(request);
}
