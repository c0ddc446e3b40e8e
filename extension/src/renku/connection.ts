import type { Connection } from "../control/access";
import { ask } from "../protocol/ask";
import { renku } from "./api";

/** Renku's connection to the GitLab of a repository, if this person has one. */
export async function connectionOf(repository: string): Promise<Connection | null> {
  const { connection, provider } = await renku.repository(repository).catch(() => ({ connection: null, provider: null }));
  if (connection == null || provider?.url == null || connection.status !== "connected") {
    return null;
  }
  // The token is for the provider: a repository that lies elsewhere must not get it.
  if (new URL(provider.url).origin !== new URL(repository).origin) {
    return null;
  }
  return {
    provider: provider.name ?? new URL(repository).hostname,
    // From Renku's answer straight to the background: nothing here keeps it.
    use: async () => {
      const { access_token: token, expires_at: ends } = await renku.connectionToken(connection.id);
      await ask({ type: "connect", gitlab: repository, token, until: ends == null ? null : ends * 1000 });
    },
  };
}
