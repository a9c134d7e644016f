/// <reference types="vite/client" />
declare module "monaco-editor/esm/vs/editor/editor.worker.js?worker" {
  const made: new () => Worker;
  export default made;
}
