/** The services that can be added, for the console's Add provider. Source: admin-contract §9. */
import type { z } from 'zod'
import { type aiProviderRow, aiProviders } from '../contract/catalog.ts'
import type { List } from '../contract/resource.ts'
import { catalogueModels } from '../pricing.ts'
import { PROVIDERS, type ProviderSpec } from '../providers/openai-compatible.ts'
import { verbs } from './verbs.ts'

type Row = z.output<typeof aiProviderRow>

let rows: Row[] | undefined

/** Lists the provider table. It is code, so it is worked out once a process. */
export const aiProviderVerbs = verbs(aiProviders, {
  list: async (): Promise<List<Row>> => {
    rows ??= PROVIDERS.map(toRow)
    return { object: 'list', total: rows.length, data: rows }
  },
})

function toRow(spec: ProviderSpec): Row {
  return {
    object: 'ai-provider',
    id: spec.id,
    name: spec.name,
    colour: spec.colour,
    docs_url: spec.docsUrl,
    base_url: spec.isLocal ? null : spec.baseUrl,
    is_local: spec.isLocal,
    endpoints: [...spec.endpoints],
    fields: spec.fields.map(({ name, label, hint, isRequired, isSecret }) => ({
      name,
      label,
      hint,
      is_required: isRequired,
      is_secret: isSecret,
    })),
    model_count: catalogueModels(spec.id).length,
  }
}
