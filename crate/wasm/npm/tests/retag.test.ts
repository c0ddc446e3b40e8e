import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { RepinError, resolve, retag } from "repin";
import { Sandbox, command } from "./sandbox.js";

/** A merge of the sample course that has the image of an earlier commit. */
const COMMIT = "ce46f90";
const SOURCE = "2c5c1f9";

let sandbox: Sandbox;
let project: string;
let token: string;

beforeAll(async () => {
  sandbox = await Sandbox.start("--registry");
  project = sandbox.says("project");
  token = sandbox.says("token");
}, 60_000);
afterAll(() => sandbox.stop());

async function failure(question: Promise<unknown>): Promise<RepinError> {
  const error: unknown = await question.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RepinError);
  return error as RepinError;
}

describe("a commit's own tag", () => {
  test("is not given on what the caller says of the inputs or images", async () => {
    for (const says of [{ inputs: ["Dockerfile"] }, { image: "127.0.0.1:1/a" }, { tags: [SOURCE] }, { build: "." }]) {
      // Types forbid it; whoever has none is told.
      const error = await failure(retag(project, { commit: COMMIT, token, ...(says as object) }));
      expect([error.code, error.message]).toEqual(["bad-option", expect.stringContaining("not for retag")]);
    }
  });

  test("needs a token that may push", async () => {
    const error = await failure(retag(project, { commit: COMMIT }));
    expect(error.code).toBe("forbidden");
    expect(error.hint).toContain("write_registry");
  });

  test("needs an image that is right", async () => {
    const error = await failure(retag(project, { commit: "1a916aa", token }));
    expect([error.code, error.message]).toEqual(["no-image", expect.stringContaining("no image is known to be right for 1a916aa")]);
  });

  test("is not given to an image that is right by .repin.toml: the tag would outlive it", async () => {
    const files = { ".repin.toml": 'inputs = ["Dockerfile"]\n' };
    const commit = await sandbox.push({ project: "ada/course", title: "Count the Dockerfile alone", files });
    const { image, inputs } = await resolve(project, { commit, token });
    expect([inputs.source, image?.tag, image?.relation]).toEqual(["config", "72dcd89", "ancestor"]);
    for (const how of [{ dryRun: true }, { digest: image?.digest ?? "" }]) {
      const error = await failure(retag(project, { commit, token, ...how }));
      expect([error.code, error.message]).toEqual(["narrowed", expect.stringContaining("by what .repin.toml counts")]);
    }
    expect((await resolve(project, { commit, token })).image?.relation, "nothing was changed").toBe("ancestor");
  });

  test("is only looked at, is given, and is there", async () => {
    const before = await resolve(project, { commit: COMMIT, token });
    expect([before.image?.tag, before.image?.relation]).toEqual([SOURCE, "ancestor"]);

    const plan = await retag(project, { commit: COMMIT, token, dryRun: true });
    expect(plan).toMatchObject({ schema: "repin/retag/1", commit: before.commit, source: { digest: before.image?.digest } });
    expect(plan.tags.map(({ tag, done }) => [tag, done])).toEqual([[COMMIT, "would-tag"]]);
    expect((await resolve(project, { commit: COMMIT, token })).image?.relation, "nothing was changed").toBe("ancestor");

    const other = await failure(retag(project, { commit: COMMIT, token, digest: `sha256:${"0".repeat(64)}` }));
    expect(other.message, "another image than the one agreed to").toContain("should have the digest");

    const done = await retag(project, { commit: COMMIT, token, digest: plan.source.digest });
    expect(done.tags.map(({ tag, done: what }) => [tag, what])).toEqual([[COMMIT, "tagged"]]);
    const after = await resolve(project, { commit: COMMIT, token });
    expect(after.image).toMatchObject({ tag: COMMIT, relation: "exact", digest: before.image?.digest });
    const again = await retag(project, { commit: COMMIT, token });
    expect(again.tags.map(({ tag, done: what }) => [tag, what])).toEqual([[COMMIT, "already"]]);
    const said = JSON.parse(command("resolve", project, "--commit", COMMIT, "--format", "json", "--no-cache")) as { image: unknown };
    expect(said.image).toEqual(after.image);
  });
});
