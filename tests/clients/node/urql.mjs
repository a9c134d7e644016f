// urql as one viewer, by POST only: variables, paging, errors. Prints one JSON object.
import { Client, fetchExchange } from "@urql/core";
import { APPROVED, codes, ORDER, PARTLY, REVENUE, shipped } from "./reading.mjs";

const [url, token, name] = process.argv.slice(2);
const table = shipped(name);
const methods = [];
const client = new Client({
  url,
  exchanges: [fetchExchange],
  preferGetMethod: false,
  fetchOptions: { headers: { authorization: `Bearer ${token}` } },
  fetch: (input, init) => {
    methods.push(init.method);
    return fetch(input, init);
  },
});

const read = async (query, variables) => {
  const { data, error } = await client.query(query, variables).toPromise();
  if (error) throw error;
  return data;
};

const { viewer } = await read(shipped("viewer"), {});
const first = (await read(table, { first: 3, orderBy: ORDER })).conversions;
const second = (await read(table, { first: 3, orderBy: ORDER, after: first.pageInfo.endCursor })).conversions;
const approved = (await read(table, { first: 5, where: APPROVED })).conversions;
const revenue = await client.query(REVENUE, {}).toPromise();
const partly = await client.query(PARTLY, {}).toPromise();

console.log(
  JSON.stringify({
    kinds: viewer.paths.map(({ kind }) => kind),
    total: first.totalCount,
    rows: [...first.edges, ...second.edges].map(({ node }) => node),
    statuses: approved.edges.map(({ node }) => node.status),
    revenue: revenue.error ? codes(revenue.error.graphQLErrors) : null,
    partly: {
      viewer: partly.data?.viewer != null,
      conversions: partly.data?.conversions ?? null,
      codes: codes(partly.error?.graphQLErrors),
    },
    methods: [...new Set(methods)],
  }),
);
