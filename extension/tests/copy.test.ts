import { describe, expect, test } from "vitest";

import { copyOf, nameOf, originalOf, reusable, waysFor, waysOf } from "../src/renku/copy";
import type { Launcher } from "../src/renku/model";
import { readWays } from "../src/control/ways";

const IMAGE = "registry.example.org/ada/course:5b1b863";
const OTHER = "registry.example.org/ada/course:72dcd89";

function launcher(more: Partial<Launcher> = {}, environment: Partial<Launcher["environment"]> = {}): Launcher {
  return {
    id: "L1",
    project_id: "P",
    name: "Analysis",
    resource_class_id: 2,
    disk_storage: 10,
    env_variables: [{ name: "A", value: "1" }],
    launcher_type: "interactive",
    ...more,
    environment: {
      id: "E1",
      name: "Analysis",
      container_image: IMAGE,
      default_url: "/lab",
      port: 8899,
      uid: 1001,
      gid: 1002,
      working_directory: "/work",
      mount_directory: "/mnt",
      command: ["sh"],
      args: ["-c"],
      strip_path_prefix: true,
      environment_kind: "CUSTOM",
      environment_image_source: "image",
      ...environment,
    },
  };
}

const GLOBAL = { environment_kind: "GLOBAL", environment_image_source: null, container_image: "renku/renkulab-py:1" } as const;
const BUILT = { environment_image_source: "build", container_image: "harbor.example.org/builds/build:a" } as const;

describe("a copy", () => {
  const original = launcher();
  const copy = copyOf(original, OTHER, waysOf(original.environment), "12345678") as Launcher;

  test("has all settings of the original, and the other image", () => {
    expect(copy).toMatchObject({
      project_id: "P",
      name: "Analysis @ 72dcd89",
      launcher_type: "interactive",
      resource_class_id: 2,
      disk_storage: 10,
      env_variables: [{ name: "A", value: "1" }],
      environment: {
        environment_kind: "CUSTOM",
        environment_image_source: "image",
        name: "Analysis @ 72dcd89",
        container_image: OTHER,
        default_url: "/lab",
        port: 8899,
        uid: 1001,
        gid: 1002,
        working_directory: "/work",
        mount_directory: "/mnt",
        command: ["sh"],
        args: ["-c"],
        strip_path_prefix: true,
      },
    });
  });

  test("names no id, neither its own nor the environment's", () => {
    expect(copy).not.toHaveProperty("id");
    expect(copy.environment).not.toHaveProperty("id");
  });

  test("says whose copy it is", () => {
    expect(originalOf(copy)).toBe("L1");
    expect(originalOf(launcher({ description: "Made by Repin for one session" }))).toBeNull();
    expect(originalOf(launcher())).toBeNull();
  });
});

test.each([
  ["Analysis", IMAGE, "Analysis @ 5b1b863"],
  ["Analysis", "renku/renkulab-py", "Analysis @ renku/renkulab-py"],
  ["Analysis", `a/b@sha256:${"f".repeat(64)}`, `Analysis @ sha256:${"f".repeat(12)}`],
  ["x".repeat(200), IMAGE, `${"x".repeat(89)} @ 5b1b863`],
  ["👩".repeat(200), IMAGE, `${"👩".repeat(89)} @ 5b1b863`],
])("the name of a copy of %s in %s", (name, image, expected) => {
  expect(nameOf(launcher({ name }), image)).toBe(expected);
});

describe("how an image is started", () => {
  const custom = launcher({ id: "L2" });
  test.each<[string, Launcher, string, Launcher[], number | null]>([
    ["a launcher's own settings are for its image", launcher(), OTHER, [], 8899],
    ["a global one's are not", launcher({}, { ...GLOBAL, port: 1 }), OTHER, [], null],
    ["but for its own image", launcher({}, { ...GLOBAL, port: 1 }), "renku/renkulab-py:1", [], 1],
    ["another launcher of the image's repository says it", launcher({}, { ...GLOBAL, port: 1 }), OTHER, [custom], 8899],
    ["one of another repository does not", launcher({}, { ...GLOBAL, port: 1 }), "other/image:1", [custom], null],
    ["a built one's are for its builds", launcher({}, { ...BUILT, port: 2 }), "harbor.example.org/builds/build:b", [], 2],
    ["and for no other launcher's", launcher({}, { ...BUILT, port: 2 }), "harbor.example.org/builds/build:c", [], null],
    ["a job's are not asked", launcher({}, { ...GLOBAL, port: 1 }), OTHER, [launcher({ id: "L3", launcher_type: "non-interactive" })], null],
    ["and for nothing else", launcher({}, { ...BUILT, port: 2 }), OTHER, [], null],
  ])("%s", (_, original, image, all, port) => {
    expect(waysFor(original, image, all, ["harbor.example.org/builds/build:b"])?.port ?? null).toBe(port);
  });
});

describe("a copy that was made before", () => {
  const original = launcher();
  const ways = waysOf(original.environment);
  const made = { ...(copyOf(original, OTHER, ways, "12345678") as Launcher), id: "L9" };
  test.each<[string, Launcher, string, boolean]>([
    ["is used again", made, OTHER, true],
    ["not for another image", made, IMAGE, false],
    ["not if somebody has changed its settings", { ...made, disk_storage: 99 }, OTHER, false],
    ["not if it is none of ours", { ...made, description: "" }, OTHER, false],
    ["not if it is of another launcher", { ...made, description: "Made by Repin for one session (copy of L7)." }, OTHER, false],
  ])("%s", (_, before, image, isUsed) => {
    expect(reusable(original, image, ways, [original, before]) === before).toBe(isUsed);
  });
});

describe("settings that are typed", () => {
  const typed = { command: "", args: '["a"]', default_url: " ", port: "8888", uid: "1000", gid: "1000", working_directory: "", mount_directory: "/m" };
  test("are read", () => {
    expect(readWays(typed)).toEqual({
      command: null,
      args: ["a"],
      default_url: "/",
      port: 8888,
      uid: 1000,
      gid: 1000,
      working_directory: null,
      mount_directory: "/m",
      strip_path_prefix: false,
    });
  });
  test.each([
    [{ command: "sh" }, "command"],
    [{ args: "[1]" }, "args"],
    [{ port: "0" }, "port"],
    [{ port: "99999" }, "port"],
    [{ uid: "-1" }, "uid"],
    [{ gid: "" }, "gid"],
  ])("%j is refused", (more, name) => {
    expect(readWays({ ...typed, ...more })).toBe(name);
  });
});
