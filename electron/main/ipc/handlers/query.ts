import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

export function queryHandlers({
  host,
  feed,
}: Services): Pick<
  Handlers,
  'catalogue.get' | 'query.ask' | 'query.compare' | 'sales.recent' | 'live.snapshot' | 'status.get' | 'reconcile.run'
> {
  return {
    'catalogue.get': () => host.require().catalogue,
    'query.ask': (question) => host.require().query(question),
    'query.compare': (question) => host.require().compare(question),
    'sales.recent': (filter) => host.require().recentSales(filter),
    'live.snapshot': () => feed.snapshot(host.require()),
    'status.get': () => host.require().status(),
    'reconcile.run': (window) => host.require().reconcile(window),
  };
}
