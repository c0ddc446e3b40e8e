/** When a registry is asked, and when not. */
import { beforeEach, expect, test, vi } from "vitest";

const seen = vi.hoisted(() => ({
  token: true,
  image: null as string | null,
  permitted: [] as string[],
  retags: [] as object[],
}));

vi.mock("repin", () => ({
  resolve: () => Promise.resolve({ image: seen.image === null ? null : { reference: seen.image } }),
  retag: (_: string, { dryRun, digest }: { dryRun?: boolean; digest?: string }) => {
    seen.retags.push({ dryRun, digest });
    const done = dryRun === true ? "would-tag" : "tagged";
    const source = { reference: seen.image, digest: "sha256:0", commit: "2c5c1f9" };
    return Promise.resolve({ source, tags: [{ reference: "registry.example.org/ada/course:ce46f90", done }] });
  },
}));
vi.mock("../src/background/hosts", () => ({ isPermitted: (origin: string) => Promise.resolve(seen.permitted.includes(origin)) }));
vi.mock("../src/background/place", () => ({
  locate: (place: object) =>
    Promise.resolve({
      address: "https://gitlab.example.org/code/ada/course",
      base: "https://gitlab.example.org/code",
      // What goes through a page has no token of its own.
      options: seen.token && !("through" in place) ? { token: { kind: "private", secret: "s" } } : {},
    }),
}));

const { tag } = await import("../src/background/tag");

const GITLAB = "https://gitlab.example.org";
const REGISTRY = "https://registry.example.org";
const IMAGE = "registry.example.org/ada/course:2c5c1f9";
const PLACE = { repository: "https://gitlab.example.org/code/ada/course", revision: "main" };
const COMMIT = "ce46f909".repeat(5);

beforeEach(() => {
  Object.assign(seen, { token: true, image: IMAGE, permitted: [GITLAB, REGISTRY], retags: [] });
});

test.each<[string, Partial<typeof seen>, string, string]>([
  ["a token", { token: false }, "no-token", "no token of this GitLab"],
  ["knowing where the image is", { image: null }, "incomplete", "which registry"],
  ["knowing the image's registry", { image: "ada/course:2c5c1f9" }, "incomplete", "which registry"],
  ["the registry's permission", { permitted: [GITLAB] }, "not-permitted", "ask registry.example.org"],
  ["the permission of the GitLab that lets people in", { permitted: [REGISTRY] }, "not-permitted", "ask gitlab.example.org"],
])("no registry is asked without %s", async (_, lack, code, part) => {
  Object.assign(seen, lack);
  const error: unknown = await tag(PLACE, COMMIT, null).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ why: { code, message: expect.stringContaining(part) } });
  expect(seen.retags).toEqual([]);
});

test("it is looked at first, and changed for the image that was agreed to", async () => {
  expect(await tag(PLACE, COMMIT, null)).toMatchObject({ source: IMAGE, isThere: false });
  expect(await tag(PLACE, COMMIT, "sha256:0")).toMatchObject({ source: IMAGE, isThere: true });
  expect(seen.retags).toEqual([{ dryRun: true, digest: undefined }, { dryRun: undefined, digest: "sha256:0" }]);
});

test("a legacy Renku's own way to GitLab is not taken: this person's own token is asked for", async () => {
  expect(await tag({ ...PLACE, through: "page" }, COMMIT, null)).toMatchObject({ isThere: false });
});
