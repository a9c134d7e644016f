export const LENSES = `query Lenses @onDenied(mode: MASK) {
  reportLenses { kind id name }
}`;

export const CHOICES = `query Choices($lens: ReportLensInput!) {
  reportSchema(lens: $lens) {
    columns { key label description group unit aggregation formula synonyms available reason }
    dimensions { key label description several available reason }
  }
}`;

export const REPORT = `query ConsoleReport($input: ReportInput!) {
  report(input: $input) {
    since
    until
    timeZone
    currency
    rowCount
    complete
    columns { key label unit values total coverage programs }
    rows { dimensions { key value label } }
    compare { columns { key values total } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const NAMES = `query NamesOfValues($input: ReportInput!) {
  report(input: $input) {
    rows { dimensions { key value label } }
  }
}`;

export const MAY = `query MayKeepReports @onDenied(mode: MASK) {
  viewer {
    user { id timeZone }
    save: canRead(coordinate: "Mutation.saveReport")
    saved: canRead(coordinate: "Query.savedReports")
    exports: canRead(coordinate: "Mutation.exportReport")
    schedule: canRead(coordinate: "Mutation.scheduleReport")
    metrics: canRead(coordinate: "Mutation.createCustomMetric")
    people: canRead(coordinate: "Query.users")
    request: canRead(coordinate: "Mutation.requestAccess")
  }
}`;

export const SAVED = `query SavedReports($after: String) @onDenied(mode: MASK) {
  savedReports(first: 40, after: $after, orderBy: [{ field: NAME, direction: ASC }]) {
    nodes {
      id
      name
      lens
      createdAt
      owner { id name }
      organization { id name }
      reportSchedules(first: 20) { nodes { id state cron timeZone format onRestricted nextRunAt lastRunAt lastError } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const OPEN = `query OpenReport($id: ID!) @onDenied(mode: MASK) {
  openReport(id: $id) { input columns { key available reason } }
  node(id: $id) { ... on SavedReport { id name owner { id } } }
}`;

export const VERSION = `query VersionOf($id: ID!) {
  viewer { version(id: $id) }
}`;

export const SAVE = `mutation SaveReport($input: SaveReportInput!) {
  answer: saveReport(input: $input) { __typename ... on SaveReportSuccess { id } ... on UserError { message } }
}`;

export const EDIT_SAVED = `mutation EditSavedReport($input: EditSavedReportInput!) {
  answer: editSavedReport(input: $input) { __typename ... on EditSavedReportSuccess { id } ... on UserError { message } }
}`;

export const SHARE = `mutation ShareReport($input: ShareReportInput!) {
  answer: shareReport(input: $input) { __typename ... on ShareReportSuccess { id } ... on UserError { message } }
}`;

export const UNSHARE = `mutation UnshareReport($input: UnshareReportInput!) {
  answer: unshareReport(input: $input) { __typename ... on UnshareReportSuccess { id } ... on UserError { message } }
}`;

export const DELETE_SAVED = `mutation DeleteSavedReport($input: DeleteSavedReportInput!) {
  answer: deleteSavedReport(input: $input) { __typename ... on DeleteSavedReportSuccess { id } ... on UserError { message } }
}`;

export const SCHEDULE = `mutation ScheduleReport($input: ScheduleReportInput!) {
  answer: scheduleReport(input: $input) { __typename ... on ScheduleReportSuccess { id } ... on UserError { message } }
}`;

export const EDIT_SCHEDULE = `mutation EditSchedule($input: EditScheduleInput!) {
  answer: editSchedule(input: $input) { __typename ... on EditScheduleSuccess { id } ... on UserError { message } }
}`;

export const DELETE_SCHEDULE = `mutation DeleteSchedule($input: DeleteScheduleInput!) {
  answer: deleteSchedule(input: $input) { __typename ... on DeleteScheduleSuccess { id } ... on UserError { message } }
}`;

export const EXPORT = `mutation ExportReport($input: ExportReportInput!) {
  answer: exportReport(input: $input) { __typename ... on ExportReportSuccess { id link } ... on UserError { message } }
}`;

export const CANCEL_EXPORT = `mutation CancelExport($input: CancelExportInput!) {
  answer: cancelExport(input: $input) { __typename ... on CancelExportSuccess { id } ... on UserError { message } }
}`;

export const EXPORTS = `query Exports @onDenied(mode: MASK) {
  reportExports(first: 20, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
    nodes { id name format state rowsWritten rowsTotal error createdAt expiresAt }
  }
}`;

export const METRICS = `query Metrics @onDenied(mode: MASK) {
  customMetrics(first: 100, where: { state: { eq: ACTIVE } }, orderBy: [{ field: NAME, direction: ASC }]) {
    nodes { id key name description formula organization { id name } }
  }
}`;

export const CREATE_METRIC = `mutation CreateMetric($input: CreateCustomMetricInput!) {
  answer: createCustomMetric(input: $input) { __typename ... on CreateCustomMetricSuccess { id customMetric { key } } ... on UserError { message } }
}`;

export const EDIT_METRIC = `mutation EditMetric($input: EditCustomMetricInput!) {
  answer: editCustomMetric(input: $input) { __typename ... on EditCustomMetricSuccess { id } ... on UserError { message } }
}`;

export const ARCHIVE_METRIC = `mutation ArchiveMetric($input: ArchiveCustomMetricInput!) {
  answer: archiveCustomMetric(input: $input) { __typename ... on ArchiveCustomMetricSuccess { id } ... on UserError { message } }
}`;

export const PEOPLE = `query PeopleToShareWith($where: UserFilter) {
  users(first: 8, where: $where, orderBy: [{ field: NAME, direction: ASC }]) { nodes { id name } }
}`;
