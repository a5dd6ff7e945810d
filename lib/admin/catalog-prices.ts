import { GatewayError } from '../errors.ts'
import { catalogueCard, type PriceRecord, priceRecord } from '../pricing.ts'
import { providerSpec } from '../providers/openai-compatible.ts'

/**
 * The public price of a model in cents per token, whoever asks. Throws `not_found` for one without a price as for one
 * nobody knows. Source: admin-contract §2.3, gateway-contract §9.1.
 */
export function publicPrice(providerId: string, model: string): PriceRecord {
  const record = providerSpec(providerId) && priceRecord(catalogueCard(providerId, model))
  if (!record) throw new GatewayError('not_found', 'No price is known for this model.')
  return record
}
