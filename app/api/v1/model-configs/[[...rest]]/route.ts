import { modelPriceRoute } from '@/lib/http/model-prices.ts'

export const { GET, POST, PUT, PATCH, DELETE } = modelPriceRoute
