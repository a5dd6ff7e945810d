import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { keyDirectory } from './keys.ts'

let world: AdminWorld
beforeAll(async () => {
  world = await adminWorld()
})
afterAll(() => world.drop())

test('a person’s key knows its person by address, a service’s key knows nobody', async () => {
  const directory = keyDirectory(world.database.prisma, world.runtime.now)
  const { workspaceId } = world.first
  const person = await world.addUser('member', { [workspaceId]: 'member' })
  const theirs = await world.addKey('workspace-user', ['completions.write'], { workspaceId, userId: person })
  const service = await world.addKey('workspace-service', ['completions.write'], { workspaceId })
  const { email } = await world.database.prisma.user.findUniqueOrThrow({ where: { id: person } })
  expect(await directory.find(theirs.secret)).toMatchObject({ userId: person, userEmail: email })
  expect(await directory.find(service.secret)).toMatchObject({ userId: null, userEmail: null })
})
