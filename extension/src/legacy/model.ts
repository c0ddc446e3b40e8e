/** What the API of a legacy Renku says, as far as the control needs it. */
import * as v from "valibot";

/** GitLab's project. */
export const Project = v.object({
  id: v.number(),
  path_with_namespace: v.string(),
  web_url: v.string(),
  container_registry_image_prefix: v.nullish(v.string()),
});
export type Project = v.InferOutput<typeof Project>;

export const Commit = v.object({ id: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/u)) });

export const Registries = v.array(v.object({ id: v.number(), name: v.nullish(v.string()) }));
export const Tag = v.object({ location: v.string() });

/** The core service's `config.show`. */
export const Config = v.object({
  result: v.object({ config: v.record(v.string(), v.unknown()) }),
});

const Annotations = v.record(v.string(), v.unknown());

export const Server = v.object({
  name: v.string(),
  image: v.nullish(v.string()),
  annotations: v.optional(Annotations, {}),
  status: v.optional(v.object({ state: v.optional(v.string(), "") }), {}),
});
export type Server = v.InferOutput<typeof Server>;

export const Servers = v.object({ servers: v.record(v.string(), Server) });

const annotation = (server: Server, name: string): string => String(server.annotations[`renku.io/${name}`] ?? "");

/** `namespace/name` of the project that a session is of. */
export function projectOf(server: Server): string {
  return `${annotation(server, "namespace")}/${annotation(server, "projectName")}`;
}

/** Whether a session is in the way of another one, as the interface has it (StartNewSession.tsx, `validSessions`). */
export function isThere({ status }: Server): boolean {
  return status.state !== "failed" && status.state !== "stopping";
}

/** Whether the image that was asked for was not found, and silently replaced (renku-notebooks 1.31.1, notebooks.py). */
export function isSwapped(server: Server): boolean {
  return annotation(server, "default_image_used").toLowerCase() === "true";
}
