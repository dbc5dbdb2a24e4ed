import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

export function localApiHandlers({
  host,
  localApi,
}: Services): Pick<
  Handlers,
  | 'localApi.state'
  | 'localApi.accounts'
  | 'localApi.addUser'
  | 'localApi.setUserDisabled'
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
    'localApi.createKey': async ({ name, role }) => (await accounts()).createKey(name, role),
    'localApi.revokeKey': async ({ id }) => (await accounts()).revokeKey(id),
  };
}
