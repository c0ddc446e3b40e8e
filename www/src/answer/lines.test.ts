import { expect, test } from "vitest";

import { RESOLUTION } from "../testing/sample";
import { isReference, linesOf } from "./lines";

const image = RESOLUTION.image;

test("an image has five lines to copy", () => {
  const lines = Object.fromEntries(linesOf(image).map(({ button, text }) => [button, text]));
  expect(lines).toEqual({
    "Copy image": "registry.example.org/ada/course:2c5c1f9",
    "Copy docker pull": "docker pull registry.example.org/ada/course:2c5c1f9",
    "Copy docker run":
      'docker run --rm -it -p 127.0.0.1:8888:8888 -v "$PWD":/home/jovyan/work -w /home/jovyan/work registry.example.org/ada/course:2c5c1f9 jupyter lab --ip=0.0.0.0',
    "Copy renku.ini line": "[interactive]\nimage = registry.example.org/ada/course:2c5c1f9",
    "Copy launcher field": "registry.example.org/ada/course:2c5c1f9",
  });
});

test("without its registry only the tag can be copied", () => {
  expect(linesOf({ ...image, reference: null }).map(({ text }) => text)).toEqual(["2c5c1f9"]);
});

test.each([
  "registry.gitlab.com/group/sub-group/name:1a2b3c4",
  "127.0.0.1:5000/ada/course:2c5c1f9",
  "registry.example.org/a/b__c/d.e:v1.0-rc.1_x",
])("%s is a reference", (reference) => {
  expect(isReference(reference)).toBe(true);
});

test.each([
  "registry.example.org/a:1; rm -rf ~",
  "registry.example.org/a:$(id)",
  "registry.example.org/a:`id`",
  "--privileged",
  "-v/:/host a:1",
  "registry.example.org/a:1\nimage = other",
  "registry.example.org/a:'1",
  "registry.example.org/a",
  "registry.example.org/a:1\u202E",
  `registry.example.org/${"a".repeat(600)}:1`,
  "",
])("no command is made of %j", (reference) => {
  expect(linesOf({ ...image, reference })).toEqual([]);
});
