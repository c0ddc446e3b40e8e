/** A launcher for one session: a copy of another, with another image, and a name that says so. */
import { parts } from "../reference";
import { type Environment, type Launcher, imageOf, isJob, kind } from "./model";

/** What the settings of an environment depend on its image for. */
export interface Ways {
  command: string[] | null;
  args: string[] | null;
  default_url: string;
  port: number;
  uid: number;
  gid: number;
  working_directory: string | null;
  mount_directory: string | null;
  strip_path_prefix: boolean;
}

/** What Renku's own form fills in for an image that it knows nothing of (renku-ui 4.29.0, session.constants.tsx). */
export const DEFAULT_WAYS: Ways = {
  command: null,
  args: null,
  default_url: "/",
  port: 8888,
  uid: 1000,
  gid: 1000,
  working_directory: null,
  mount_directory: null,
  strip_path_prefix: false,
};

export function waysOf(environment: Environment): Ways {
  return {
    command: environment.command ?? null,
    args: environment.args ?? null,
    default_url: environment.default_url ?? DEFAULT_WAYS.default_url,
    port: environment.port ?? DEFAULT_WAYS.port,
    uid: environment.uid ?? DEFAULT_WAYS.uid,
    gid: environment.gid ?? DEFAULT_WAYS.gid,
    working_directory: blank(environment.working_directory),
    mount_directory: blank(environment.mount_directory),
    strip_path_prefix: environment.strip_path_prefix ?? DEFAULT_WAYS.strip_path_prefix,
  };
}

const blank = (path: string | null | undefined): string | null => (path == null || path === "" ? null : path);

/**
 * The settings with which an image is started. Those of a launcher that names its image itself are for that image; a
 * GLOBAL or built one's belong to another image, so that they come from a launcher which uses the chosen image's
 * repository; `built`: other builds of this very launcher. `null`: nobody knows, and the person is asked.
 */
export function waysFor(original: Launcher, image: string, all: readonly Launcher[], built: readonly string[] = []): Ways | null {
  if (kind(original) === "image" || imageOf(original) === image) {
    return waysOf(original.environment);
  }
  const wanted = parts(image)?.name;
  const alike = all.find((one) => kind(one) === "image" && !isJob(one) && parts(imageOf(one) ?? "")?.name === wanted);
  // Another build of the same launcher is started as this one is; Renku keeps everybody's builds in one repository.
  if (kind(original) === "build" && built.includes(image)) {
    return waysOf(original.environment);
  }
  return alike === undefined ? null : waysOf(alike.environment);
}

/** Marks a copy as ours, and whose it is, for whoever meets it: also after everything else was forgotten. */
const MARK = "Made by Repin for one session";

function mark(original: string): string {
  return `${MARK} (copy of ${original}).`;
}

/** The launcher that one of ours is a copy of; `null`: it is none of ours. */
export function originalOf({ description }: Launcher): string | null {
  const found = /Made by Repin for one session \(copy of ([^\s()]{1,100})\)\./u.exec(description ?? "");
  return found?.[1] ?? null;
}

/** Renku's limit of a launcher's name (DS session/api.spec.yaml, SessionName). */
const LONGEST_NAME = 99;

/** `Analysis @ abc1234`: what it is a copy of, and in which image. */
export function nameOf(original: Launcher, image: string): string {
  const found = parts(image);
  const which = found?.tag ?? found?.digest?.slice(0, 19) ?? image;
  const end = ` @ ${which}`.slice(0, LONGEST_NAME - 10);
  return `${Array.from(original.name).slice(0, LONGEST_NAME - end.length).join("").trim()}${end}`;
}

/** The request that makes the copy: all settings of the original, and an environment of its own. */
export function copyOf(original: Launcher, image: string, ways: Ways, nonce: string): object {
  const { project_id, resource_class_id, disk_storage, env_variables, launcher_type } = original;
  const name = nameOf(original, image);
  return {
    project_id,
    name,
    // The nonce tells the copies of two deeds apart: browsers send a request again if its answer was cut.
    description: `${mark(original.id)} Remove it when the session is over. [${nonce}]`,
    launcher_type: launcher_type ?? "interactive",
    ...(resource_class_id == null ? {} : { resource_class_id }),
    ...(disk_storage == null ? {} : { disk_storage }),
    ...(env_variables == null ? {} : { env_variables }),
    environment: {
      environment_kind: "CUSTOM",
      environment_image_source: "image",
      name,
      container_image: image,
      ...Object.fromEntries(Object.entries(ways).filter(([, value]) => value !== null)),
    },
  };
}

/** A copy that was made before, and is as a new one would be. */
export function reusable(original: Launcher, image: string, ways: Ways, all: readonly Launcher[]): Launcher | undefined {
  const wanted = JSON.stringify([ways, settings(original)]);
  return all.find(
    (one) =>
      originalOf(one) === original.id &&
      kind(one) === "image" &&
      imageOf(one) === image &&
      JSON.stringify([waysOf(one.environment), settings(one)]) === wanted,
  );
}

function settings({ resource_class_id, disk_storage, env_variables, launcher_type }: Launcher): unknown {
  const variables = (env_variables ?? []).map(({ name, value }) => [name, value ?? ""]);
  return [resource_class_id ?? null, disk_storage ?? null, variables, launcher_type ?? "interactive"];
}
