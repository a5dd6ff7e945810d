/** Null when signed in; otherwise what to tell the person. */
export async function signIn(email: string, password: string): Promise<string | null> {
  try {
    const csrfToken = await csrf()
    const response = await fetch('/api/auth/callback/credentials', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ email, password, csrfToken, callbackUrl: '/', json: 'true' }),
    })
    const { url } = (await response.json()) as { url: string }
    if (response.ok) return null
    return new URL(url, window.location.origin).searchParams.get('error') ?? 'Sign-in failed. Try again.'
  } catch {
    return 'The server did not answer. Check that Tollgate is running, then try again.'
  }
}

/** Ends this session on the server and goes to sign-in. */
export async function signOut(): Promise<void> {
  await endSession()
  window.location.assign('/sign-in')
}

/** Ends this session on the server; the page stays. */
export async function endSession(): Promise<void> {
  const csrfToken = await csrf()
  await fetch('/api/auth/signout', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ csrfToken, callbackUrl: '/sign-in', json: 'true' }),
  })
}

async function csrf(): Promise<string> {
  return ((await (await fetch('/api/auth/csrf')).json()) as { csrfToken: string }).csrfToken
}
