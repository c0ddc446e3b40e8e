/** Lets the page open without a network, once it was opened with one. */
export function workOffline(): void {
  if (import.meta.env.PROD && "serviceWorker" in navigator) {
    // A browser that permits none shows the page all the same.
    navigator.serviceWorker.register("./worker.js").catch(() => null);
  }
}
