import { HttpProblem } from './problem.ts';

/** Which methods a path has, to tell one that is not there from one that is there for another method. */
export class RouteTable {
  readonly #routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  /** @param url as the router takes it: `:name` is one part of a path, `*` the rest */
  add(method: string | readonly string[], url: string): void {
    const source = url
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:\w+/g, '[^/]+')
      .replace(/\*/g, '.*');
    this.#routes.push({ pattern: new RegExp(`^${source}$`), methods: [method].flat() });
  }

  /** 405 where the path is there for another method, else 404. */
  missing(method: string, url: string): HttpProblem {
    const [path = '/'] = url.split('?');
    const found = this.#routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    const methods = [...new Set(found)].filter((each) => each !== 'HEAD');
    if (methods.length > 0 && !found.includes(method)) {
      return new HttpProblem(405, 'method_not_allowed', `${method} is not for ${path}.`, {
        hint: `Use ${methods.join(' or ')}.`,
        headers: { allow: methods.join(', ') },
      });
    }
    return new HttpProblem(404, 'not_found', `There is nothing at ${path}.`, {
      hint: 'GET /openapi.json lists what there is.',
    });
  }
}
