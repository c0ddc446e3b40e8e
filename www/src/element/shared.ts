/** The answers of GitLabs on this page: its elements see one state of a project, and ask for each part of it once. */
const answers = new Map<string, Promise<Response>>();

/** A `fetch` that sends equal requests once. What failed is sent again the next time. */
export async function sharedFetch(request: Request): Promise<Response> {
  const body = request.method === "GET" ? "" : await request.clone().text();
  const key = `${request.method} ${request.url} ${body}`;
  const known = answers.get(key);
  if (known !== undefined) {
    return (await known).clone();
  }
  // The question that asks first may end before the others: its end is not that of the answer.
  const sent = fetch(new Request(request, { signal: null }));
  answers.set(key, sent);
  try {
    const response = await sent;
    if (!response.ok) {
      answers.delete(key);
    }
    return response.clone();
  } catch (error) {
    answers.delete(key);
    throw error;
  }
}
