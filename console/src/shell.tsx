import { type ReactNode, useEffect, useState } from "react";
import { type ApiError, type CastMember, become, cast, isDemo, session, toSignIn } from "./api";
import { Icon, type IconName, Logo } from "./icons";
import { choose, theme } from "./theme";
import { asApiError } from "./useAsk";

const AREAS: { path: string; label: string; icon: IconName }[] = [
  { path: "/explorer", label: "Explorer", icon: "explorer" },
  { path: "/reports", label: "Reports", icon: "reports" },
  { path: "/access", label: "Access", icon: "access" },
];

export interface Person {
  name: string;
  email: string;
}

interface Known {
  person: Person | null;
  error: ApiError | null;
  again: () => void;
}

/** Who is signed in; null until it is known. Whoever is nobody is sent to sign in, and nobody else. */
export function usePerson(): Known {
  const [person, setPerson] = useState<Person | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    setError(null);
    session("GET")
      .then((found) => setPerson((found as { user: Person }).user))
      .catch((failed: unknown) => {
        const refused = asApiError(failed);
        if (refused.code === "UNAUTHENTICATED") toSignIn();
        else setError(refused);
      });
  }, [turn]);
  return { person, error, again: () => setTurn(turn + 1) };
}

export function Shell({ person, children }: { person: Person | null; children: ReactNode }) {
  const [failed, setFailed] = useState<ApiError | null>(null);
  /** Do what leads to another page, or say why it does not. */
  async function go(work: () => Promise<void>) {
    setFailed(null);
    await work().catch((error: unknown) => setFailed(asApiError(error)));
  }
  return (
    <>
      <header className="top">
        <a className="brand" href="/">
          <Logo />
          Sightline
        </a>
        <nav className="nav" aria-label="Areas">
          {AREAS.map(({ path, label, icon }) => (
            <a key={path} href={path} aria-current={location.pathname === path ? "page" : undefined}>
              <Icon name={icon} />
              {label}
            </a>
          ))}
        </nav>
        <div className="who">
          {person && (isDemo ? <CastSwitch email={person.email} become={(email) => void go(() => another(email))} /> : <span className="who-name">{person.name}</span>)}
          <ThemeSwitch />
          <button type="button" className="button quiet icon-only" aria-label="Sign out" title="Sign out" onClick={() => void go(signOut)}>
            <Icon name="out" />
          </button>
        </div>
      </header>
      {failed && (
        <div className="banner" role="alert">
          <Icon name="alert" />
          <span>{failed.message}</span>
        </div>
      )}
      <main className="page">{children}</main>
    </>
  );
}

async function signOut(): Promise<void> {
  await session("DELETE");
  location.assign("/login");
}

async function another(email: string): Promise<void> {
  await become(email);
  location.reload();
}

export function ThemeSwitch() {
  const [now, setNow] = useState(theme());
  const next = now === "dark" ? "light" : "dark";
  const label = `Use ${next} colours`;
  return (
    <button
      type="button"
      className="button quiet icon-only"
      aria-label={label}
      title={label}
      onClick={() => {
        choose(next);
        setNow(next);
        dispatchEvent(new Event("sightline:theme"));
      }}
    >
      <Icon name={now === "dark" ? "sun" : "moon"} />
    </button>
  );
}

/** In the demo one is whom one likes: the page stays, and is shown as another has it, once it is pressed for. */
function CastSwitch({ email, become }: { email: string; become: (email: string) => void }) {
  const [chosen, setChosen] = useState(email);
  const [people, setPeople] = useState<CastMember[]>([]);
  useEffect(() => {
    cast().then(setPeople, () => setPeople([]));
  }, []);
  if (people.length === 0) return <span className="who-name">{email}</span>;
  return (
    <>
      <select className="select" aria-label="Look as another of the cast" value={chosen} onChange={(event) => setChosen(event.target.value)}>
        {!people.some((each) => each.email === email) && <option value={email}>{email}</option>}
        {people.map((each) => (
          <option key={each.email} value={each.email}>
            {each.name}, {each.role}
          </option>
        ))}
      </select>
      {chosen !== email && (
        <button type="button" className="button primary small" onClick={() => become(chosen)}>
          Look as this one
        </button>
      )}
    </>
  );
}
