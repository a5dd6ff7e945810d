/**
 * A reason not to start, in one sentence that names what the operator can change. Shown alone, without a stack; it
 * holds no secret.
 */
export class StartError extends Error {
  override readonly name = 'StartError'
}
