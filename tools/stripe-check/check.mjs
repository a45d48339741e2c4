// Holds the stand-in against Stripe's own Node client: node check.mjs http://127.0.0.1:PORT
import Stripe from 'stripe';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';

const base = new URL(process.argv[2]);
const stripe = new Stripe('sk_test_0123456789node', { host: base.hostname, port: base.port, protocol: 'http', maxNetworkRetries: 0, timeout: 10_000 });
const refused = async (promise, expected) => {
  const error = await promise.then(() => assert.fail('was not refused'), error => error);
  for (const [name, value] of Object.entries(expected))
    assert.equal(error[name], value, `${error.message}: ${name}`);
};

// Every event that arrives is verified by Stripe's code, with the secret that the endpoint was given.
const events = [];
const secrets = {};
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request)
    chunks.push(chunk);
  const body = Buffer.concat(chunks);
  try {
    events.push(stripe.webhooks.constructEvent(body, request.headers['stripe-signature'], secrets[request.url]));
    response.writeHead(200).end();
  } catch (error) {
    events.push({ type: 'unverified', error });
    response.writeHead(400).end();
  }
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const arrived = async type => {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    const found = events.find(event => event.type === type);
    if (found)
      return found;
    await new Promise(resume => setTimeout(resume, 20));
  }
  return assert.fail(`no event ${type}; there are ${events.map(event => event.type)}`);
};
for (const [path, connect] of [['/platform', false], ['/connect', true]]) {
  const url = `http://127.0.0.1:${server.address().port}${path}`;
  secrets[path] = (await stripe.webhookEndpoints.create({ url, enabled_events: ['*'], connect })).secret;
}

const account = await stripe.accounts.create({
  country: 'AU',
  controller: {
    fees: { payer: 'application' },
    losses: { payments: 'application' },
    requirement_collection: 'stripe',
    stripe_dashboard: { type: 'express' },
  },
  capabilities: { transfers: { requested: true } },
});
assert.equal(account.controller.fees.payer, 'application');
const transfer = { amount: 1000, currency: 'aud', destination: account.id, transfer_group: 'payout_node/1/1' };
await refused(stripe.transfers.create(transfer), { type: 'StripeInvalidRequestError', code: 'insufficient_capabilities_for_transfer', statusCode: 400 });
const link = await stripe.accountLinks.create({ account: account.id, type: 'account_onboarding', return_url: 'https://a.example/', refresh_url: 'https://a.example/' });
assert.equal((await fetch(link.url)).status, 200);
const updated = await arrived('account.updated');
assert.equal(updated.account, account.id);
assert.deepEqual(updated.data.object.requirements.currently_due, []);

await refused(stripe.transfers.create({ ...transfer, currency: 'usd' }), { code: 'balance_insufficient' });
await stripe.charges.create({ amount: 5000, currency: 'aud', source: 'tok_bypassPending' });
const key = { idempotencyKey: 'node/1' };
const made = await stripe.transfers.create(transfer, key);
const again = await stripe.transfers.create(transfer, key);
assert.equal(again.id, made.id);
assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
await refused(stripe.transfers.create({ ...transfer, amount: 1001 }, key), { type: 'StripeIdempotencyError', statusCode: 400 });
assert.equal((await arrived('transfer.created')).data.object.id, made.id);
assert.deepEqual((await stripe.transfers.list({ transfer_group: 'payout_node/1/1' })).data.map(found => found.id), [made.id]);

await stripe.transfers.createReversal(made.id, { amount: 400 });
await refused(stripe.transfers.createReversal(made.id, { amount: 601 }), { statusCode: 400, param: 'amount' });
assert.equal((await stripe.transfers.retrieve(made.id)).amount_reversed, 400);
assert.equal((await arrived('transfer.reversed')).data.object.reversed, false);

const payout = await stripe.payouts.create({ amount: 600, currency: 'aud' }, { stripeAccount: account.id });
assert.equal(payout.status, 'pending');
assert.equal((await arrived('payout.created')).account, account.id);
assert.equal((await stripe.balance.retrieve({}, { stripeAccount: account.id })).available[0].amount, 0);
await refused(stripe.transfers.create({ ...transfer, amount: -1 }), { code: 'parameter_invalid_integer', param: 'amount' });
await refused(stripe.transfers.create({ ...transfer, destination: 'acct_nobody' }), { code: 'resource_missing', param: 'destination' });
await refused(stripe.transfers.retrieve('tr_nothing'), { statusCode: 404, code: 'resource_missing' });
await refused(new Stripe('sk_wrong', { host: base.hostname, port: base.port, protocol: 'http' }).balance.retrieve(), { type: 'StripeAuthenticationError' });

for (let i = 0; i < 12; i++)
  await stripe.transfers.create({ ...transfer, amount: 10, transfer_group: 'pages' });
let pages = 0;
for await (const found of stripe.transfers.list({ transfer_group: 'pages', limit: 5 }))
  pages += found.amount;
assert.equal(pages, 120);
assert.ok((await stripe.events.list({ type: 'transfer.created', limit: 3 })).has_more);
assert.ok(!events.some(event => event.type === 'unverified'), 'every signature verifies');
server.close();
server.closeAllConnections();
console.log(`stripe ${Stripe.PACKAGE_VERSION}: all as expected, ${events.length} events verified`);
