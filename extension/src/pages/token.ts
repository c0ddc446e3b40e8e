/** Whether a token of a GitLab is good for what Repin asks. */
import * as v from "valibot";

export type Tested =
  /** `until`: when it ends, in milliseconds since 1970; `null`: GitLab does not say. */
  | { readonly is: "good"; readonly until: number | null }
  | { readonly is: "scopes"; readonly scopes: readonly string[] }
  /** `form`: no token at all; `silent`: no answer, or none to this origin; `other`: not the answer of a GitLab. */
  | { readonly is: "form" | "refused" | "silent" | "other" };

/** docs.gitlab.com, "Personal access tokens API": the token that asks, since GitLab 15.5. */
const Self = v.object({ scopes: v.array(v.string()), expires_at: v.nullish(v.string()) });
const User = v.object({ username: v.string() });

/** Either is enough to read projects, registries and pipelines. */
const ENOUGH: ReadonlySet<string> = new Set(["read_api", "api"]);

/** What a header can carry: ASCII that can be seen. */
const FORM = /^[!-~]{1,500}$/u;

/** Asks the GitLab itself. */
export async function testToken(gitlab: string, secret: string, send: typeof fetch = fetch): Promise<Tested> {
  if (!FORM.test(secret)) {
    return { is: "form" };
  }
  try {
    const response = await get(`${gitlab}/api/v4/personal_access_tokens/self`, secret, send);
    const self = await bodyOf(response, Self);
    if (self !== null) {
      return self.scopes.some((scope) => ENOUGH.has(scope))
        ? { is: "good", until: endOf(self.expires_at) }
        : { is: "scopes", scopes: self.scopes };
    }
    return refusal(response) ?? (await ofUser(gitlab, secret, send));
  } catch {
    return { is: "silent" };
  }
}

/** An older GitLab does not say what a token is for: only whether it is one. */
async function ofUser(gitlab: string, secret: string, send: typeof fetch): Promise<Tested> {
  const response = await get(`${gitlab}/api/v4/user`, secret, send);
  return refusal(response) ?? ((await bodyOf(response, User)) === null ? { is: "other" } : { is: "good", until: null });
}

function get(url: string, secret: string, send: typeof fetch): Promise<Response> {
  return send(url, {
    headers: { "private-token": secret },
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
    // A redirection would take the token along, to whatever host it leads.
    redirect: "error",
    signal: AbortSignal.timeout(20_000),
  });
}

function refusal({ status }: Response): Tested | null {
  if (status === 401) {
    return { is: "refused" };
  }
  return status === 403 ? { is: "scopes", scopes: [] } : null;
}

async function bodyOf<T>(response: Response, schema: v.GenericSchema<unknown, T>): Promise<T | null> {
  if (!response.ok) {
    return null;
  }
  try {
    return v.parse(schema, await response.json());
  } catch {
    return null;
  }
}

/** GitLab gives a day, at whose beginning in UTC the token ends. */
function endOf(day: string | null | undefined): number | null {
  const at = Date.parse(day ?? "");
  return Number.isNaN(at) ? null : at;
}
