// The Node SDK as a second witness: node witness.mjs <connection string> <queue>; prints one JSON object of findings.
import { ServiceBusClient } from "@azure/service-bus";
import Long from "long";

const [connection, queue] = process.argv.slice(2);
const findings = {};
const client = new ServiceBusClient(connection);
const sender = client.createSender(queue);
const receiver = client.createReceiver(queue);
const deadLetters = client.createReceiver(queue, { subQueueType: "deadLetter" });

const next = async (from = receiver) => (await from.receiveMessages(1, { maxWaitTimeInMs: 5000 }))[0];

await sender.sendMessages({ body: { text: "ä" }, messageId: "m-1", subject: "s", applicationProperties: { n: 7 } });
let message = await next();
findings.roundTrip = [message.body.text, message.messageId, message.subject, message.applicationProperties.n];
await receiver.abandonMessage(message);
message = await next();
findings.deliveryCountAfterAbandon = message.deliveryCount;
const before = message.lockedUntilUtc;
findings.renewed = (await receiver.renewMessageLock(message)) >= before;
await receiver.completeMessage(message);

const batch = await sender.createMessageBatch();
for (let n = 0; n < 20; n += 1) batch.tryAddMessage({ body: n });
await sender.sendMessages(batch);
const numbers = [];
while (numbers.length < 20) {
  for (const received of await receiver.receiveMessages(20, { maxWaitTimeInMs: 5000 })) {
    numbers.push(received.body);
    await receiver.completeMessage(received);
  }
}
findings.batchInOrder = numbers.every((value, index) => value === index);

await sender.sendMessages([{ body: "defer" }, { body: "bury" }]);
message = await next();
const deferredNumber = message.sequenceNumber;
await receiver.deferMessage(message);
const [deferred] = await receiver.receiveDeferredMessages(Long.fromValue(deferredNumber));
findings.deferred = deferred.body;
await receiver.completeMessage(deferred);
await receiver.deadLetterMessage(await next(), { deadLetterReason: "r", deadLetterErrorDescription: "d" });
const dead = await next(deadLetters);
findings.deadLetter = [dead.body, dead.deadLetterReason, dead.deadLetterErrorDescription];
await deadLetters.completeMessage(dead);

const tomorrow = new Date(Date.now() + 86_400_000);
const scheduled = await sender.scheduleMessages({ body: "scheduled" }, tomorrow);
findings.peeked = (await receiver.peekMessages(10, { fromSequenceNumber: Long.ONE })).map((seen) => [seen.body, seen.state]);
await sender.cancelScheduledMessages(scheduled);
findings.empty = (await receiver.peekMessages(10, { fromSequenceNumber: Long.ONE })).length === 0;

await client.close();
console.log(JSON.stringify(findings));
