/** Commits of the sample course, whose ids are the same everywhere, and what its story says of them. */
export const COURSE = {
  /** The newest; its build failed. */
  head: "1a916aaf1b",
  /** A merge whose build failed; an image of one of its sides is right. */
  merge: { commit: "ce46f90939", short: "ce46f90", image: "2c5c1f9" },
  /** Its image was built two commits later. */
  later: { commit: "4c0e36a9be", short: "4c0e36a", image: "f3a56dd" },
  /** It has an image of its own, under the name of a git tag. */
  released: { short: "87cb2bb", tag: "v1.0" },
} as const;
