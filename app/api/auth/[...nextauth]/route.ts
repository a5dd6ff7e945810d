import type { NextRequest } from 'next/server'
import NextAuth from 'next-auth/next'
import { authOptions } from '@/lib/auth/user.ts'
import { runtime } from '@/lib/compose.ts'

async function handle(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }) {
  const { admin } = await runtime()
  return NextAuth(request, context, authOptions(admin))
}

export { handle as GET, handle as POST }
