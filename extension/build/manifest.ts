import type { UserManifest } from "wxt";

import { HOME, pattern } from "../src/origins.ts";

/** The manifest, each line with its reason. */
export function manifest(browser: "chrome" | "firefox", tests: readonly string[]): UserManifest {
  const patterns = [...new Set(tests.map((origin) => pattern(origin)))];
  return {
    name: "Repin: the right image for Renku",
    description: "Says whether a Renku session would start from the image that is right for its code, and overrides it if not.",
    // The first that knows `light-dark()`.
    ...(browser === "chrome" ? { minimum_chrome_version: "123" } : {}),
    permissions: [
      // Undo, the repositories that somebody chose, and the names of further Renku hosts. Tokens are not in it.
      "storage",
      // The content scripts of further Renku hosts, once somebody has permitted them.
      "scripting",
      // The address of the page that somebody opens the popup on, to offer to work on it; nothing of any other page.
      "activeTab",
    ],
    // The content script's match grants it in any case. GitLab's API is open to every origin: it needs no permission.
    host_permissions: [pattern(HOME), ...patterns],
    // Further Renku hosts, and GitLabs that are not open to every origin: each is asked for alone, on a click.
    optional_host_permissions: ["https://*/*"],
    content_security_policy: {
      extension_pages: policy(tests),
    },
    content_scripts: [
      { matches: [pattern(HOME), ...patterns], js: ["content-scripts/renku.js"], run_at: "document_idle" },
      // The launch request of the legacy interface; elsewhere registered with a host's permission (background/hosts.ts).
      ...(patterns.length === 0
        ? []
        : [{ matches: patterns, js: ["content-scripts/launch.js"], run_at: "document_start" as const, world: "MAIN" as const }]),
    ],
    action: { default_title: "Repin" },
    icons: { 16: "icon-16.png", 32: "icon-32.png", 48: "icon-48.png", 128: "icon-128.png" },
    ...(browser === "firefox"
      ? {
          browser_specific_settings: {
            gecko: {
              id: "{5e1c6f0a-7a0b-4b3e-9d55-3f6a1d0c9b27}",
              // Firefox 140 understands what is said of data below, but that for Android only 142 does; stores look at both.
              strict_min_version: "142.0",
              data_collection_permissions: { required: ["none"] },
            },
          },
        }
      : {}),
  };
}

/** The policy of the extension's own pages and its background. */
function policy(tests: readonly string[]): string {
  return [
    // Nothing but what follows.
    "default-src 'none'",
    // Its own scripts; the second lets WebAssembly be compiled, and nothing be evaluated.
    "script-src 'self' 'wasm-unsafe-eval'",
    // The popup, the options and the permission page have a file for their looks.
    "style-src 'self'",
    // The icon on them.
    "img-src 'self'",
    // The module itself, and GitLabs: any, since they are self-hosted; only encrypted.
    `connect-src ${["'self'", "https:", ...new Set(tests.map((origin) => pattern(origin).replace("/*", ":*")))].join(" ")}`,
    // No page can be led elsewhere, send a form, or be framed.
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
