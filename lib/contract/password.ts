import { z } from 'zod'

const CHARS_MIN = 8
/** Longer ones would only cost time to hash. */
export const PASSWORD_CHARS_MAX = 1024

export const PASSWORD_RULE = `have at least ${CHARS_MIN} characters`

/** A password somebody chooses: on the first start, with an invite, or in place of an old one. */
export const newPassword = z
  .string()
  .min(CHARS_MIN, `must ${PASSWORD_RULE}`)
  .max(PASSWORD_CHARS_MAX, `must have at most ${PASSWORD_CHARS_MAX} characters`)
