// The real Hermes client, for its journey.
import { installPythonClient } from './python-install.mjs'

/** Null once the client is there; else what is missing, as a sentence. */
export const installHermes = () =>
  installPythonClient({
    folder: 'hermes',
    name: 'hermes-agent',
    extras: '[anthropic]',
    version: '0.19.0',
    minors: [11, 12, 13],
  })
