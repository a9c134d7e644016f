import { type ReactNode, useEffect, useState } from "react";
import { type CastMember, become, cast, isDemo, session } from "./api";
import { Icon, type IconName, Logo } from "./icons";
import { choose, theme } from "./theme";

const AREAS: { path: string; label: string; icon: IconName }[] = [
  { path: "/explorer", label: "Explorer", icon: "explorer" },
  { path: "/reports", label: "Reports", icon: "reports" },
  { path: "/access", label: "Access", icon: "access" },
];

export interface Person {
  name: string;
  email: string;
}

/** Who is signed in; null until it is known. Whoever is nobody is sent to sign in. */
export function usePerson(): Person | null {
  const [person, setPerson] = useState<Person | null>(null);
  useEffect(() => {
    session("GET").then(
      (found) => setPerson((found as { user: Person }).user),
      () => location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`),
    );
  }, []);
  return person;
}

export function Shell({ person, children }: { person: Person | null; children: ReactNode }) {
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
          {person && (isDemo ? <CastSwitch email={person.email} /> : <span className="who-name">{person.name}</span>)}
          <ThemeSwitch />
          <button type="button" className="button quiet icon-only" aria-label="Sign out" title="Sign out" onClick={() => void signOut()}>
            <Icon name="out" />
          </button>
        </div>
      </header>
      <main className="page">{children}</main>
    </>
  );
}

async function signOut(): Promise<void> {
  await session("DELETE");
  location.assign("/login");
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

/** In the demo one is whom one likes: the page stays, and is shown as another has it. */
function CastSwitch({ email }: { email: string }) {
  const [people, setPeople] = useState<CastMember[]>([]);
  useEffect(() => {
    cast().then(setPeople, () => setPeople([]));
  }, []);
  if (people.length === 0) return <span className="who-name">{email}</span>;
  return (
    <select
      className="select"
      aria-label="Look as another of the cast"
      value={email}
      onChange={(event) => void become(event.target.value).then(() => location.reload())}
    >
      {!people.some((each) => each.email === email) && <option value={email}>{email}</option>}
      {people.map((each) => (
        <option key={each.email} value={each.email}>
          {each.name}, {each.role}
        </option>
      ))}
    </select>
  );
}
