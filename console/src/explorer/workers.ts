// The editor's workers, as files of this site. Imported before GraphiQL, which looks for them when it loads.
import EditorWorker from "monaco-editor/esm/vs/editor/editor.worker.js?worker";
import JsonWorker from "monaco-editor/esm/vs/language/json/json.worker.js?worker";
import GraphQLWorker from "monaco-graphql/esm/graphql.worker.js?worker";

(globalThis as unknown as { MonacoEnvironment: object }).MonacoEnvironment = {
  getWorker(_: string, label: string): Worker {
    if (label === "json") return new JsonWorker();
    return label === "graphql" ? new GraphQLWorker() : new EditorWorker();
  },
};
