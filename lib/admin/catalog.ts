/** The model catalogue's routes: integrations, providers, and providers by their legacy name. Source: admin-contract §2.3. */
import { integrations, providers, virtualKeys } from '../contract/catalog.ts'
import { testConnection } from './catalog-connection.ts'
import * as integration from './catalog-integrations.ts'
import { deleteModels, listCallableModels, listModels, updateModels } from './catalog-models.ts'
import * as provider from './catalog-providers.ts'
import * as virtualKey from './catalog-virtual-keys.ts'
import { listWorkspaces, updateWorkspaces } from './catalog-workspaces.ts'
import { verbs } from './verbs.ts'

export const integrationVerbs = verbs(integrations, {
  list: integration.list,
  create: integration.create,
  read: integration.read,
  update: integration.update,
  delete: integration.remove,
  actions: { test: testConnection, listModels, updateModels, deleteModels, listWorkspaces, updateWorkspaces },
})

export const providerVerbs = verbs(providers, {
  list: provider.list,
  create: provider.create,
  read: provider.read,
  update: provider.update,
  delete: provider.remove,
  actions: { listModels: listCallableModels },
})

export const virtualKeyVerbs = verbs(virtualKeys, {
  list: virtualKey.list,
  create: virtualKey.create,
  read: virtualKey.read,
  update: virtualKey.update,
  delete: virtualKey.remove,
})
