import { host } from './addresses.mjs';

/**
 * Nothing is kept on disk, as in docker-compose.yml: what Redis holds is built again from PostgreSQL.
 * @param {{ port: number, program: string }} options
 * @returns {import('./processes.mjs').Command}
 */
export function redisCommand({ port, program }) {
  const settings = {
    bind: host,
    port,
    save: '',
    appendonly: 'no',
    maxmemory: '512mb',
    'maxmemory-policy': 'noeviction',
  };
  return { program, args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]) };
}
