export const JOBS = `query Imports @onDenied(mode: MASK) {
  importJobs(first: 20, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
    nodes { id name state source dryRun fileSize bytesRead rowsRead rowsAccepted rowsRefused problem createdAt createdBy { name } }
  }
}`;

export const LINES = `query ImportLines($id: ID!) @onDenied(mode: MASK) {
  node(id: $id) {
    ... on ImportJob {
      logs(first: 100) {
        nodes { id line outcome columnName value reason }
        pageInfo { hasNextPage }
      }
    }
  }
}`;

export const IMPORT = `mutation ImportOrders($input: ImportOrdersInput!) {
  answer: importOrders(input: $input) { __typename ... on ImportOrdersSuccess { id link } ... on UserError { message } }
}`;

export const CANCEL_IMPORT = `mutation CancelImport($input: CancelImportInput!) {
  answer: cancelImport(input: $input) { __typename ... on CancelImportSuccess { id } ... on UserError { message } }
}`;
