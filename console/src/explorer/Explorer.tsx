import "./workers";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
// One by one: the sheet that has them all has thirty fonts in it as well.
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "@graphiql/plugin-explorer/style.css";
import "graphiql/graphiql.css";
import "./explorer.css";
import { useEffect, useMemo, useRef, useState } from "react";
import { ask, operate } from "../api";
import { Icon, type IconName } from "../icons";
import { NotYet } from "../parts";
import { theme } from "../theme";
import { useAsk } from "../useAsk";
import { csv, curl, save } from "./answers";

const FIRST = `# This schema is yours alone.
# Ctrl-Enter runs.
{
  viewer {
    user { name }
    paths { kind }
  }
}
`;

const WHO = "query Who { viewer { user { id name } } }";
const NAMED = "query Named($id: ID!) { node(id: $id) { ... on User { name } } }";

/** What this browser keeps, apart for each person: nobody finds another's history. */
function keptFor(person: string): Storage {
  const prefix = `sightline:explorer:${person}:`;
  const mine = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) => localStorage.setItem(prefix + key, value),
    removeItem: (key) => localStorage.removeItem(prefix + key),
    clear: () => {
      for (const key of mine()) localStorage.removeItem(key);
    },
    key: (at) => mine()[at]?.slice(prefix.length) ?? null,
    get length() {
      return mine().length;
    },
  };
}

export default function Explorer() {
  const { data, error, again } = useAsk<{ viewer: { user: { id: string } | null } }>(WHO);
  const as = new URLSearchParams(location.search).get("as");
  if (!data) return <NotYet error={error} again={again} />;
  return <Editor person={`${data.viewer.user?.id ?? ""}${as ? `:${as}` : ""}`} as={as} />;
}

function Editor({ person, as }: { person: string; as: string | null }) {
  const linked = useMemo(() => new URLSearchParams(location.hash.slice(1)), []);
  const [now, setNow] = useState(theme());
  const [said, setSaid] = useState("");
  const written = useRef({ query: linked.get("query") ?? "", variables: linked.get("variables") ?? "" });
  const last = useRef<unknown>(null);
  useEffect(() => {
    const change = () => setNow(theme());
    addEventListener("sightline:theme", change);
    return () => removeEventListener("sightline:theme", change);
  }, []);
  const kept = useMemo(() => keptFor(person), [person]);
  const plugins = useMemo(() => [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })], []);
  const fetcher = useMemo(
    () => async (request: { query: string; operationName?: string | null; variables?: unknown }) => {
      const answer = await operate(as ? { ...request, extensions: { viewAs: as } } : request);
      if (request.operationName !== "IntrospectionQuery") last.current = answer.data ?? null;
      return answer as never;
    },
    [as],
  );
  function tell(text: string) {
    setSaid(text);
    setTimeout(() => setSaid(""), 3000);
  }
  async function copy(text: string, done: string) {
    await navigator.clipboard.writeText(text);
    tell(done);
  }
  function download(kind: "json" | "csv") {
    if (last.current === null) return tell("Run something first.");
    const content = kind === "json" ? JSON.stringify(last.current, null, 2) : csv(last.current);
    if (content === null) return tell("There is no list of rows in the answer.");
    save(`sightline.${kind}`, kind === "json" ? "application/json" : "text/csv", content);
  }
  const link = () => {
    const { query, variables } = written.current;
    return `${location.origin}/explorer${location.search}#${new URLSearchParams({ query, ...(variables ? { variables } : {}) })}`;
  };
  return (
    <>
      {as && <ViewAs id={as} />}
      <div className="explorer">
        <h1 className="hidden-visually">Explorer</h1>
        <GraphiQL
          fetcher={fetcher}
          plugins={plugins}
          storage={kept}
          defaultQuery={FIRST}
          {...(linked.get("query") ? { initialQuery: linked.get("query") as string, initialVariables: linked.get("variables") ?? "" } : {})}
          isHeadersEditorEnabled={false}
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
          forcedTheme={now}
          onEditQuery={(text: string) => {
            written.current.query = text;
          }}
          onEditVariables={(text: string) => {
            written.current.variables = text;
          }}
        >
          <GraphiQL.Logo>
            <span className="told" role="status">
              {said}
            </span>
          </GraphiQL.Logo>
          <GraphiQL.Toolbar>
            {({ prettify }) => (
              <>
                {prettify}
                <Tool icon="link" label="Copy a link to this" act={() => void copy(link(), "The link is copied.")} />
                <Tool icon="code" label="Copy as curl" act={() => void copy(curl(written.current.query, written.current.variables), "The command is copied.")} />
                <Tool icon="download" label="Download the answer as JSON" act={() => download("json")} text="JSON" />
                <Tool icon="download" label="Download the answer as CSV" act={() => download("csv")} text="CSV" />
              </>
            )}
          </GraphiQL.Toolbar>
        </GraphiQL>
      </div>
    </>
  );
}

function Tool({ icon, label, act, text }: { icon: IconName; label: string; act: () => void; text?: string }) {
  return (
    <button type="button" className="graphiql-un-styled graphiql-toolbar-button tool" aria-label={label} title={label} onClick={act}>
      <Icon name={icon} />
      {text && <span>{text}</span>}
    </button>
  );
}

function ViewAs({ id }: { id: string }) {
  const [name, setName] = useState("");
  useEffect(() => {
    ask<{ node: { name?: string } | null }>(NAMED, { id }).then(
      (data) => setName(data.node?.name ?? ""),
      () => setName(""),
    );
  }, [id]);
  return (
    <div className="banner" role="status">
      <Icon name="eye" />
      <span>
        You look as <strong>{name || "somebody else"}</strong>: at what both of you see. Nothing can be changed.
      </span>
      <a className="button small" href="/explorer">
        Look as yourself
      </a>
    </div>
  );
}
