// Receives webhooks: checks who sent them, works on each once. Node.js 20, nothing else.
//   SECRET=whsec_… PORT=8090 node receive-webhooks.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const key = Buffer.from(process.env.SECRET.replace(/^whsec_/, ''), 'base64');
const tolerance = 5 * 60; // seconds

function isGenuine(headers, body) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  if (!id || Math.abs(Date.now() / 1000 - Number(timestamp)) > tolerance) return false;
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  // several while a secret is exchanged for another
  return (headers['webhook-signature'] ?? '').split(' ').some((signature) => {
    const [version, value] = signature.split(',');
    const given = Buffer.from(value ?? '', 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

// stands for a table with a unique column, written in the transaction of the work
const seen = new Set();

function work(event) {
  console.log(event.eventType, event.sequence, event.data.ticket?.subject ?? '');
}

createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts); // the bytes as they came: parsed and written again they are others
    if (!isGenuine(request.headers, body)) return response.writeHead(401).end();
    const id = request.headers['webhook-id'];
    if (seen.has(id)) console.log('again', id);
    else {
      work(JSON.parse(body));
      seen.add(id);
    }
    return response.writeHead(204).end(); // at once; what takes longer goes into a queue of yours
  });
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
