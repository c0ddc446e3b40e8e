import type { Subject } from "../control/question";
import { renku } from "./api";
import { checkImage } from "./launcher";
import { type Launcher, type Project, imageOf, kind } from "./model";

/** What a launcher's control is about. */
export async function subjectOf(launcher: Launcher, project: Project): Promise<Subject> {
  const parameters = launcher.environment.build_parameters;
  const isBuild = kind(launcher) === "build" && parameters != null;
  const shared = { project: project.id, image: imageOf(launcher), repositories: project.repositories, check: checkImage };
  if (!isBuild) {
    return { ...shared, revision: null, build: null };
  }
  const environment = launcher.environment.id;
  const made = environment === undefined ? [] : await renku.builds(environment).catch(() => []);
  const builds = made.flatMap(({ status, result }) => {
    const commit = result?.repository_git_commit_sha;
    return status === "succeeded" && result != null && commit != null && /^[0-9a-f]{40}$/u.test(commit) ? [{ commit, image: result.image }] : [];
  });
  const context = parameters.context_dir == null || parameters.context_dir === "" ? "." : parameters.context_dir;
  return {
    ...shared,
    revision: parameters.repository_revision ?? null,
    build: { repository: parameters.repository, context, builds },
  };
}
