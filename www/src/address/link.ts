/** A question, as the address of the page says it. */
export interface Question {
  /** The address of a GitLab project, or of a page of it. */
  readonly project: string;
  /** The revision; without it, what the address says, else the default branch. */
  readonly commit: string | null;
}

/** Parameters of GitLab's own addresses that are secrets. */
const SECRETS = ["private_token", "access_token", "job_token", "feed_token", "rss_token", "incoming_email_token"];

/** The question in the query of a deep link, if there is one. */
export function questionOf(search: string): Question | null {
  const parameters = new URLSearchParams(search);
  const project = parameters.get("project")?.trim() ?? "";
  if (project === "") {
    return null;
  }
  return { project: shareable(project), commit: parameters.get("commit")?.trim() || null };
}

/** The query of the deep link to a question. */
export function linkTo(question: Question): string {
  const parameters = new URLSearchParams({ project: question.project });
  if (question.commit !== null) {
    parameters.set("commit", question.commit);
  }
  // A colon or a slash needs no escape in a query, and people read it.
  return `?${parameters.toString().replaceAll("%2F", "/").replaceAll("%3A", ":")}`;
}

/** The address without what nobody else may see: a name, a password, a token. */
export function shareable(address: string): string {
  const trimmed = address.trim();
  if (!/^(?:https?|ssh|git):\/\//iu.test(trimmed) || !URL.canParse(trimmed)) {
    return trimmed;
  }
  const url = new URL(trimmed);
  const secret = SECRETS.filter((parameter) => url.searchParams.has(parameter));
  if (url.password === "" && (url.username === "" || url.protocol === "ssh:") && secret.length === 0) {
    return trimmed;
  }
  url.password = "";
  if (url.protocol !== "ssh:") {
    url.username = "";
  }
  for (const parameter of secret) {
    url.searchParams.delete(parameter);
  }
  return url.href;
}
