import type Portkey from 'portkey-ai'

/** Invites somebody, who accepts. Returns their id. */
export async function join(portkey: Portkey, email: string): Promise<string> {
  const { invite_link } = await portkey.admin.users.invites.create({ email, role: 'member' })
  const { id } = (await portkey.post('/admin/users/invites/accept', {
    token: String(invite_link).split('#')[1],
    first_name: 'Nia',
    password: 'a password of her own',
  })) as unknown as { id: string }
  return id
}
