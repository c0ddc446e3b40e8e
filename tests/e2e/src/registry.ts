import type { Sandbox } from "./sandbox/process";

/** The tags of a project's registry, each with its digest, as its GitLab says. */
export async function tagsOf(sandbox: Sandbox, project: string): Promise<Map<string, string>> {
  const api = `${sandbox.gitlab}/api/v4/projects/${encodeURIComponent(project)}/registry/repositories`;
  const headers = { "private-token": sandbox.says("token") };
  const [repository] = (await get(api, headers)) as { id: number }[];
  if (repository === undefined) {
    throw new Error(`${project} has no images`);
  }
  const tags = `${api}/${repository.id}/tags`;
  const names = (await get(`${tags}?per_page=100`, headers)) as { name: string }[];
  const details = names.map(async ({ name }) => {
    const { digest } = (await get(`${tags}/${name}`, headers)) as { digest: string };
    return [name, digest] as const;
  });
  return new Map(await Promise.all(details));
}

async function get(url: string, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(url, { headers });
  if (!response.ok) {
    throw new Error(`${url} answered ${response.status}`);
  }
  return response.json();
}
