import { describe, expect, test } from "vitest";

import { options } from "../src/control/options";
import type { CommitImage, Judgement } from "../src/protocol/messages";

const sha = (digit: string): string => digit.repeat(40);
const REPOSITORY = "registry.example.org/ada/course";

const judgement: Judgement = {
  state: { state: "stale", commit: sha("1"), changed: [], ago: 2 },
  gone: null,
  seen: true,
  moved: null,
  name: "main",
  commit: sha("3"),
  right: {
    reference: `${REPOSITORY}:3333333`,
    tag: "3333333",
    commit: sha("3"),
    relation: "exact",
    distance: 0,
    digest: null,
    created: null,
  },
  missingTag: null,
  lack: null,
  nearest: null,
  candidates: [],
  notes: [],
};

const commit = (digit: string, title: string, right: boolean, letter: string): CommitImage => ({
  commit: sha(digit),
  title,
  date: `2024-03-0${digit}T10:00:00Z`,
  letter,
  right,
  reference: `${REPOSITORY}:${digit.repeat(7)}`,
  imageCommit: sha(digit),
});

const known = {
  judgement,
  own: `${REPOSITORY}:1111111`,
  commits: { commits: [commit("3", "Use pyarrow", true, "A"), commit("2", "Plots", false, "B"), commit("1", "Start", false, "B")], notes: [] },
  branches: new Map([[sha("2"), "polars"]]),
  builds: [],
};

const images = (typed: string): string[] => options(known, typed).shown.map(({ image }) => image.slice(REPOSITORY.length + 1));

describe("the images to choose from", () => {
  test("begin with the recommended one and the launcher's own", () => {
    expect(options(known, "").shown.map(({ group, right }) => [group, right]).slice(0, 3)).toEqual([
      ["Right for main", true],
      ["This launcher's image", false],
      ["Images of commits", false],
    ]);
  });

  test.each([
    ["plots", ["2222222"]],
    ["PLOTS 2024-03-02", ["2222222"]],
    ["polars", ["2222222"]],
    ["2222222", ["2222222"]],
    ["environment b", ["2222222", "1111111"]],
    ["nothing", []],
  ])("that %j finds", (typed, found) => {
    expect(images(typed)).toEqual(found);
  });

  test("end with what is typed, if it is an image", () => {
    expect(options(known, "quay.io/x/y:1").shown).toMatchObject([{ image: "quay.io/x/y:1", group: "Typed by hand", right: null }]);
    expect(options(known, "quay.io/X/y:1").shown).toEqual([]);
    expect(options(known, `${REPOSITORY}:1111111`).shown.every(({ group }) => group !== "Typed by hand")).toBe(true);
  });

  test("are cut to what can be shown", () => {
    const many = Array.from({ length: 200 }, (_, at) => commit("2", `Commit ${at}`, false, "B"));
    const { shown, more } = options({ ...known, commits: { commits: many, notes: [] } }, "");
    expect([shown.length, more]).toEqual([60, 142]);
  });

  test("are none of commits while they are not known", () => {
    for (const commits of [null, "asked" as const, { code: "x", message: "y", hint: null }]) {
      expect(options({ ...known, commits }, "").shown).toHaveLength(2);
    }
  });
});
