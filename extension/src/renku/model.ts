/** What Renku 2's API says, as far as the control needs it. Whatever else comes is kept: a copy has to be whole. */
import * as v from "valibot";

export const Project = v.object({
  id: v.string(),
  name: v.optional(v.string(), ""),
  namespace: v.string(),
  slug: v.string(),
  repositories: v.optional(v.array(v.string()), []),
});
export type Project = v.InferOutput<typeof Project>;

export const Permissions = v.object({ write: v.optional(v.boolean(), false) });

const BuildParameters = v.looseObject({
  repository: v.string(),
  repository_revision: v.nullish(v.string()),
  context_dir: v.nullish(v.string()),
});

export const Environment = v.looseObject({
  id: v.optional(v.string()),
  name: v.optional(v.string(), ""),
  container_image: v.nullish(v.string()),
  default_url: v.nullish(v.string()),
  port: v.nullish(v.number()),
  uid: v.nullish(v.number()),
  gid: v.nullish(v.number()),
  working_directory: v.nullish(v.string()),
  mount_directory: v.nullish(v.string()),
  command: v.nullish(v.array(v.string())),
  args: v.nullish(v.array(v.string())),
  strip_path_prefix: v.nullish(v.boolean()),
  environment_kind: v.picklist(["GLOBAL", "CUSTOM"]),
  environment_image_source: v.nullish(v.picklist(["image", "build"])),
  build_parameters: v.nullish(BuildParameters),
});
export type Environment = v.InferOutput<typeof Environment>;

export const Launcher = v.looseObject({
  id: v.string(),
  project_id: v.string(),
  name: v.string(),
  description: v.nullish(v.string()),
  environment: Environment,
  resource_class_id: v.nullish(v.number()),
  disk_storage: v.nullish(v.number()),
  env_variables: v.nullish(v.array(v.looseObject({ name: v.string(), value: v.nullish(v.string()) }))),
  launcher_type: v.nullish(v.string()),
});
export type Launcher = v.InferOutput<typeof Launcher>;

export const Session = v.object({
  name: v.string(),
  launcher_id: v.nullish(v.string()),
  project_id: v.nullish(v.string()),
  image: v.nullish(v.string()),
  status: v.optional(v.object({ state: v.optional(v.string(), "") }), {}),
});
export type Session = v.InferOutput<typeof Session>;

/** What Renku says of an image: whether this person's sessions can have it. */
export const ImageCheck = v.object({
  accessible: v.boolean(),
  platforms: v.nullish(v.array(v.object({ os: v.nullish(v.string()), architecture: v.nullish(v.string()) }))),
  connection: v.nullish(v.object({ id: v.string(), status: v.nullish(v.string()) })),
  provider: v.nullish(v.object({ id: v.nullish(v.string()), name: v.nullish(v.string()) })),
});
export type ImageCheck = v.InferOutput<typeof ImageCheck>;

export const Build = v.object({
  status: v.optional(v.string(), ""),
  result: v.nullish(v.object({ image: v.string(), repository_git_commit_sha: v.nullish(v.string()), repository_url: v.nullish(v.string()) })),
});
export type Build = v.InferOutput<typeof Build>;

export const RepositoryCheck = v.object({
  connection: v.nullish(v.object({ id: v.string(), status: v.nullish(v.string()) })),
  provider: v.nullish(v.object({ id: v.nullish(v.string()), name: v.nullish(v.string()), url: v.nullish(v.string()) })),
});

export const ConnectionToken = v.object({ access_token: v.string(), expires_at: v.nullish(v.number()) });

/** How the launcher's image comes about. */
export type Kind = "image" | "build" | "global";

export function kind({ environment }: Launcher): Kind {
  if (environment.environment_kind === "GLOBAL") {
    return "global";
  }
  return environment.environment_image_source === "build" ? "build" : "image";
}

/** Renku's own words for "there is no image yet". */
const UNBUILT = "image:unknown-at-the-moment";

/** The image that a session would start from; `null`: none yet. */
export function imageOf({ environment }: Launcher): string | null {
  const image = environment.container_image;
  return image == null || image === "" || image === UNBUILT ? null : image;
}

export function isJob({ launcher_type: type }: Launcher): boolean {
  return type === "non-interactive";
}
