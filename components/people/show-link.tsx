'use client'

import { showSecretOnce } from '../ui/secret-once.tsx'

/** Shows the link of an invite, for the only time there is. `sendsMail` is undefined where nobody could tell. */
export function showLinkOnce({
  email,
  link,
  sendsMail,
}: {
  email: string
  link: string
  sendsMail: boolean | undefined
}): void {
  showSecretOnce({
    noun: 'link',
    name: email,
    title: sendsMail === false ? 'Hand this link over' : 'Invite sent',
    lead: (
      <>
        {sendsMail === false ? (
          <>
            No mail server is set up, so nobody is told: give this link to <b>{email}</b> yourself.
          </>
        ) : (
          <>
            A mail with this link goes to <b>{email}</b>. Copy it if you would rather hand it over yourself.
          </>
        )}{' '}
        It works once, for 7 days, and is shown here for the only time; sending the invite again makes a new
        one.
      </>
    ),
    secret: link,
    done: sendsMail === false ? 'I have it' : 'Done',
  })
}
