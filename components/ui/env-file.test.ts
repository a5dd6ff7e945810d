import { describe, expect, it } from 'vitest'
import { envFile, envFileName } from './env-file.ts'

describe('the .env file', () => {
  it('holds one line each, whatever the title says', () => {
    const values = { TOLLGATE_API_KEY: 'tg_s1', TOLLGATE_BASE_URL: 'https://gate.example/api/v1' }
    expect(envFile('a\nEVIL=1', values)).toBe(
      '# a EVIL=1\nTOLLGATE_API_KEY=tg_s1\nTOLLGATE_BASE_URL=https://gate.example/api/v1\n',
    )
  })

  it('has a name that any system takes', () => {
    expect(envFileName('Zoë’s / bot')).toBe('zoe-s-bot.env')
    expect(envFileName('机器人')).toBe('tollgate.env')
  })
})
