import { Icon, type IconName } from "./icons";
import { Bones, Failed } from "./parts";
import { useAsk } from "./useAsk";

const QUERY = `query Home @onDenied(mode: MASK) {
  viewer { user { name } organization { name } paths { kind holds } }
}`;

interface Answer {
  viewer: { user: { name: string } | null; organization: { name: string } | null; paths: { kind: string; holds: string[] }[] };
  }

const DOORS: { path: string; title: string; icon: IconName; text: string }[] = [
  { path: "/explorer", title: "Explorer", icon: "explorer", text: "Ask the API. The schema is yours: what you may not see is not in it." },
  { path: "/reports", title: "Reports", icon: "reports", text: "Choose columns and a period, run, and look at the numbers." },
  { path: "/access", title: "Access", icon: "access", text: "Who sees what and why, the columns of reports, roles, and the log." },
];

/** What each kind of path means, to somebody who has it. */
const KINDS: Record<string, string> = {
  PLATFORM: "Staff of the platform",
  ORG_ADVERTISER: "An advertiser's member",
  ORG_PARTNER: "A partner's member",
  ORGANIZATION: "Member of an organization",
  COUNTERPARTY_ADVERTISER: "Whom your organization works with",
  COUNTERPARTY_PARTNER: "Whom your organization works with",
  COLLABORATOR: "Collaborator on an account",
  COMPANY: "Owner or member of a company",
  PUBLIC: "Anybody who is signed in",
  SELF: "Yourself",
};

export default function Home() {
  const { data, error, loading, again } = useAsk<Answer>(QUERY);
  return (
    <div className="narrow">
      <h1>{data?.viewer.user ? `Hello, ${data.viewer.user.name}` : "Hello"}</h1>
      <nav className="doors" aria-label="What you can do">
        {DOORS.map((door) => (
          <a key={door.path} className="card door" href={door.path}>
            <Icon name={door.icon} />
            <h2>{door.title}</h2>
            <p>{door.text}</p>
          </a>
        ))}
      </nav>
      <section className="stack" aria-labelledby="paths">
        <h2 id="paths">By what you see what you see</h2>
        {error && <Failed error={error} again={again} />}
        {loading && !data && <Bones lines={4} />}
        {data && (
          <ul className="card facts">
            {data.viewer.paths.map((path, at) => (
              <li key={at}>
                <span>
                  {KINDS[path.kind] ?? path.kind}
                  <br />
                  <code className="faint small">{path.kind}</code>
                </span>
                <span className="chips">
                  {path.holds.length === 0 && <span className="faint">Nothing in particular</span>}
                  {path.holds.map((held) => (
                    <code key={held} className="chip">
                      {held}
                    </code>
                  ))}
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}
