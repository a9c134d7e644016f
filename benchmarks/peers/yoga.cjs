// graphql-yoga with graphql-shield, dataloader and pg: resolvers written by hand, a permission on every field.
//     node yoga.cjs SOCKET_DIRECTORY PORT; the one token that is let in is BENCHMARK_TOKEN
const util = require("node:util");
util.isUndefined ??= (value) => value === undefined; // graphql-shield asks for it; Node 23 took it away
const { createServer } = require("node:http");
const { makeExecutableSchema } = require("@graphql-tools/schema");
const DataLoader = require("dataloader");
const { applyMiddleware } = require("graphql-middleware");
const { rule, shield } = require("graphql-shield");
const { createYoga } = require("graphql-yoga");
const pg = require("pg");
const { connection } = require("./connection.mjs");

const [, , sockets, port] = process.argv;
const pool = new pg.Pool(connection(sockets));
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

const typeDefs = /* GraphQL */ `
  type Program { id: ID! name: String }
  type Conversion {
    id: ID! status: String eventAt: String country: String device: String currency: String
    saleAmount: String source: String postedAt: String lockAt: String program: Program
  }
  type AffiliateAccount { id: ID! name: String conversions(first: Int!): [Conversion!]! }
  type ReportLine {
    programId: ID! day: String! conversions: Int! revenue: String! payout: String! profit: String!
    saleAmount: String! clicks: Int! cpa: String margin: String
  }
  type Query {
    conversions(first: Int!, statuses: [String!]!): [Conversion!]!
    conversion(account: ID!, id: ID!): Conversion
    affiliateAccounts(first: Int!): [AffiliateAccount!]!
    report(since: String!, until: String!, zone: String!): [ReportLine!]!
  }
`;

const COLUMNS = `c.affiliate_account_id, c.id, c.status, c.event_at, c.country, c.device, c.currency, c.sale_amount,
  c.source, c.posted_at, c.lock_at, c.program_id`;

async function rows(name, text, values) {
  return (await pool.query({ name, text, values })).rows;
}

async function pagesBelow(asked) {
  const found = await rows(
    "below",
    `SELECT ${COLUMNS} FROM unnest($1::bigint[]) AS account(id) CROSS JOIN LATERAL (
       SELECT * FROM conversion WHERE affiliate_account_id = account.id ORDER BY id DESC LIMIT $2) AS c`,
    [asked.map((each) => each.account), asked[0].first],
  );
  const pages = new Map(asked.map((each) => [each.account, []]));
  for (const row of found) pages.get(row.affiliate_account_id).push(row);
  return asked.map((each) => pages.get(each.account));
}

async function programs(ids) {
  const found = await rows("programs", "SELECT id, name FROM program WHERE id = ANY($1::bigint[])", [ids]);
  const named = new Map(found.map((row) => [row.id, row]));
  return ids.map((id) => named.get(id) ?? null);
}

const at = (column) => (row) => row[column]?.toISOString();

const resolvers = {
  Query: {
    conversions: (_, { first, statuses }) =>
      rows(
        "page",
        `SELECT ${COLUMNS} FROM conversion AS c WHERE c.status = ANY($1::conversion_status[]) ORDER BY c.id DESC LIMIT $2`,
        [statuses, first],
      ),
    conversion: async (_, { account, id }) =>
      (await rows("one", `SELECT ${COLUMNS} FROM conversion AS c WHERE affiliate_account_id = $1 AND id = $2`, [account, id]))[0],
    affiliateAccounts: (_, { first }) => rows("accounts", "SELECT id, name FROM affiliate_account ORDER BY id LIMIT $1", [first]),
    report: (_, { since, until, zone }) => rows("report", "SELECT * FROM peers.report($1, $2, $3)", [since, until, zone]),
  },
  AffiliateAccount: {
    conversions: (row, { first }, context) => context.pages.load({ account: row.id, first }),
  },
  Conversion: {
    eventAt: at("event_at"),
    postedAt: at("posted_at"),
    lockAt: at("lock_at"),
    saleAmount: (row) => row.sale_amount,
    program: (row, _, context) => context.programs.load(row.program_id),
  },
  ReportLine: {
    programId: (row) => row.program_id,
    saleAmount: (row) => row.sale_amount,
  },
};

const signedIn = rule({ cache: "contextual" })((_parent, _arguments, context) => context.signedIn);
const permissions = shield(
  Object.fromEntries(["Query", "AffiliateAccount", "Conversion", "Program", "ReportLine"].map((type) => [type, { "*": signedIn }])),
);

const yoga = createYoga({
  schema: applyMiddleware(makeExecutableSchema({ typeDefs, resolvers }), permissions),
  graphiql: false,
  landingPage: false,
  logging: false,
  context: ({ request }) => ({
    signedIn: request.headers.get("authorization") === `Bearer ${process.env.BENCHMARK_TOKEN}`,
    pages: new DataLoader(pagesBelow, { cacheKeyFn: ({ account, first }) => `${account} ${first}` }),
    programs: new DataLoader(programs),
  }),
});
createServer(yoga).listen(Number(port), "127.0.0.1");
