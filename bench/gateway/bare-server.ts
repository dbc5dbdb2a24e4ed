/** A bare Fastify route that returns a constant: what an answer costs without asking anybody. Arguments: port, bytes. */
import Fastify from 'fastify';

const [port, bytes] = process.argv.slice(2).map(Number);
const body = JSON.stringify({ value: 'x'.repeat(Math.max(0, (bytes ?? 0) - 12)) });
const app = Fastify();
app.get('/', (_request, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(body));
await app.listen({ host: '127.0.0.1', port: port ?? 0 });
process.stdout.write('listening\n');
