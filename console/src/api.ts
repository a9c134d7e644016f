// The public API with the visitor's own session, and nothing else. Nothing is cached: what one may see can change
// between two requests, and then the console must not know it any more.

export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string } }[];
}

export const isDemo = document.documentElement.dataset.mode === "demo";

/** Whether people make themselves users here. */
export const mayRegister = document.documentElement.dataset.registration === "open";

// Other sites cannot send this header without being asked for leave.
const OURS = { "apollo-require-preflight": "1", accept: "application/json" };

const GARBLED = "The server does not answer as it should: try again in a moment.";
const GONE = "The server cannot be reached: look whether it runs, and try again.";

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(GONE, "UNAVAILABLE");
  }
}

/** What was answered. Throws ApiError where something between here and the server answered in its place. */
async function contentOf(response: Response): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(GARBLED, "UNAVAILABLE");
  }
}

/** Leave for the form to sign in, which leads back here. */
export function toSignIn(): void {
  const here = location.pathname + location.search + location.hash;
  location.replace(here === "/" ? "/login" : `/login?next=${encodeURIComponent(here)}`);
}

function ended(): never {
  toSignIn();
  throw new ApiError("The session has ended: sign in again.", "UNAUTHENTICATED");
}

/** One operation, raw: for the Explorer, which shows errors as they are. */
export async function operate(body: object, signal?: AbortSignal): Promise<Answer> {
  const init = { method: "POST", headers: { ...OURS, "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await send("/graphql", signal ? { ...init, signal } : init);
  if (response.status === 401) ended();
  return contentOf(response);
}

/** The data of one operation. Throws ApiError for the first error that is not about a masked field. */
export async function ask<Data>(query: string, variables: object = {}, signal?: AbortSignal): Promise<Data> {
  const answer = await operate({ query, variables }, signal);
  const [error] = answer.errors ?? [];
  if (error) throw new ApiError(error.message, error.extensions?.code ?? "INTERNAL");
  return answer.data as Data;
}

/** A file for an import that was asked for, as its plain bytes. Throws ApiError. */
export async function sendFile(link: string, file: File): Promise<void> {
  const response = await send(link, { method: "POST", headers: { ...OURS, "content-type": "application/octet-stream" }, body: file });
  if (!response.ok) throw refusalOf(await contentOf(response));
}

function refusalOf(answer: Answer | null): ApiError {
  const [error] = answer?.errors ?? [];
  return new ApiError(error?.message ?? "Something is broken on our side.", error?.extensions?.code ?? "INTERNAL");
}

/** A request about the session. Throws ApiError. */
export async function session(method: "GET" | "POST" | "DELETE", path = "/session", body?: object): Promise<unknown> {
  const headers = body ? { ...OURS, "content-type": "application/json" } : OURS;
  const response = await send(path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  const content = response.status === 204 ? null : await contentOf(response);
  if (response.ok) return content;
  throw refusalOf(content);
}

export interface CastMember {
  name: string;
  email: string;
  role: string;
  paths: string[];
}

/** Who one can be in the demo. */
export async function cast(): Promise<CastMember[]> {
  return ((await session("GET", "/session/cast")) as { cast: CastMember[] }).cast;
}

export async function become(email: string): Promise<void> {
  await session("POST", "/session/cast", { email });
}

/** Where to go after signing in: an address of this site, whatever the link said.
 *
 * It is whole, as a path alone can begin with two slashes (`/.//other.example`), and is then another site's address. */
export function nextPage(): string {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  if (!next.startsWith("/") || !URL.canParse(next, location.origin)) return "/";
  const url = new URL(next, location.origin);
  return url.origin === location.origin && !url.pathname.startsWith("//") ? url.href : "/";
}
