import { notBuilt } from '@/lib/http/admin.ts'

export const { GET, POST, PUT, PATCH, DELETE } = notBuilt
