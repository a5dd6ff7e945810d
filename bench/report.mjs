/** Measurements to markdown. */

/** The whole report of one run, as the README quotes it. */
export function markdown(run) {
  const names = run.targets
  return [
    `Tollgate ${run.commit ?? ''} and @portkey-ai/gateway ${run.peerVersion}, ${run.machine}. ${run.command}`,
    loadTable(run.load, names),
    otherTable('Time to first byte, one warm connection (ms)', run.firstByte, names, [
      ['p50', (row) => ms(row.p50)],
      ['p99', (row) => ms(row.p99)],
    ]),
    otherTable(`Paced streams, time of an event on its way (ms)`, run.paced, names, [
      ['first event p50', (row) => ms(row.firstP50)],
      ['p50', (row) => ms(row.p50)],
      ['p99', (row) => ms(row.p99)],
      ['peak MB', (row) => whole(row.peakMb)],
    ]),
    otherTable('Hermes mix, a new connection per call', run.hermes, names, [
      ['calls/s', (row) => whole(row.rps)],
      ['p50 ms', (row) => ms(row.p50)],
      ['p99 ms', (row) => ms(row.p99)],
      ['first byte p50 ms', (row) => ms(row.firstByteP50)],
      ['CPU s / 1,000', (row) => decimal(row.cpuPer1000)],
      ['peak MB', (row) => whole(row.peakMb)],
    ]),
    otherTable('Process', run.process, names, [
      ['cold start to first answer (ms)', (row) => whole(row.coldStartMs)],
      ['idle MB', (row) => whole(row.idleMb)],
      ['peak MB', (row) => whole(row.peakMb)],
    ]),
    ...(run.notes.length > 0 ? [run.notes.map((note) => `- ${note}`).join('\n')] : []),
  ]
    .filter(Boolean)
    .join('\n\n')
}

function loadTable(cells, names) {
  if (cells.length === 0) return ''
  const gateways = names.filter((name) => name !== 'direct')
  const pair = gateways.includes('tollgate') && gateways.includes('portkey')
  const header = [
    'workload',
    'connections',
    ...names.map((name) => `${name} req/s`),
    ...(pair ? ['tollgate / portkey'] : []),
    ...gateways.map((name) => `${name} added p50 / p99 ms`),
    ...gateways.map((name) => `${name} CPU s / 1,000`),
    ...gateways.map((name) => `${name} peak MB`),
  ]
  const rows = cells.map(({ title, connections, results, ratio }) => [
    title,
    connections,
    ...names.map((name) => whole(results[name]?.rps)),
    ...(pair ? [ratio ? `**${ratio.toFixed(1)}×**` : '–'] : []),
    ...gateways.map((name) => added(results[name], results.direct)),
    ...gateways.map((name) => decimal(results[name]?.cpuPer1000)),
    ...gateways.map((name) => whole(results[name]?.peakMb)),
  ])
  return table(header, rows)
}

function otherTable(title, results, names, columns) {
  const rows = names
    .filter((name) => results[name])
    .map((name) => [name, ...columns.map(([, of]) => of(results[name]))])
  return rows.length === 0 ? '' : `${table([title, ...columns.map(([name]) => name)], rows)}`
}

function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map((_, n) => (n === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

function added(result, direct) {
  if (!result) return '–'
  if (!direct) return `${ms(result.p50)} / ${ms(result.p99)} (total)`
  return `${ms(result.p50 - direct.p50)} / ${ms(result.p99 - direct.p99)}`
}

function ms(value) {
  return value === undefined || value === null ? '–' : value.toFixed(Math.abs(value) < 10 ? 2 : 0)
}

function decimal(value) {
  return value === undefined || value === null ? '–' : value.toFixed(3)
}

function whole(value) {
  return value === undefined || value === null ? '–' : Math.round(value).toLocaleString('en-GB')
}
