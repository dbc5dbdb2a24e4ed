import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

/** Entries at a time. */
const auditPage = 50;

export function localApiHandlers({
  host,
  localApi,
}: Services): Pick<
  Handlers,
  | 'localApi.state'
  | 'localApi.accounts'
  | 'localApi.addUser'
  | 'localApi.setUserDisabled'
  | 'localApi.unlockUser'
  | 'localApi.audit'
  | 'localApi.createKey'
  | 'localApi.revokeKey'
> {
  const accounts = () => localApi.accounts(host.require());
  return {
    'localApi.state': () => localApi.state(),
    'localApi.accounts': async () => {
      const { accounts: store } = host.require();
      const [users, keys] = await Promise.all([store.users(), store.keys()]);
      return { users, keys };
    },
    'localApi.addUser': async ({ name, role, password }) => (await accounts()).addUser(name, role, password),
    'localApi.setUserDisabled': async ({ name, disabled }) => (await accounts()).setDisabled(name, disabled),
    'localApi.unlockUser': async ({ name }) => (await accounts()).unlock(name),
    'localApi.createKey': async ({ name, role }) => (await accounts()).createKey(name, role),
    'localApi.revokeKey': async ({ id }) => (await accounts()).revokeKey(id),
    'localApi.audit': (query) => host.require().accounts.auditTrail({ ...query, limit: auditPage }),
  };
}
