import type { User } from '../db/generated/client.ts'
import { absent, type Ctx, type Db, isUuid, literal, notFound } from './context.ts'

/**
 * Changes of who belongs to an organisation, and where, follow one another until the call is over: of two owners who
 * remove each other, one stays.
 */
export async function lockPeople({ db }: Pick<Ctx, 'db'>, organisationId: string): Promise<void> {
  await db.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`people:${organisationId}`}, 0))`
}

/** An active person of the organisation by id. */
export async function findPerson(ctx: Ctx, id: string): Promise<User> {
  const found = isUuid(id)
    ? await ctx.db.user.findFirst({ where: { id, organisationId: ctx.organisation.id, status: 'active' } })
    : null
  if (!found) throw notFound('user')
  return found
}

/**
 * The active people that a body names, by id or e-mail, in its order; `paths` say where each stands in it. Somebody of
 * another organisation is nobody. They stay what they are until the call is over.
 */
export async function peopleNamed(
  ctx: Ctx,
  references: readonly string[],
  path: (index: number) => string,
): Promise<User[]> {
  await lockPeople(ctx, ctx.organisation.id)
  const wanted = references.map((reference) => reference.toLowerCase())
  const found = await ctx.db.user.findMany({
    where: {
      organisationId: ctx.organisation.id,
      status: 'active',
      OR: [{ id: { in: wanted.filter(isUuid) } }, { email: { in: wanted } }],
    },
  })
  return wanted.map((one, index) => {
    const person = found.find(({ id, email }) => id === one || email === one)
    if (!person) throw absent(path(index), 'person of this organisation')
    return person
  })
}

/** People whose name or e-mail holds a text, any case. */
export function peopleLike(search: string) {
  const part = { contains: literal(search), mode: 'insensitive' as const }
  return { OR: [{ email: part }, { firstName: part }, { lastName: part }] }
}

/** The caller as people know them: name, else e-mail; null for a key or the system. */
export async function nameOfCaller(ctx: Ctx): Promise<string | null> {
  return ctx.actor.kind === 'user' ? nameOfPerson(ctx.db, ctx.actor.id) : null
}

export async function nameOfPerson(db: Db, id: string | null): Promise<string | null> {
  if (id === null) return null
  const person = await db.user.findUnique({ where: { id } })
  return person && (`${person.firstName} ${person.lastName}`.trim() || person.email)
}
