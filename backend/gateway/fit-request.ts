/** What a request says is refused at the door where a store could not keep it or a terminal would obey it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { faultOf } from '../lib/plain-text.ts';
import { HttpProblem } from './problem.ts';

/** Errors: `HttpProblem` 400. */
export function requireFit({ body, query, params }: FastifyRequest): void {
  const left: [string, unknown][] = [
    ['body', body],
    ['query', query],
    ['path', params],
  ];
  // No recursion: how deep a body goes is the client's to say.
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [place, value] = next;
    if (typeof value === 'string') refuse(place, value);
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      refuse(`A field's name in ${place}`, key);
      left.push([`${place}.${key}`, inner]);
    }
  }
}

function refuse(place: string, text: string): void {
  const fault = faultOf(text);
  if (fault === null) return;
  throw new HttpProblem(400, 'unfit_text', `${place.slice(0, 100)} ${fault}.`, {
    hint: 'Send it without control characters, marks of text direction and halves of surrogate pairs.',
  });
}

/** JSON as the only kind of body, and only in UTF-8: other bytes would be read as U+FFFD without a word. */
export function readJsonStrictly(app: FastifyInstance): void {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    let text: string;
    try {
      text = utf8.decode(body as Buffer);
    } catch {
      done(new HttpProblem(400, 'bad_request', 'The body is not UTF-8.'));
      return;
    }
    parse(request, text, done);
  });
}
