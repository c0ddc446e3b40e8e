import type { Subject } from "../control/question";
import type { Build } from "../protocol/messages";
import { forget, forgetBuilds, renku } from "./api";
import { checkImage } from "./check";
import { type Launcher, type Project, imageOf, kind } from "./model";

/** Of so many builds the newest are compared. */
const MOST = 200;

/** What a launcher's control is about. */
export async function subjectOf(launcher: Launcher, project: Project): Promise<Subject> {
  const parameters = launcher.environment.build_parameters;
  const shared = {
    project: project.id,
    image: imageOf(launcher),
    repositories: project.repositories,
    check: checkImage,
    forget: () => forget("/sessions/images"),
  };
  if (kind(launcher) !== "build" || parameters == null) {
    return { ...shared, revision: null, build: null };
  }
  const context = parameters.context_dir == null || parameters.context_dir === "" ? "." : parameters.context_dir;
  return {
    ...shared,
    revision: parameters.repository_revision ?? null,
    build: { repository: parameters.repository, context, builds: await buildsOf(launcher, parameters.repository) },
  };
}

/** The builds of a launcher; asked for anew if its image is of none of them, since it is then of a newer one. */
async function buildsOf(launcher: Launcher, repository: string): Promise<Build[]> {
  const environment = launcher.environment.id;
  if (environment === undefined) {
    return [];
  }
  const known = await succeeded(environment, repository);
  if (known.some(({ image }) => image === imageOf(launcher))) {
    return known;
  }
  forgetBuilds(environment);
  return succeeded(environment, repository);
}

async function succeeded(environment: string, repository: string): Promise<Build[]> {
  const all = await renku.builds(environment).catch(() => []);
  const made = all.flatMap(({ status, result }) => {
    const commit = result?.repository_git_commit_sha;
    // Those of a repository that was attached before are of other code.
    const isOf = result?.repository_url == null || result.repository_url === repository;
    return isOf && status === "succeeded" && result != null && commit != null && /^[0-9a-f]{40}$/u.test(commit) ? [{ commit, image: result.image }] : [];
  });
  return made.slice(0, MOST);
}
