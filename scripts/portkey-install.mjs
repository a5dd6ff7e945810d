// The official Python client of Portkey, for the tests of the admin API.
import { commandOf, installPythonClient } from './python-install.mjs'

const CLIENT = {
  folder: 'portkey',
  name: 'portkey-ai',
  version: '2.3.1',
  minors: [11, 12, 13, 14, 10, 9],
}

/** Null once the client is there; else what is missing, as a sentence. */
export const installPortkey = () => installPythonClient(CLIENT)

/** A Python that can import `portkey_ai`; null where it is not installed. */
export const portkeyPython = () => commandOf(CLIENT, 'python')
