/** Lets the sandbox's control do something, and returns what it says. */
export async function does(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: { "X-Repin-Control": "e2e" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) {
    throw new Error(`the sandbox's control refuses ${method} ${path}: ${await response.text()}`);
  }
  return response.json();
}
