// node opening_hours.cjs INPUT OUTPUT: what the reference implementation says to a list of expressions.
//
// INPUT: {"holidays": [["国庆节", month, day], …], "from": "2026-09-14T00:00:00", "to": …, "rules": [text, …]}, local
// times, of one year: its table of public holidays knows days of the year only. OUTPUT: for each rule its stretches
// [[minutes since from, minutes since from, "open" | "unknown", comment], …] or {"error": text}.
const fs = require('node:fs')
const Module = require('node:module')

const PACKAGE = require.resolve('opening_hours')
const CHINA = /(const cn = \{\s*PH: )\[.*?\](?=,\n)/s

function withHolidays(holidays) {
  const table = holidays.map(([name, month, day]) => ({ name, fixed_date: [month, day] }))
  const source = fs.readFileSync(PACKAGE, 'utf8')
  if (!CHINA.test(source)) throw new Error('the table of holidays is not where it was')
  const library = new Module(PACKAGE)
  library.filename = PACKAGE
  library.paths = module.paths
  library._compile(source.replace(CHINA, (_, before) => before + JSON.stringify(table)), PACKAGE)
  return library.exports
}

const [input, output] = process.argv.slice(2)
const { holidays, from, to, rules } = JSON.parse(fs.readFileSync(input, 'utf8'))
const OpeningHours = withHolidays(holidays)
const [start, end] = [new Date(from), new Date(to)]
const place = { lat: 30, lon: 104, address: { country_code: 'cn', state: '' } }
const minutes = (at) => Math.round((at - start) / 60000)

function stretches(rule) {
  try {
    const hours = new OpeningHours(rule, place, { tag_key: 'opening_hours' })
    return hours.getOpenIntervals(start, end).map(([since, until, unknown, comment]) => [
      minutes(since), minutes(until), unknown ? 'unknown' : 'open', comment ?? '',
    ])
  } catch (error) {
    return { error: String(error) }
  }
}

fs.writeFileSync(output, JSON.stringify(rules.map(stretches)))
